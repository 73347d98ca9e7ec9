import { eventOfState, type JobEventType } from './event';
import type { HoldRequest } from './hold';
import type { ErrorClass, Job, JobState, LastError, QueueName } from './job';
import type { FailureRow } from './failure-row';
import type { FailureFacts } from './outcome';
import { groupKeyOf } from './group-key';
import { warningsOnceSent } from './lateness';
import { redact } from './redact';

/** The one change an outcome makes: applied by one script, all or nothing. */
export interface Change {
	from: JobState;
	/** How many changes without an event the job had had: it is written only if there was none since. */
	fromEdits: number;
	/** The job after the change; `seq` is already the one of the event, `lease` is null. */
	job: Job;
	/** Null when neither state nor phase changes: such steps are no event of their own. */
	event: JobEventType | null;
	/** The hold the change puts on the account or app. */
	hold: HoldRequest | null;
	/** The Pin whose owner this job becomes. */
	pin: PinOwning | null;
}

/** How a job comes by its Pin; one that is only `alike` is not adopted while a job that might have made it is in doubt. */
export interface PinOwning {
	id: string;
	by: 'answer' | 'adopted';
	alike?: boolean;
}

/** The change from one job to another, with the next number if it is an event; what is none is counted apart. */
export function changeOf(before: Job, after: Partial<Job>, event: JobEventType | null, more: Partial<Pick<Change, 'hold' | 'pin'>> = {}): Change {
	const isEvent = event !== null;
	const seq = before.seq + (isEvent ? 1 : 0), edits = before.edits + (isEvent ? 0 : 1);
	return { from: before.state, fromEdits: before.edits, job: { ...before, ...after, seq, edits, lease: null }, event, hold: null, pin: null, ...more };
}

/** The change that an outcome makes: an event exactly when state or phase changes. */
export function stepOf(before: Job, after: Partial<Job>, more: Partial<Pick<Change, 'hold' | 'pin'>> = {}): Change {
	const { state = before.state, phase = before.phase } = after;
	const moved = state !== before.state || phase !== before.phase;
	return changeOf(before, after, moved ? eventOfState(state, phase) : null, more);
}

// Every end clears phase, due time and start. Each names them, since an object between two spreads is slow (parts.ts).

/** The job has its Pin. */
export function succeeded(job: Job, pin: PinOwning & { url: string | null }, now: number, more: Partial<Job> = {}): Change {
	const after: Partial<Job> = {
		phase: null, dueAt: null, startedAt: null, state: 'succeeded', finishedAt: now, inDoubt: null, mayExist: false, lastError: null, queue: null, groupKey: null,
		pinId: pin.id, pinUrl: pin.url, recovered: pin.by === 'adopted', warnings: warningsOnceSent(job), ...more,
	};
	return stepOf(job, after, { pin: { id: pin.id, by: pin.by, ...(pin.alike && { alike: true }) } });
}

/** The job waits for a person, in exactly one failure queue. What is said of its doubt stands in `more`. */
export function failed(job: Job, row: FailureRow, facts: FailureFacts, now: number, more: Partial<Job> = {}): Change {
	const after: Partial<Job> = {
		phase: null, dueAt: null, startedAt: null, state: 'failed', finishedAt: now,
		lastError: { class: classOfQueue(row.queue), code: row.code, message: redact(facts.message), httpStatus: facts.httpStatus },
		queue: { name: row.queue, owner: null, since: now, snoozedUntil: null },
		groupKey: groupKeyOf(job, row, facts), ...more,
	};
	return stepOf(job, after);
}

/** The job is not wanted any more: no failure, and nobody has to do anything. */
export function canceled(job: Job, lastError: LastError, now: number, more: Partial<Job> = {}): Change {
	return stepOf(job, { phase: null, dueAt: null, startedAt: null, state: 'canceled', finishedAt: now, lastError, ...more });
}

/** What is next when nothing is tried any more: a person, or us. */
function classOfQueue(queue: QueueName): ErrorClass {
	return queue === 'engineering' ? 'stop' : 'route';
}
