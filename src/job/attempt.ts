import { changeOf, type Change } from './change';
import { rowOf } from './failures';
import type { Attempt, Job } from './job';
import type { AttemptOutcome } from './outcome';
import type { Terms } from './terms';

/** The attempt that has just ended, put on record. A media step is none. */
export function attempted(job: Job, outcome: AttemptOutcome, { policy, now }: Terms): Partial<Job> {
	if (job.state !== 'running') return {};
	const failure = outcome.kind === 'published' ? null : outcome.failure;
	const said = outcome.kind === 'published' ? outcome : outcome.failure.facts;
	const attempt: Attempt = {
		n: job.attempts, revision: job.revision, startedAt: job.startedAt ?? now, endedAt: now,
		outcome: outcome.kind,
		class: failure && rowOf(failure.code).class,
		code: failure?.code ?? null,
		httpStatus: said.httpStatus,
		pinterestCode: failure?.facts.pinterestCode ?? null,
		requestId: said.requestId,
		message: failure?.facts.message ?? null,
	};
	const history = [...job.attemptHistory, attempt];
	const cut = Math.max(0, history.length - policy.historyCap);
	return { startedAt: null, attemptHistory: history.slice(cut), historyCut: job.historyCut + cut };
}

/** The job as if it had not been claimed to send: nothing was sent, so the attempt does not count. */
export function unattempted(job: Job): Partial<Job> {
	return job.state === 'running' ? { startedAt: null, attempts: Math.max(0, job.attempts - 1) } : {};
}

/** A worker gives back what it did not send: no attempt, no event, and its old place in the line. A look that was not taken stays due. */
export function giveBack(job: Job, now: number, more: Partial<Job> = {}): Change {
	const after: Partial<Job> = job.state === 'running' ? { ...unattempted(job), state: 'queued', phase: null, dueAt: job.dueAt ?? now } : {};
	return changeOf(job, { ...after, ...more }, null);
}
