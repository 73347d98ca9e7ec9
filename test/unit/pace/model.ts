import { burstAt, rateAt, refused, type Learned } from '../../../src/pace/learning';

const MINUTE = 60_000, STEP_MS = 100;

/** A limit of writes a minute; `take` counts the call unless it refuses it. */
export interface Limit {
	set(perMinute: number): void;
	take(at: number): boolean;
	/** What a refusal at this instant tells to wait, ms. */
	waitMs(at: number): number;
}

const wholeSeconds = (ms: number) => Math.max(1, Math.ceil(ms / 1000)) * 1000;

/** Minutes of the clock, as the sandbox and Envoy's rate limit service count. */
export class FixedWindows implements Limit {
	private endsAt = -Infinity;
	private used = 0;

	constructor(private perMinute: number) {}

	/** A new quota begins a new window, as in the sandbox. */
	set(perMinute: number): void {
		this.perMinute = perMinute;
		this.endsAt = -Infinity;
	}

	take(at: number): boolean {
		if (at >= this.endsAt) [this.endsAt, this.used] = [(Math.floor(at / MINUTE) + 1) * MINUTE, 0];
		return this.used < this.perMinute && ++this.used > 0;
	}

	waitMs(at: number): number {
		return wholeSeconds(MINUTE - (at % MINUTE));
	}
}

/** Any minute; it tells when the first call leaves it, or the end of the clock's minute, which is another limit's. */
export class SlidingWindow implements Limit {
	private sent: number[] = [];

	constructor(private perMinute: number, private readonly tells: 'its own end' | 'the end of another') {}

	set(perMinute: number): void {
		this.perMinute = perMinute;
	}

	take(at: number): boolean {
		this.sent = this.sent.filter((time) => time > at - MINUTE);
		return this.sent.length < this.perMinute && this.sent.push(at) > 0;
	}

	waitMs(at: number): number {
		return wholeSeconds(this.tells === 'its own end' ? this.sent.at(-this.perMinute)! + MINUTE - at : MINUTE - (at % MINUTE));
	}
}

interface Wish {
	limit: Limit;
	seed: number;
	/** Calls a minute that the settings allow. */
	target: number;
	/** Ends once so many went through, */
	pins?: number;
	/** or at this time. */
	untilMs?: number;
	at?: [ms: number, what: () => void][];
}

/** One account with work without end: a bucket of tokens, calls that are under way for a moment, a hold after each refusal. */
export function simulated({ limit, seed, target, pins = Infinity, untilMs = Infinity, at: events = [] }: Wish) {
	const random = dice(seed), begin = Math.floor(random() * MINUTE);
	const sent: number[] = [], refusals: number[] = [], underWay: { arrives: number }[] = [];
	let learned: Learned | null = null, tokens = 5, heldUntil = 0, longestPauseMs = 0, last = begin;
	const coming = [...events];
	for (let now = begin; sent.length < pins && now - begin < untilMs; now += STEP_MS) {
		while (coming[0] && now - begin >= coming[0][0]) coming.shift()![1]();
		const rate = rateAt(learned, target, now, 1);
		tokens = Math.min(burstAt(learned, rate, 5), tokens + (rate * STEP_MS) / MINUTE);
		for (const call of underWay.filter(({ arrives }) => arrives <= now)) {
			underWay.splice(underWay.indexOf(call), 1);
			if (limit.take(now)) {
				sent.push(now);
				continue;
			}
			refusals.push(now);
			const waitMs = limit.waitMs(now);
			learned = refused(learned, { at: now, waitMs, sentAt: sent.filter((time) => time > now - MINUTE), rate }, target, 1);
			heldUntil = Math.max(heldUntil, now + waitMs + random() * Math.min(2000, waitMs / 10));
		}
		if (now < heldUntil || tokens < 1 || underWay.length >= 2) continue;
		tokens -= 1;
		longestPauseMs = Math.max(longestPauseMs, now - last);
		last = now;
		underWay.push({ arrives: now + 50 + random() * 400 });
	}
	const within = (times: number[], from: number, to: number) => times.filter((time) => time - begin >= from && time - begin < to).length;
	return {
		refusals, calls: sent.length + refusals.length, lastAt: sent.at(-1)! - begin, longestPauseMs,
		between: (from: number, to: number) => {
			const [went, came] = [within(sent, from, to), within(refusals, from, to)];
			return { calls: went + came, refusals: came, perMinute: went / ((to - from) / MINUTE) };
		},
	};
}

/** Mulberry32. */
function dice(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}
