import type { Quota, Settings } from './options';
import type { Account } from './world';

/** What a call asks of the limits. */
export interface RateSubject {
	account: Account;
	kind: 'read' | 'write';
	board: string | null;
}

/** Whether a call is within the limits, and the headers its answer carries either way. */
export interface RateVerdict {
	limited: boolean;
	headers: Record<string, string>;
	/** When the window that refused the call ends, epoch ms; null when it is told in no header. */
	resetAt: number | null;
}

interface Window {
	name: string;
	quota: Quota;
	/** Fixed windows, aligned to the clock, as Envoy's rate limit service counts them. */
	endsAt: number;
	used: number;
}

/** Pinterest's rate limits, enforced in fixed windows and told in the headers of IETF draft 03 (observed, 2026-11). */
export class RateLimits {
	private readonly windows = new Map<string, Window>();
	private readonly lastWrite = new Map<string, number>();

	constructor(private readonly settings: Settings) {}

	/** Counts the call, unless one of the limits refuses it. */
	check(call: RateSubject): RateVerdict {
		const told = this.toldTo(call);
		const full = told.find(isFull);
		const limited = full !== undefined || this.hiddenFrom(call).some(isFull) || this.isTooSoon(call);
		if (!limited) this.count([...told, ...this.hiddenFrom(call)], call);
		return { limited, headers: this.headers(told), resetAt: full?.endsAt ?? null };
	}

	/** The verdict of a 429 that no limit asked for. */
	injected(call: RateSubject): RateVerdict {
		const resetMs = this.settings.rates.injectedResetMs / this.settings.timeFactor;
		const headers = this.headers(this.toldTo(call));
		const resetS = Math.max(1, Math.ceil(resetMs / 1000));
		return {
			limited: true,
			headers: { ...headers, 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(resetS) },
			resetAt: this.settings.now() + resetMs,
		};
	}

	private toldTo({ account, kind }: RateSubject): Window[] {
		const rates = this.settings.rates;
		const who = `${account.app.id}:${account.userId}`;
		const app = account.app.daily ? account.app.id : null;
		return [
			this.window('safety_net_app_id_user_id', who, rates.universal),
			this.window(`org_${kind}`, who, kind === 'write' ? rates.orgWrite : rates.orgRead),
			this.window('app_day', app, rates.appDay),
			this.window('app_day_write', app, kind === 'write' ? rates.appDayWrite : null),
		].filter((window) => window !== null);
	}

	private hiddenFrom({ account, kind }: RateSubject): Window[] {
		if (kind === 'read') return [];
		const window = this.window('hidden', `${account.app.id}:${account.userId}`, this.settings.rates.hiddenWrite);
		return window ? [window] : [];
	}

	private window(name: string, subject: string | null, quota: Quota | null): Window | null {
		if (!quota || subject === null) return null;
		const now = this.settings.now();
		const key = `${name}:${subject}`;
		const found = this.windows.get(key);
		if (found && found.endsAt > now && found.quota === quota) return found;
		const length = quota.windowMs / this.settings.timeFactor;
		const fresh = { name, quota, endsAt: (Math.floor(now / length) + 1) * length, used: 0 };
		this.windows.set(key, fresh);
		return fresh;
	}

	/** Code 8 also means several writes to one object within a short time (Pinterest API 5.17 description, 2026-11). */
	private isTooSoon({ kind, board }: RateSubject): boolean {
		const gapMs = this.settings.rates.boardGapMs / this.settings.timeFactor;
		const last = board === null ? undefined : this.lastWrite.get(board);
		return kind === 'write' && last !== undefined && this.settings.now() - last < gapMs;
	}

	private count(windows: Window[], { kind, board }: RateSubject): void {
		for (const window of windows) window.used += 1;
		if (kind === 'write' && board !== null) this.lastWrite.set(board, this.settings.now());
	}

	private headers(windows: Window[]): Record<string, string> {
		const nearest = [...windows].sort((a, b) => left(a) - left(b))[0];
		if (!nearest) return {};
		const seconds = (ms: number) => Math.max(1, Math.ceil(ms / 1000));
		const quotas = windows.map(({ name, quota }) => {
			return `${quota.limit};w=${seconds(quota.windowMs / this.settings.timeFactor)};name="${name}"`;
		});
		return {
			'X-RateLimit-Limit': [nearest.quota.limit, ...quotas].join(', '),
			'X-RateLimit-Remaining': String(left(nearest)),
			'X-RateLimit-Reset': String(seconds(nearest.endsAt - this.settings.now())),
		};
	}
}

const left = (window: Window) => Math.max(0, window.quota.limit - window.used);
const isFull = (window: Window) => left(window) === 0;
