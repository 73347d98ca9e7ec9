import { hash32 } from './hash';
import type { Job } from './job';
import type { Policy } from './policy';

/**
 * When a job is due: at its time, spread so that accounts do not all start on the hour; at once without one. The spread
 * is the account's, the same for all its jobs, so that their order stays; within an account the pace does the rest.
 */
export function dueAtOf(job: Pick<Job, 'account' | 'scheduledAt' | 'publishBefore'>, policy: Policy, now: number): number {
	if (job.scheduledAt === null || job.scheduledAt <= now) return now;
	const room = job.publishBefore === null ? policy.spreadMs : Math.min(policy.spreadMs, (job.publishBefore - job.scheduledAt) / 2);
	return job.scheduledAt + Math.floor(fractionOf(job.account) * room);
}

/** A fixed number in [0, 1) for a text. */
function fractionOf(text: string): number {
	return [...hash32(text, 8)].reduce((sum, character) => sum * 32 + 'abcdefghijklmnopqrstuvwxyz234567'.indexOf(character), 0) / 32 ** 8;
}
