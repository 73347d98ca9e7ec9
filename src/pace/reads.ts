import { READ_PURPOSES, type ReadPurpose } from './buckets';
import type { Pacer } from './pacer';

/** Runs one read of an account in a slot of its reads; undefined, without having run it, when none came in time. */
export type Reads = <T>(call: () => Promise<T>) => Promise<T | undefined>;

const MINUTE_MS = 60_000;
/** However fast a trial runs, Redis has to answer meanwhile. */
const LEAST_WAIT_MS = 5000;

/**
 * How long one page waits for its slot; null for as long as it takes. A look or a list that began anew would read its first pages again
 * and again: with 500 reads a day, the fewest a preset gives, one comes every three minutes, for all accounts. A check is one read.
 */
const LONGEST_WAIT_MS: Record<ReadPurpose, number | null> = { look: null, check: MINUTE_MS, list: null };

/** The reads of an account for this purpose, each in a slot of its own. A signal ends the waits. */
export function readsOf(pacer: Pick<Pacer, 'queuedRead'>, account: string, { purpose, timeFactor, signal }: { purpose: ReadPurpose; timeFactor: number; signal?: AbortSignal }): Reads {
	const longestMs = LONGEST_WAIT_MS[purpose], rank = READ_PURPOSES.indexOf(purpose);
	return async (call) => {
		if (longestMs === null) return pacer.queuedRead(account, call, { purpose, rank, signal });
		const waited = new AbortController();
		const timer = setTimeout(() => waited.abort(), Math.max(LEAST_WAIT_MS, longestMs / timeFactor));
		const over = signal ? AbortSignal.any([signal, waited.signal]) : waited.signal;
		return pacer.queuedRead(account, call, { purpose, rank, signal: over }).finally(() => clearTimeout(timer));
	};
}

/** The same, but the first is made at once: it has the slot that its step began in. */
export function afterFirst(reads: Reads): Reads {
	let isFirst = true;
	return (call) => {
		if (!isFirst) return reads(call);
		isFirst = false;
		return call();
	};
}
