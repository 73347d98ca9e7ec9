import type { PaceSettings } from '../config';
import { rateLimitOf, windowsOf, type Headers, type WindowPolicy } from '../job/rate-headers';
import { minuteBucket, type Bucket, type CallKind } from './buckets';
import { burstAt, isAlone, rateAt, type Learned } from './learning';
import { USED_SHARE } from './presets';

/** What is known of the limits of an account's calls of one kind. */
export interface Known {
	/** Calls a minute that Pinterest's headers named last. */
	told: number | null;
	learned: Learned | null;
}

export const NOTHING_KNOWN: Known = { told: null, learned: null };

/** What an answer says of the calls that are left. */
export interface Left {
	calls: number;
	/** From now until there are more, ms. */
	resetMs: number;
}

const MINUTE_MS = 60_000, HOUR_MS = 60 * MINUTE_MS;
/** Headers count whole seconds: where time is sped up more than this, they say too little. */
export const FASTEST = 10;

/** Calls a minute that the headers name for this kind; null when they name none. Limits of a day are kept by the app's day. */
export function toldIn(headers: Headers, kind: CallKind, timeFactor: number): number | null {
	if (timeFactor > FASTEST) return null;
	const named = windowsOf(headers).filter((policy) => concerns(policy, kind) && policy.windowMs * timeFactor < HOUR_MS);
	const perMinute = named.map(({ quota, windowMs }) => quota! * (MINUTE_MS / timeFactor / windowMs));
	return perMinute.length === 0 ? null : Math.min(...perMinute);
}

/** The calls of this kind that are left until a reset; null when the headers do not say, or speak of another kind or of a whole day. */
export function leftIn(headers: Headers, kind: CallKind, timeFactor: number): Left | null {
	const limit = rateLimitOf(headers);
	if (timeFactor > FASTEST || limit?.remaining == null || limit.resetMs === null || limit.resetMs * timeFactor >= HOUR_MS) return null;
	return concerns({ ...limit, windowMs: limit.windowMs ?? limit.resetMs }, kind) ? { calls: limit.remaining, resetMs: limit.resetMs } : null;
}

/** The bucket of a minute that the settings, the headers and the refusals so far allow, whichever is least. */
export function steered(pace: PaceSettings, kind: CallKind, { told, learned }: Known, { now, timeFactor }: { now: number; timeFactor: number }): Bucket {
	const most = allowed(pace, kind, told, timeFactor);
	const bucket = isAlone(learned, now, timeFactor) ? { ...most, concurrent: 1 } : most;
	const target = perMinuteOf(bucket, timeFactor);
	const rate = rateAt(learned, target, now, timeFactor);
	if (rate >= target) return bucket;
	const everyMs = Math.round(bucket.everyMs * (target / rate));
	return { ...bucket, everyMs, maximum: Math.max(bucket.amount, burstAt(learned, rate, bucket.maximum)) };
}

/** The pace before anything was learned, calls a minute. */
export function targetOf(pace: PaceSettings, kind: CallKind, told: number | null, timeFactor: number): number {
	return perMinuteOf(allowed(pace, kind, told, timeFactor), timeFactor);
}

/** Calls a minute that come into the bucket. */
export function perMinuteOf({ amount, everyMs }: Bucket, timeFactor: number): number {
	return (MINUTE_MS / timeFactor / everyMs) * amount;
}

/** What is told counts as the limit itself does, once it is less than what the settings say. */
function allowed(pace: PaceSettings, kind: CallKind, told: number | null, timeFactor: number): Bucket {
	const own = minuteBucket(pace, kind, timeFactor);
	if (told === null || perMinuteOf(own, timeFactor) <= told * USED_SHARE) return own;
	return { ...minuteBucket({ ...pace, writesPerMinute: told }, 'write', timeFactor), concurrent: own.concurrent };
}

/** A limit that names no calls counts for all of them. */
function concerns({ quota, windowMs, name }: WindowPolicy, kind: CallKind): boolean {
	return quota !== null && quota > 0 && windowMs > 0 && name !== (kind === 'write' ? 'org_read' : 'org_write');
}
