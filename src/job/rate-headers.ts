/** Headers as Node gives them: lower-cased names. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What an answer says of the limit that is nearest to its end. */
export interface RateLimit {
	/** Calls the limit allows in its window. */
	quota: number;
	/** Its window, ms; null when the headers name none. */
	windowMs: number | null;
	/** Pinterest's name for it, such as `org_write`. */
	name: string | null;
	remaining: number | null;
	/** From now until the window starts anew, ms. */
	resetMs: number | null;
}

/** An answer of Pinterest, as far as it is about limits. */
export interface Heard {
	kind: 'write' | 'read';
	/** The call was refused because there were too many. */
	isThrottled: boolean;
	headers: Headers;
}

const SECOND = 1000, DAY = 86_400_000;
const LONGEST_WAIT_MS = DAY;

/**
 * How long the headers ask us to wait, from one second to a day; null when they do not say.
 * `Retry-After` first (whole seconds or an HTTP date), else `X-RateLimit-Reset` (seconds from now). Pinterest documents
 * no Retry-After, and answers 429 without it have been seen (PinBridge, 2026-11).
 */
export function waitMsOf(headers: Headers, now: number): number | null {
	const ms = retryAfterMs(headers, now) ?? secondsOf(headers, 'x-ratelimit-reset');
	return ms === null ? null : Math.min(LONGEST_WAIT_MS, Math.max(SECOND, ms));
}

/**
 * The limit the headers speak of. Pinterest sends the form of the IETF draft, for example
 * `100, 100;w=1;name="safety_net_app_id_user_id", 1000;w=60;name="org_read"`: first the quota nearest to its end, then each
 * limit with its window in seconds (python-sdk issue 128, public code; 2026-11).
 */
export function rateLimitOf(headers: Headers): RateLimit | null {
	const quota = wholeNumber(textOf(headers, 'x-ratelimit-limit').split(',')[0]);
	if (quota === null) return null;
	const resetMs = secondsOf(headers, 'x-ratelimit-reset');
	const limit = nearest(windowsOf(headers).filter((policy) => policy.quota === quota), resetMs);
	const remaining = wholeNumber(textOf(headers, 'x-ratelimit-remaining').split(',')[0]);
	return { quota, windowMs: limit?.windowMs ?? null, name: limit?.name ?? null, remaining, resetMs };
}

/** Whether the limit that is used up lasts a day or longer: then the app waits, not one account. */
export function isDayLong(headers: Headers): boolean {
	return (rateLimitOf(headers)?.windowMs ?? 0) >= DAY;
}

/** A limit and its window, as the headers name it. */
export interface WindowPolicy {
	quota: number | null;
	windowMs: number;
	name: string | null;
}

/** Every limit with a window that the headers name, used up or not. */
export function windowsOf(headers: Headers): WindowPolicy[] {
	return textOf(headers, 'x-ratelimit-limit').split(',').slice(1).map((part) => policyOf(part.trim()));
}

function policyOf(text: string): WindowPolicy {
	const seconds = wholeNumber(/;\s*w=(\d+)/.exec(text)?.[1]);
	return { quota: wholeNumber(text.split(';')[0]), windowMs: (seconds ?? 0) * SECOND, name: /;\s*name="([^"]*)"/.exec(text)?.[1] ?? null };
}

/** Of limits with the same quota, the shortest whose window the reset fits into. */
function nearest(policies: WindowPolicy[], resetMs: number | null): WindowPolicy | undefined {
	const byWindow = [...policies].sort((a, b) => a.windowMs - b.windowMs);
	return byWindow.find((policy) => policy.windowMs >= (resetMs ?? 0)) ?? byWindow.at(-1);
}

function retryAfterMs(headers: Headers, now: number): number | null {
	const text = textOf(headers, 'retry-after').trim();
	const seconds = wholeNumber(text);
	if (seconds !== null) return seconds * SECOND;
	const at = httpDate(text);
	// Against the server's own clock where it is given: ours may be wrong.
	return at === null ? null : at - (httpDate(textOf(headers, 'date').trim()) ?? now);
}

function httpDate(text: string): number | null {
	if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return null;
	const at = Date.parse(text);
	return Number.isNaN(at) ? null : at;
}

function secondsOf(headers: Headers, name: string): number | null {
	const seconds = wholeNumber(textOf(headers, name).split(',')[0]);
	return seconds === null ? null : seconds * SECOND;
}

function wholeNumber(text: string | undefined): number | null {
	return text !== undefined && /^\s*\d{1,12}\s*$/.test(text) ? Number(text) : null;
}

function textOf(headers: Headers, name: string): string {
	const value = headers[name];
	return (Array.isArray(value) ? value.join(', ') : value) ?? '';
}
