import type { PaceSettings } from '../config';
import { APP } from '../job/hold';
import { READS_PER_WRITE, USED_SHARE } from './presets';

/** A token bucket: `amount` slots every `everyMs`, never more than `maximum` kept. */
export interface Bucket {
	amount: number;
	everyMs: number;
	maximum: number;
	/** Slots held at once; null: any number. */
	concurrent: number | null;
}

export type CallKind = 'write' | 'read';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Redis and Bottleneck count whole milliseconds, and a timer is late by a few of them. */
const SHORTEST_STEP_MS = 10;
/** The slowest a throttled lane gets: a tenth of its target. */
export const SLOWEST_FACTOR = 10;

/** What an account, or an app, may call in a minute: 80 % of the limit, with a burst that keeps any minute under the limit. */
export function minuteBucket(pace: PaceSettings, kind: CallKind, timeFactor: number): Bucket {
	const calls = pace.writesPerMinute * (kind === 'read' ? READS_PER_WRITE : 1);
	const room = Math.max(1, Math.floor(calls - calls * USED_SHARE));
	const burst = Math.min(pace.burst * (kind === 'read' ? READS_PER_WRITE : 1), room);
	return bucket(MINUTE_MS / (calls * USED_SHARE) / timeFactor, burst, kind === 'write' ? pace.concurrent : null);
}

/** What an app may call in a day: spread over it, with a fifth at once, so that no 24 h see more than 1.2 times the number. */
export function dayBucket(callsPerDay: number, kind: CallKind, timeFactor: number): Bucket {
	const calls = callsPerDay * (kind === 'read' ? READS_PER_WRITE : 1);
	return bucket(DAY_MS / calls / timeFactor, Math.max(1, Math.floor(calls / 5)), null);
}

function bucket(msPerCall: number, burst: number, concurrent: number | null): Bucket {
	const amount = Math.max(1, Math.ceil(SHORTEST_STEP_MS / msPerCall));
	return { amount, everyMs: Math.round(msPerCall * amount), maximum: Math.max(burst, amount), concurrent };
}

/** How long to wait for a slot on average while the bucket is empty, ms. */
export function gapMs(bucket: Pick<Bucket, 'amount' | 'everyMs'>): number {
	return bucket.everyMs / bucket.amount;
}

/** The step after "slow down": twice as long, at most ten times the target. */
export function slowed(target: Bucket, everyMs: number): number {
	return Math.min(everyMs * 2, target.everyMs * SLOWEST_FACTOR);
}

/** The step after ten clean calls: a tenth of the target rate more, never more than the target. */
export function quickened(target: Bucket, everyMs: number): number {
	const share = Math.min(1, target.everyMs / everyMs + 0.1);
	return Math.round(target.everyMs / share);
}

/** The buckets one call of the account draws from, by their names, the account's own first. */
export function bucketsFor(account: string, kind: CallKind, paceOf: (who: string) => PaceSettings | null | undefined, timeFactor: number): [name: string, bucket: Bucket][] {
	const found: [string, Bucket][] = [];
	for (const who of [account, APP]) {
		const pace = paceOf(who);
		if (pace) found.push([laneName(who, kind), who === APP ? { ...minuteBucket(pace, kind, timeFactor), concurrent: null } : minuteBucket(pace, kind, timeFactor)]);
	}
	const perDay = paceOf(APP)?.writesPerDay ?? paceOf(account)?.writesPerDay ?? null;
	if (perDay !== null) found.push([`${laneName(APP, kind)}-day`, dayBucket(perDay, kind, timeFactor)]);
	return found;
}

/** What an account's lane is called among all workers of a namespace. */
export function laneName(account: string, kind: CallKind): string {
	return kind === 'read' ? `${account}-reads` : account;
}

/** What Bottleneck calls the bucket in Redis. */
export function bucketId(namespace: string, name: string): string {
	return `{${namespace}}-${name}`;
}
