import { attempted } from './attempt';
import { stepOf, type Change } from './change';
import { rowOf } from './failures';
import type { Doubt, Job } from './job';
import type { AttemptOutcome, Failure } from './outcome';
import { nextLookAt } from './reconcile-plan';
import type { Terms } from './terms';

/** A request may have left: from now on the job is looked for, never sent, until its Pin is found or proven absent. */
export function intoDoubt(job: Job, outcome: AttemptOutcome & { failure: Failure }, sendBy: number, terms: Terms): Change {
	const { code, facts } = outcome.failure;
	const inDoubt = doubtOf(job, sendBy, terms);
	return stepOf(job, {
		...attempted(job, outcome, terms),
		state: 'retry_scheduled', phase: 'reconcile', dueAt: nextLookAt(inDoubt, terms.policy, terms.now), inDoubt,
		lastError: { class: rowOf(code).class, code, message: facts.message, httpStatus: facts.httpStatus },
	});
}

/** A doubt begins, or begins anew: what earlier looks saw stays on record but proves nothing of a later send. */
export function doubtOf(job: Job, sendBy: number, { policy, now }: Pick<Terms, 'policy' | 'now'>): Doubt {
	const earlier = job.inDoubt;
	const firstAttemptAt = Math.min(job.createdAt, job.attemptHistory[0]?.startedAt ?? now, job.startedAt ?? now);
	return {
		notBefore: Math.min(earlier?.notBefore ?? Infinity, firstAttemptAt - policy.createdBeforeSlackMs),
		...(earlier?.aheadMs !== undefined && { aheadMs: earlier.aheadMs }),
		sendBy: Math.max(earlier?.sendBy ?? 0, sendBy),
		step: 0,
		absentScans: 0,
		evidence: earlier?.evidence ?? [],
		evidenceCut: earlier?.evidenceCut ?? 0,
	};
}
