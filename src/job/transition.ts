import { assertNever } from './assert-never';
import { attempted, giveBack } from './attempt';
import { backoffMs } from './backoff';
import { failed, stepOf, succeeded, type Change } from './change';
import { ourFailure } from './classify';
import { deadlineOf, outOfTime } from './deadline';
import { intoDoubt } from './doubt';
import { fallsBack } from './fall-back';
import type { FailureRow } from './failure-row';
import { rowOf } from './failures';
import { afterMediaStep, needsMediaStep } from './media-plan';
import type { ErrorClass, Job, LeasedJob } from './job';
import { afterLookOf } from './look';
import type { AttemptOutcome, Failure, LeaseOutcome, Outcome } from './outcome';
import type { Policy } from './policy';
import { holdOf, nextTry, withCode } from './retry-plan';
import type { Terms } from './terms';

export { giveBack } from './attempt';
export type { Change } from './change';

/** The one change that an outcome makes to a job whose lease is held. Decides everything; does nothing. */
export function transition(job: LeasedJob, outcome: Outcome, policy: Policy, now: number, random: () => number): Change {
	const terms: Terms = { policy, now, random };
	// Whoever tells of an attempt was not lost by it.
	const survived: LeasedJob = { ...job, lostLeases: 0 };
	switch (outcome.kind) {
		case 'published':
			return succeeded(job, { id: outcome.pinId, url: outcome.pinUrl, by: 'answer' }, now, attempted(job, outcome, terms));
		case 'refused':
		case 'not_sent':
			return afterFailure(survived, outcome, terms);
		case 'unknown':
			return intoDoubt(survived, outcome, job.lease.sendBy ?? now, terms);
		case 'lease_lost':
			return afterLostLease(job, outcome, terms);
		case 'found':
		case 'absent':
		case 'ambiguous':
		case 'contested':
		case 'unreadable':
			return afterLookOf(job, outcome, terms);
		case 'handed_over':
		case 'processing':
		case 'media_ready':
			return afterMediaStep(survived, outcome, terms)
				?? afterFailure(survived, { kind: 'not_sent', failure: ourFailure('media_processing_slow', 'Pinterest has not finished with the video.') }, terms);
		default:
			return assertNever(outcome);
	}
}

type FailedAttempt = AttemptOutcome & { failure: Failure };

/** No Pin came of this call. */
function afterFailure(job: LeasedJob, outcome: FailedAttempt, terms: Terms): Change {
	// Once in doubt the job stays in doubt: a later refusal says nothing of the earlier Pin.
	if (job.inDoubt) return intoDoubt(job, outcome, job.inDoubt.sendBy, terms);
	const { failure } = outcome;
	const row = rowOf(failure.code);
	const tried = { ...attempted(job, outcome, terms), ...uploadAfter(job, row) };
	if (row.hold) return held(job, failure, tried, terms);
	if (row.code === 'deadline_passed') return outOfTime(job, failure.facts, tried, terms);
	if (row.class === 'route' || row.class === 'stop') return failed(job, row, failure.facts, terms.now, tried);
	if (fallsBack(job, row, tried.attemptHistory ?? [], terms.policy)) return sendAsBytes(job, failure, tried, terms);
	const next = nextTry(job, row, terms);
	if (next) return sendAgain(job, failure, next.class, next.dueAt, { ...tried, used: next.used }, terms);
	if (row.becomes) return held(job, { ...failure, code: rowOf(row.becomes).code }, tried, terms);
	const message = `Gave up${isMediaStep(job) ? '' : ` after ${job.attempts} attempts`}. ${failure.facts.message}`;
	return failed(job, row, { ...failure.facts, message }, terms.now, tried);
}

/** Pinterest cannot load its images: the next attempt carries them. It comes when it would have come, or soon where none would. */
function sendAsBytes(job: LeasedJob, failure: Failure, tried: Partial<Job>, terms: Terms): Change {
	const row = rowOf(failure.code), { policy, now, random } = terms;
	const dueAt = nextTry(job, row, terms)?.dueAt ?? now + backoffMs(policy.retry, 1, random);
	return sendAgain(job, failure, row.class, dueAt, { ...tried, used: withCode(job, row.code), bytesAfter: job.attempts }, terms);
}

/** The account or the app waits, and the job with it; that uses up no try. */
function held(job: LeasedJob, failure: Failure, tried: Partial<Job>, terms: Terms): Change {
	const row = rowOf(failure.code);
	if (!row.hold) return failed(job, row, failure.facts, terms.now, tried);
	const hold = holdOf(job, row, row.hold, failure, terms);
	const change = sendAgain(job, failure, row.class, hold.until ?? terms.now, { ...tried, used: withCode(job, row.code) }, terms);
	return { ...change, hold };
}

/** Sent again at `dueAt`, unless the job's time is over by then. */
function sendAgain(job: LeasedJob, { code, facts }: Failure, errorClass: ErrorClass, dueAt: number, more: Partial<Job>, terms: Terms): Change {
	if (dueAt > deadlineOf(job, terms.policy)) {
		const message = `Its time is over before it can be sent again. ${facts.message}`;
		return outOfTime(job, { ...facts, message }, more, terms);
	}
	const lastError = { class: errorClass, code, message: facts.message, httpStatus: facts.httpStatus };
	// Nothing is sent before the video is ready.
	const phase = needsMediaStep({ ...job, ...more }) ? 'media' : 'publish';
	return stepOf(job, { ...more, state: 'retry_scheduled', phase, dueAt, lastError });
}

/** The lease ran out under a worker. Before the permit nothing was sent, nor by a media step; after it nobody knows. */
function afterLostLease(job: LeasedJob, { afterPermit, sendBy }: LeaseOutcome, terms: Terms): Change {
	if (job.state !== 'running' && !isMediaStep(job)) return afterLostLook(job, terms);
	const lostLeases = job.lostLeases + 1;
	const counted: LeasedJob = { ...job, lostLeases };
	if (afterPermit) {
		const failure = ourFailure('lease_lost', 'The worker was lost after it was allowed to send.');
		return intoDoubt(counted, { kind: 'unknown', failure }, sendBy ?? terms.now, terms);
	}
	if (lostLeases < terms.policy.poisonLeases) return giveBack(counted, terms.now);
	const failure = ourFailure('poison', `Workers were lost ${lostLeases} times while they had this job.`);
	return failed(counted, rowOf('poison'), failure.facts, terms.now, attempted(counted, { kind: 'not_sent', failure }, terms));
}

/** What Pinterest holds of the video after this failure. */
function uploadAfter({ upload }: Job, row: FailureRow): Pick<Job, 'upload'> {
	return { upload: row.renewsMedia ? null : upload && { ...upload, readyAt: row.awaitsMedia ? null : upload.readyAt } };
}

/** Whether its lease is one of a media step. */
function isMediaStep({ phase }: Job): boolean {
	return phase === 'media';
}

/** A look that nobody ended counts as one that saw nothing, so that it cannot go on for ever. */
function afterLostLook(job: LeasedJob, terms: Terms): Change {
	if (!job.inDoubt) return giveBack(job, terms.now);
	const failure = ourFailure('scan_incomplete', 'The worker was lost while it was reading.');
	const evidence = { at: terms.now, scan: 'incomplete', pages: 0, candidates: 0, note: failure.facts.message } as const;
	return afterLookOf(job, { kind: 'unreadable', failure, evidence }, terms);
}
