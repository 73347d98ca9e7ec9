// How jobs move: read from the log of events.
import type { JobEvent } from '../../../src/job/event';
import type { FailureRow } from '../../../src/job/failure-row';
import { rowOf } from '../../../src/job/failures';
import { eventsByJob, grouped, type History } from '../history';

// State and, where it matters, phase: what may follow what. A succeeded job looks again, or gets its own Pin, only when the one
// it had taken for its own by looking proved to be another's.
const EDGES: Record<string, readonly string[]> = {
	'': ['queued', 'queued media'],
	queued: ['queued', 'queued media', 'running', 'failed', 'canceled', 'retry reconcile'],
	'queued media': ['queued media', 'queued', 'retry media', 'retry publish', 'retry reconcile', 'failed', 'canceled'],
	running: ['running', 'succeeded', 'retry publish', 'retry reconcile', 'retry media', 'failed', 'canceled'],
	'retry media': ['retry publish', 'retry media', 'retry reconcile', 'failed', 'canceled'],
	'retry publish': ['retry publish', 'retry media', 'retry reconcile', 'running', 'failed', 'canceled', 'succeeded'],
	'retry reconcile': ['retry publish', 'succeeded', 'failed', 'queued', 'canceled'],
	succeeded: ['retry reconcile', 'succeeded'],
	failed: ['queued', 'queued media', 'succeeded'],
	canceled: ['queued', 'queued media', 'succeeded'],
};

/** I7, I8: only the edges of the design; what has ended moves again only by Requeue, a verdict, or proof. */
export function onlyKnownEdges(history: History): string[] {
	return eachStep(history, (before, event) => {
		const [from, to] = [placeOf(before), placeOf(event)];
		const isCorrected = to === 'succeeded' && before?.snapshot.recovered === true && event.snapshot.pinId !== before.snapshot.pinId;
		const isDisplaced = from !== 'succeeded' || isCorrected || event.snapshot.lastError?.code === 'pin_displaced';
		return EDGES[from]?.includes(to) && isDisplaced ? null : `went from ${from || 'nothing'} to ${to}`;
	});
}

/** I10: numbered from 1 without a gap, in the order of the log, and time never goes back. */
export function eventsHaveNoGaps(history: History): string[] {
	const { jobs } = history;
	const events = eventsByJob(history);
	return [
		...eachStep(history, (before, event) => (event.seq === (before?.seq ?? 0) + 1 ? null : `has number ${event.seq} after ${before?.seq ?? 0}`)),
		...eachStep(history, (before, event) => (event.at >= (before?.at ?? 0) ? null : `went back in time at number ${event.seq}`)),
		...jobs.filter(({ id, seq }) => events.get(id)?.at(-1)?.seq !== seq).map(({ id, seq }) => `${id} is at ${seq}, its last event at ${events.get(id)?.at(-1)?.seq}`),
	];
}

const REPLAYED = ['state', 'phase', 'revision', 'seq', 'attempts', 'finishedAt', 'pinId', 'recovered', 'attemptHistory', 'lastError', 'queue', 'groupKey', 'lostLeases'] as const;

/** I11: what the last event tells is what the record of an ended job holds. */
export function eventsRebuildJobs(history: History): string[] {
	const events = eventsByJob(history);
	return history.jobs.filter(({ finishedAt }) => finishedAt !== null).flatMap((job) => {
		const told = events.get(job.id)?.at(-1)?.snapshot;
		const differing = REPLAYED.filter((field) => JSON.stringify(told?.[field]) !== JSON.stringify(job[field]));
		return differing.length > 0 ? [`${job.id} differs from its last event in ${differing.join()}`] : [];
	});
}

/** I12: attempts are numbered from 1 without a gap, each is on record, and no class gets more than its rule allows. */
export function attemptsAreCounted({ jobs, policy }: History): string[] {
	return jobs.flatMap((job) => {
		const { id, attempts, attemptHistory, historyCut, state, used } = job;
		const numbers = attemptHistory.map(({ n }) => n);
		const inOrder = numbers.every((n, i) => n === historyCut + i + 1);
		// The attempt that a late proof cut short is not on record.
		const open = attempts - historyCut - numbers.length;
		return [
			...(inOrder ? [] : [`${id} has attempts ${numbers.join()}`]),
			...(open < 0 || open > 1 || (open === 1 && state !== 'running' && state !== 'succeeded') ? [`${id} is ${state} with ${attempts} attempts, of which ${numbers.length} are on record`] : []),
			...((used.classes.retry ?? 0) > policy.retry.attempts || (used.classes.retry_later ?? 0) > policy.retryLater.attempts || used.afterAbsence > policy.resendsAfterAbsence
				? [`${id} used ${JSON.stringify(used)}`] : []),
		];
	});
}

