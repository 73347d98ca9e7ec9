import type { Endpoint, Reached } from './failure-row';
import { rowFor, rowOf, type FailureCode, type Signals } from './failures';
import type { AttemptOutcome, Failure, FailureFacts } from './outcome';
import { isDayLong, waitMsOf, type Headers } from './rate-headers';
import { redact } from './redact';

/** How a call ended: an answer with a status, or none, and then how far the call had got. */
export type CallResult =
	| { kind: 'answer'; endpoint: Endpoint; status: number; headers: Headers; body: string | Uint8Array; complete: boolean }
	| { kind: 'fault'; endpoint: Endpoint; reached: Reached; code: string; syscall: string | null; message: string };

/** What a create tells us about the Pin. Only 200 or 201 with a whole body and a numeric id says that it exists. */
export function classify(call: CallResult, now: number): AttemptOutcome {
	const body = bodyOf(call);
	const pinId = publishedId(call, body.json);
	if (pinId !== null && call.kind === 'answer') {
		return { kind: 'published', pinId, pinUrl: null, requestId: requestIdOf(call), httpStatus: call.status };
	}
	const failure = failureFrom(call, body, now);
	return { kind: rowOf(failure.code).outcome, failure };
}

/** The JSON of a read, or why there is none. A read may always be repeated. */
export function classifyRead(call: CallResult, now: number): { ok: true; json: unknown } | { ok: false; failure: Failure } {
	const body = bodyOf(call);
	if (call.kind === 'answer' && call.complete && call.status >= 200 && call.status <= 299 && body.json !== undefined) {
		return { ok: true, json: body.json };
	}
	return { ok: false, failure: failureFrom(call, body, now) };
}

/** The failure of any call that did not do what was asked. */
export function failureOf(call: CallResult, now: number): Failure {
	return failureFrom(call, bodyOf(call), now);
}

/** A failure that no call says but we do: `permit_refused`, `media_missing`, `token_refreshed` and their like. */
export function ourFailure(code: FailureCode, message: string = rowOf(code).hint): Failure {
	return { code, facts: { httpStatus: null, pinterestCode: null, requestId: null, message: redact(message), waitMs: null } };
}

interface Body {
	text: string;
	/** Undefined when it is not JSON. */
	json: unknown;
}

function bodyOf(call: CallResult): Body {
	if (call.kind === 'fault') return { text: '', json: undefined };
	const text = typeof call.body === 'string' ? call.body : new TextDecoder().decode(call.body);
	return { text, json: parsed(text) };
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}

/** A number that JavaScript cannot hold exactly would be another Pin's id. */
function publishedId(call: CallResult, json: unknown): string | null {
	if (call.kind !== 'answer' || !call.complete || (call.status !== 200 && call.status !== 201)) return null;
	const id = fieldOf(json, 'id');
	if (typeof id === 'string' && /^\d{1,30}$/.test(id)) return id;
	return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? String(id) : null;
}

function failureFrom(call: CallResult, body: Body, now: number): Failure {
	const row = rowFor(signalsOf(call, body));
	return { code: row.code, facts: factsOf(call, body, now) };
}

/** How much of a body is searched for known texts. */
const SEARCHED_CHARACTERS = 4000;

function signalsOf(call: CallResult, body: Body): Signals {
	const { endpoint } = call;
	if (call.kind === 'fault') {
		return { endpoint, status: null, pinterestCode: null, text: call.message.toLowerCase(), reached: call.reached, fault: call.code, cut: false, dayLong: false };
	}
	const text = body.text.slice(0, SEARCHED_CHARACTERS).toLowerCase();
	return {
		endpoint, status: call.status, pinterestCode: codeOf(body.json), text, reached: null, fault: null,
		cut: !call.complete, dayLong: isDayLong(call.headers),
	};
}

function factsOf(call: CallResult, body: Body, now: number): FailureFacts {
	if (call.kind === 'fault') {
		const message = redact([call.message, call.syscall && `(${call.syscall})`].filter(Boolean).join(' '));
		return { httpStatus: null, pinterestCode: null, requestId: null, message, waitMs: null };
	}
	return {
		httpStatus: call.status, pinterestCode: codeOf(body.json), requestId: requestIdOf(call),
		message: redact(messageOf(call.status, body)), waitMs: waitMsOf(call.headers, now),
	};
}

function codeOf(json: unknown): number | null {
	const code = fieldOf(json, 'code');
	return typeof code === 'number' && Number.isSafeInteger(code) ? code : null;
}

function messageOf(status: number, { text, json }: Body): string {
	const said = ['message', 'message_detail', 'error', 'error_description'].map((name) => textOf(fieldOf(json, name))).filter(Boolean);
	if (said.length > 0) return said.join(' · ');
	// Something in between (a proxy, a CDN) answers in HTML.
	const words = text.slice(0, SEARCHED_CHARACTERS).replace(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ').trim();
	return words === '' ? `Status ${status} without a message.` : `Status ${status}: ${words}`;
}

function textOf(value: unknown): string {
	if (typeof value === 'string') return value;
	return typeof value === 'object' && value !== null ? JSON.stringify(value) : '';
}

/** Pinterest's support asks for it. */
function requestIdOf(call: CallResult & { kind: 'answer' }): string | null {
	const id = call.headers['x-pinterest-rid'];
	return typeof id === 'string' && id !== '' ? id.slice(0, 100) : null;
}

function fieldOf(json: unknown, name: string): unknown {
	return typeof json === 'object' && json !== null && Object.hasOwn(json, name) ? (json as Record<string, unknown>)[name] : undefined;
}
