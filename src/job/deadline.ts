import { canceled, failed, type Change } from './change';
import { ourFailure } from './classify';
import { rowOf } from './failures';
import type { Job } from './job';
import type { AttemptOutcome, FailureFacts } from './outcome';
import type { Policy } from './policy';
import type { Terms } from './terms';

/** Epoch ms after which a job is not sent any more: Publish Before, unless it may be late, or the end of its patience since it was due or last corrected. */
export function deadlineOf(job: Pick<Job, 'createdAt' | 'scheduledAt' | 'publishBefore' | 'whenLate' | 'revisions'>, policy: Pick<Policy, 'patienceMs'>): number {
	const dueSince = Math.max(job.createdAt, job.scheduledAt ?? 0, job.revisions.at(-1)?.at ?? 0);
	const before = job.whenLate === 'publish' ? null : job.publishBefore;
	return Math.min(before ?? Infinity, dueSince + policy.patienceMs);
}

/** What to settle a claimed job with instead of sending it, when its time was over while it waited; null when it may be sent. */
export function tooLate(job: Job, policy: Policy, now: number): (AttemptOutcome & { kind: 'not_sent' }) | null {
	if (now <= deadlineOf(job, policy)) return null;
	return { kind: 'not_sent', failure: ourFailure('deadline_passed', 'Its time was over before it was its turn.') };
}

/**
 * The end of a job whose time is over and of which no Pin can exist: a person is asked, or it is skipped where its user said so.
 * The end of its patience is none that anybody has chosen, so that a person hears of it whatever the rule.
 */
export function outOfTime(job: Job, facts: FailureFacts, more: Partial<Job>, { policy, now }: Pick<Terms, 'policy' | 'now'>): Change {
	const row = rowOf('deadline_passed');
	if (job.whenLate !== 'skip' || deadlineOf(job, policy) !== job.publishBefore) return failed(job, row, facts, now, more);
	return canceled(job, { class: row.class, code: row.code, message: facts.message, httpStatus: facts.httpStatus }, now, more);
}

/** The end of a job that waits for its turn too long; null while its time is not over, while somebody works on it, or while it may have a Pin. */
export function endOfWaiting(job: Job, terms: Pick<Terms, 'policy' | 'now'>): Change | null {
	const waits = (job.state === 'queued' || job.state === 'retry_scheduled') && job.inDoubt === null && job.lease === null;
	const late = waits ? tooLate(job, terms.policy, terms.now) : null;
	return late && outOfTime(job, late.failure.facts, {}, terms);
}
