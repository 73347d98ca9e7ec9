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

export const CALL_KINDS = ['write', 'read'] as const;
export type CallKind = (typeof CALL_KINDS)[number];

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Redis and Bottleneck count whole milliseconds, and a timer is late by a few of them. */
const SHORTEST_STEP_MS = 10;

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

/** The Pins of an account in a day: a fifth at once and the rest spread over it, so that no 24 h see more; of one a day, that one each 24 h. */
export function pinsBucket(pinsPerDay: number, timeFactor: number): Bucket {
	const atOnce = Math.max(1, Math.floor(pinsPerDay / 5));
	const everyMs = Math.ceil(DAY_MS / Math.max(1, pinsPerDay - atOnce) / timeFactor);
	return { amount: 1, everyMs: Math.max(SHORTEST_STEP_MS, everyMs), maximum: atOnce, concurrent: null };
}

function bucket(msPerCall: number, burst: number, concurrent: number | null): Bucket {
	const amount = Math.max(1, Math.ceil(SHORTEST_STEP_MS / msPerCall));
	return { amount, everyMs: Math.round(msPerCall * amount), maximum: Math.max(burst, amount), concurrent };
}

/** How long to wait for a slot on average while the bucket is empty, ms. */
export function gapMs(bucket: Pick<Bucket, 'amount' | 'everyMs'>): number {
	return bucket.everyMs / bucket.amount;
}

/** Who may call how often, and what the account's own pace has come to by what was heard of its limits. */
export interface Paces {
	of(who: string): PaceSettings | null | undefined;
	timeFactor: number;
	steered?(pace: PaceSettings): Bucket;
}

/** What is read: a board on which Pins are in doubt, a token, or the boards of an account. Who comes first here goes first. */
export const READ_PURPOSES = ['look', 'check', 'list'] as const;
export type ReadPurpose = (typeof READ_PURPOSES)[number];

/** What a call is for: a Pin, the registration of a video, or a read. */
export const PURPOSES = ['pin', 'registration', ...READ_PURPOSES] as const;
export type Purpose = (typeof PURPOSES)[number];

/** The buckets one call of the account draws from, by their names, the account's own first. Without a purpose a write is a Pin. */
export function bucketsFor(account: string, kind: CallKind, { of, timeFactor, steered }: Paces, purpose?: Purpose): [name: string, bucket: Bucket][] {
	const found: [string, Bucket][] = [];
	const own = of(account), app = of(APP), isPin = kind === 'write' && purpose !== 'registration';
	// Before its own pace, of which what waits here for hours must hold nothing.
	if (own?.pinsPerDay && isPin) found.push([pinsLaneName(account), pinsBucket(own.pinsPerDay, timeFactor)]);
	if (own) found.push([laneName(account, kind), steered?.(own) ?? minuteBucket(own, kind, timeFactor)]);
	if (app) found.push([laneName(APP, kind), { ...minuteBucket(app, kind, timeFactor), concurrent: null }]);
	const perDay = app?.writesPerDay ?? own?.writesPerDay ?? null;
	// Lists of boards have half of the reads of a day: the others are there whenever a Pin is in doubt.
	if (perDay !== null && purpose === 'list') found.push([`${laneName(APP, kind)}-lists-day`, dayBucket(perDay / 2, kind, timeFactor)]);
	if (perDay !== null) found.push([`${laneName(APP, kind)}-day`, dayBucket(perDay, kind, timeFactor)]);
	return found;
}

/** What an account's lane is called among all workers of a namespace. No account's name begins with @: one called `acme-reads` shares nothing with the reads of `acme`. */
export function laneName(account: string, kind: CallKind): string {
	return kind === 'read' ? `@reads:${account}` : account;
}

/** The lane in which an account's Pins wait for their day. */
export function pinsLaneName(account: string): string {
	return `@pins-day:${account}`;
}

/** What Bottleneck calls the bucket in Redis. */
export function bucketId(namespace: string, name: string): string {
	return `{${namespace}}-${name}`;
}
