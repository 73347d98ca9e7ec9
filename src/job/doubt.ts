import { attempted, unattempted } from './attempt';
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

/** What a restart of Redis may have taken back: writes since `lookFrom`, and permits given before `cutAt`. */
export interface Forgotten {
	lookFrom: number;
	cutAt: number;
}

/**
 * Whether a job may have been sent on a permit that Redis has forgotten. Not one that came since then, nor one that was due only
 * later: what was sent was on disk before (store/lua/include/runs.lua), so it stands as it was, unless somebody has changed it since.
 */
export function mayHaveLeft(job: Job, { lookFrom, cutAt }: Forgotten): boolean {
	const revisedAt = job.revisions.at(-1)?.at ?? 0;
	return job.createdAt <= cutAt && ((job.dueAt ?? 0) <= cutAt || revisedAt > lookFrom);
}

/** A send that nobody remembers: the job is looked for as if it had been sent, since one look right after a send proves nothing. */
export function intoSuspicion(job: Job, { lookFrom, cutAt }: Forgotten, terms: Terms): Change {
	const { policy, now } = terms;
	// No permit outlives its lease.
	const doubt = doubtOf(job, cutAt + policy.leaseMs, terms);
	const inDoubt: Doubt = {
		...doubt, suspected: true, notBefore: Math.min(doubt.notBefore, lookFrom - policy.createdBeforeSlackMs),
		step: policy.lookAtMs.filter((at) => doubt.sendBy + at <= now).length,
	};
	return stepOf(job, { ...unattempted(job), state: 'retry_scheduled', phase: 'reconcile', dueAt: nextLookAt(inDoubt, policy, now), inDoubt });
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
