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

/** What a restart of Redis may have taken back: writes since `lookFrom`, and permits given before `at`. */
export interface Forgotten {
	at: number;
	lookFrom: number;
	/** Permits may have been lost with it: one look is not enough, since boards show Pins late. */
	isFresh: boolean;
}

/**
 * Whether a job may have been sent on a permit that Redis has forgotten, and nobody has looked since. Not one that came after
 * that, nor one that was due only later: what was sent was on disk before (store/lua/include/runs.lua), so it stands as it was,
 * unless somebody has changed it.
 */
export function mayHaveLeft(job: Job, { at, lookFrom }: Forgotten): boolean {
	const revisedAt = job.revisions.at(-1)?.at ?? 0;
	const isLookedFor = (job.lookedAt ?? 0) > at;
	return !isLookedFor && job.createdAt <= at && ((job.dueAt ?? 0) <= at || revisedAt > lookFrom);
}

/** A send that nobody remembers: the job is looked for as if it had been sent, since one look right after a send proves nothing. */
export function intoSuspicion(job: Job, { at, lookFrom }: Forgotten, terms: Terms): Change {
	const { policy, now } = terms;
	// No permit outlives its lease.
	const doubt = doubtOf(job, at + policy.leaseMs, terms);
	const past = policy.lookAtMs.filter((afterMs) => doubt.sendBy + afterMs <= now).length;
	const inDoubt: Doubt = {
		...doubt, suspected: true, notBefore: Math.min(doubt.notBefore, lookFrom - policy.createdBeforeSlackMs),
		step: Math.min(past, policy.lookAtMs.length - 1),
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
		...((earlier?.neverResend || policy.neverResend) && { neverResend: true }),
		sendBy: Math.max(earlier?.sendBy ?? 0, sendBy),
		step: 0,
		absentScans: 0,
	};
}
