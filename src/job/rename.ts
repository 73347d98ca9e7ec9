import { changeOf, type Change } from './change';
import { derivedIds } from './idempotency';
import type { Job } from './job';
import { recorded } from './revision';

/** Recorded as who moved the jobs. */
export const BY_RENAME = 'account rename';

/**
 * What becomes of a job that was accepted under a further name of an account, before anybody knew that it was one: it goes on
 * under the first name, and answers to the key that it would have there.
 */
export function underFirstName(job: Job, first: string, now: number): { change: Change; aliases: string[] } {
	const aliases = derivedIds({ ...job, account: first }, job.id);
	if (!isWaiting(job)) return { change: changeOf(job, { account: first }, null), aliases };
	const revision = job.revision + 1;
	const revisions = recorded(job, revision, { by: BY_RENAME }, now, { account: { from: job.account, to: first } });
	return { change: changeOf(job, { account: first, revision, revisions }, 'job.updated'), aliases };
}

/** The same when another job has that key already: one of the two is enough. A job in doubt, or one that has ended, keeps what it is. */
export function besideItsTwin(job: Job, first: string, twin: string, now: number): Change {
	if (!isWaiting(job) || job.inDoubt) return underFirstName(job, first, now).change;
	const revisions = recorded(job, job.revision, { by: BY_RENAME }, now, { account: { from: job.account, to: first }, state: { from: job.state, to: 'canceled' } });
	const warnings = [...job.warnings, `${job.account} is another name of ${first}, where job ${twin} is this same Pin: this job was canceled.`];
	return changeOf(job, { account: first, state: 'canceled', phase: null, dueAt: null, finishedAt: now, revisions, warnings }, 'job.canceled');
}

function isWaiting({ state }: Job): boolean {
	return state === 'queued' || state === 'retry_scheduled';
}
