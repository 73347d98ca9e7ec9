import type { History } from '../../support/history';
import { grouped } from '../../support/history';
import type { Recording } from './recording';

/** An enqueue that was acknowledged, and whose key was new to Redis afterwards. */
export interface LostEnqueue {
	key: string;
	acknowledgedAt: number;
	/** Whether a cut followed soon enough to be the reason. */
	excused: boolean;
}

/** As much as `appendfsync everysec` may take back. */
const MOST_LOST_MS = 2000;
/** Written down by different processes. */
const CLOCK_MS = 100;

/** Acknowledged enqueues that were gone later: the key was created once more. */
export function lostEnqueues({ calls, cuts }: Pick<Recording, 'calls' | 'cuts'>): LostEnqueue[] {
	const takenBack = (at: number, until: number) => cuts.some((cut) => cut.appendfsync !== 'always' && cut.at >= at - CLOCK_MS && cut.at <= at + MOST_LOST_MS && cut.at <= until);
	return [...grouped(calls.filter(({ jobId }) => jobId !== null), ({ key }) => key)].flatMap(([key, told]) => told.flatMap(({ answer, answeredAt }, i) => {
		const before = told[i - 1];
		if (!before || answer !== 'created') return [];
		// Told twice that it is there, it must be the last time that is gone.
		return [{ key, acknowledgedAt: before.answeredAt!, excused: takenBack(before.answeredAt!, answeredAt!) }];
	}));
}

/** The history without what Redis forgot: permits of runs that are in no log any more, and acknowledgements taken back. */
export function withoutForgotten(history: History, { cuts, calls }: Pick<Recording, 'cuts' | 'calls'>): History {
	const lost = new Set(lostEnqueues({ calls, cuts }).map(({ key }) => key));
	const isForgotten = (at: number) => cuts.some((cut) => at >= cut.from - CLOCK_MS && at <= cut.at + CLOCK_MS);
	return {
		...history,
		permits: history.permits.filter(({ at }) => !isForgotten(at)),
		calls: history.calls.filter(({ key }, i) => !lost.has(key) || history.calls.findLastIndex((call) => call.key === key && call.answer === 'created') <= i),
	};
}

/** A worker that survives the rollback of its lease hands in the Pin it made: the job that is queued anew has succeeded. */
export function isExplained(sentence: string, cuts: Recording['cuts']): boolean {
	return sentence.endsWith('went from queued to succeeded') && cuts.some(({ what }) => what === 'power cut' || what === 'failover');
}