/** I22: nothing begins before it is due. */
export function nothingBeginsEarly(history: History): string[] {
	return eachStep(history, (before, event) => {
		const dueAt = before?.snapshot.dueAt ?? null;
		const early = event.snapshot.state === 'running' && dueAt !== null && event.at < dueAt;
		return early ? `began at ${event.at}, ${dueAt - event.at} ms before it was due` : null;
	});
}

/** I16: in doubt, a job is sent again only after its Pin was not there past the horizon, in as many scans as the policy asks; each is claimed. */
export function sentAgainOnlyWhenAbsent(history: History): string[] {
	const { horizonMs, absentScans } = history.policy;
	const claims = grouped((history.scripts?.leases ?? []).filter(({ by }) => by === 'claim'), ({ jobId }) => jobId);
	return eachStep(history, (before, event) => {
		if (placeOf(before) !== 'retry reconcile' || placeOf(event) !== 'retry publish') return null;
		const { inDoubt } = before!.snapshot;
		const lookedAt = event.snapshot.lookedAt ?? 0;
		const isPastHorizon = inDoubt ? lookedAt >= inDoubt.sendBy + horizonMs : false;
		const scans = (claims.get(event.jobId) ?? []).filter(({ at }) => at >= (inDoubt?.sendBy ?? 0) && at <= event.at).length;
		const isLookedFor = history.scripts === undefined || scans >= absentScans;
		return isPastHorizon && isLookedFor ? null : `is to be sent again after ${scans} looks, the last at ${lookedAt}, its doubt began at ${inDoubt?.sendBy}`;
	});
}

/** I24: what Pinterest refused for a reason that a person must mend is not sent again in the same revision. */
export function refusedIsNotSentAgain({ jobs }: History): string[] {
	return jobs.flatMap(({ id, attemptHistory }) => attemptHistory.flatMap(({ n, revision, outcome, class: errorClass, code }, i) => {
		const isFinal = outcome === 'refused' && (errorClass === 'route' || errorClass === 'stop') && code !== null && !isHeldBy(code);
		// In doubt of an earlier attempt it is looked for, and may be sent again once it proved absent.
		const isDoubtful = attemptHistory.slice(0, i).some((earlier) => earlier.revision === revision && earlier.outcome === 'unknown');
		const again = attemptHistory[i + 1];
		return isFinal && !isDoubtful && again?.revision === revision ? [`${id} was refused for good (${code}) at attempt ${n} and was sent again`] : [];
	}));
}

/** I25, I8: only a requeue or an update makes a revision, the next one, and it is on record who did it when. */
export function requeueKeepsTheKey(history: History): string[] {
	return eachStep(history, (before, { type, snapshot: { revision, revisions } }) => {
		if (!before) return revision === 1 ? null : `began as revision ${revision}`;
		const wanted = before.snapshot.revision + (type === 'job.requeued' || type === 'job.updated' ? 1 : 0);
		if (revision !== wanted) return `is at revision ${revision} after ${type}, not ${wanted}`;
		return wanted === before.snapshot.revision || revisions?.at(-1)?.revision === revision ? null : `has no record of who made revision ${revision}`;
	});
}

function isHeldBy(code: string): boolean {
	const row: FailureRow = rowOf(code);
	return row.hold !== undefined;
}

function placeOf(event: JobEvent | undefined): string {
	if (!event) return '';
	const { state, phase } = event.snapshot;
	if (state === 'retry_scheduled') return `retry ${phase}`;
	return phase === 'media' ? `${state} media` : state;
}

function eachStep(history: History, complaint: (before: JobEvent | undefined, event: JobEvent) => string | null): string[] {
	return [...eventsByJob(history)].flatMap(([id, events]) => events.flatMap((event, i) => {
		const wrong = complaint(events[i - 1], event);
		return wrong === null ? [] : [`${id} ${wrong}`];
	}));
}
