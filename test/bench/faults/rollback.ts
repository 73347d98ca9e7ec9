import type { History } from '../../support/history';
import { grouped } from '../../support/history';
import { scriptTime } from './clock';
import type { Recording } from './recording';

/** An enqueue that was acknowledged, and whose key was new to Redis afterwards. */
export interface LostEnqueue {
	key: string;
	acknowledgedAt: number;
	/** When Redis carried it out; the answer may have come only after the cut that took it back. */
	writtenAt: number;
	/** Whether a cut followed soon enough to be the reason. */
	excused: boolean;
}

/** As much as `appendfsync everysec` may take back. */
const MOST_LOST_MS = 2000;
/** Written down by different processes. */
const CLOCK_MS = 100;

/** Acknowledged enqueues that were gone later: the key was created once more. */
export function lostEnqueues({ calls, cuts, leases }: Pick<Recording, 'calls' | 'cuts' | 'leases'>): LostEnqueue[] {
	const written = grouped(leases.filter(({ by }) => by === 'enqueue'), ({ jobId }) => jobId);
	return [...grouped(calls.filter(({ jobId }) => jobId !== null), ({ key }) => key)].flatMap(([key, told]) => told.flatMap(({ answer, at, jobId }, i) => {
		const before = told[i - 1];
		if (!before || answer !== 'created') return [];
		const writtenAt = written.get(jobId!)?.findLast((write) => write.at < at)?.at ?? before.answeredAt!;
		const excused = cuts.some((cut) => (cut.appendfsync !== 'always' || cut.what === 'failover') && cut.at >= writtenAt - CLOCK_MS && cut.at <= writtenAt + MOST_LOST_MS);
		return [{ key, acknowledgedAt: before.answeredAt!, writtenAt, excused }];
	}));
}

/** The history without what Redis forgot: permits of runs that are in no log any more, and acknowledgements taken back. */
export function withoutForgotten(history: History, { cuts, calls, leases }: Pick<Recording, 'cuts' | 'calls' | 'leases'>): History {
	const lost = new Set(lostEnqueues({ calls, cuts, leases }).map(({ key }) => key));
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

/** Outages and steps of the clock this long before a look at the leases are allowed for, ms. */
const RECENT_MS = 20_000;

/** The history for who asks how long a lease has stood: while Redis was away nobody could take it over, and a step is no time. */
export function withoutAbsence(history: History, { cuts, clock }: Pick<Recording, 'cuts' | 'clock'>): History {
	// A server that takes its first calls is not called up yet: a cut may still go on when somebody looks.
	const awayMs = (at: number) => cuts.filter((cut) => cut.at <= at && cut.upAt > at - RECENT_MS)
		// Then owners have the time of one lease to prolong theirs.
		.reduce((sum, cut) => sum + Math.min(cut.upAt, at) - cut.at + history.policy.leaseMs, 0);
	const steppedMs = (at: number) => clock.reduce((sum, step, i) => {
		const forth = step.offsetMs - (clock[i - 1]?.offsetMs ?? 0);
		return step.at <= at && step.at > at - RECENT_MS ? sum + Math.max(0, forth) : sum;
	}, 0);
	return { ...history, snapshots: history.snapshots.map((snapshot) => ({ ...snapshot, at: scriptTime(clock, snapshot.at) - awayMs(snapshot.at) - steppedMs(snapshot.at) })) };
}
