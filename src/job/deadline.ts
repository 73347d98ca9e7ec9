import { ourFailure } from './classify';
import type { Job } from './job';
import type { AttemptOutcome } from './outcome';
import type { Policy } from './policy';

/** Epoch ms after which a job is not sent any more: its own deadline, or the end of its patience since it was due or last corrected. */
export function deadlineOf(job: Pick<Job, 'createdAt' | 'scheduledAt' | 'publishBefore' | 'revisions'>, policy: Policy): number {
	const dueSince = Math.max(job.createdAt, job.scheduledAt ?? 0, job.revisions.at(-1)?.at ?? 0);
	return Math.min(job.publishBefore ?? Infinity, dueSince + policy.patienceMs);
}

/** What to settle a claimed job with instead of sending it, when its time was over while it waited; null when it may be sent. */
export function tooLate(job: Job, policy: Policy, now: number): (AttemptOutcome & { kind: 'not_sent' }) | null {
	if (now <= deadlineOf(job, policy)) return null;
	return { kind: 'not_sent', failure: ourFailure('deadline_passed', 'Its time was over before it was its turn.') };
}
