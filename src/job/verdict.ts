import type { EngineError } from '../errors';
import { changeOf, failed, stepOf, succeeded, type Change } from './change';
import { ourFailure } from './classify';
import { doubtOf } from './doubt';
import { rowOf } from './failures';
import type { Job, RevisionChange } from './job';
import { needsMediaStep } from './media-plan';
import type { Policy } from './policy';
import { nextLookAt } from './reconcile-plan';
import { anew, movedOn, recorded, refused, type Actor, type Decided } from './revision';

/** What a person found out about a job in doubt. */
export type Verdict = { verdict: 'published'; pinId: string } | { verdict: 'absent' } | { verdict: 'abandon' };

/** Ends a doubt by hand: it is there, it is not there so send it, or let it be and never send it. */
export function resolve(job: Job, verdict: Verdict, actor: Actor, now: number, _policy: Policy): Decided {
	const refusal = movedOn(job, actor) ?? refusedVerdict(job, verdict);
	return refusal ?? { change: verdictChange(job, verdict, actor, now), aliases: [] };
}

/**
 * A Pin id from a worker whose fence had moved on: the job has its Pin, whatever was thought of it. One it was sent twice for keeps
 * the first, unless that has proved to be another job's.
 */
export function lateEvidence(job: Job, pinId: string, now: number, isAnothers = false): Change {
	if (job.pinId === null) return succeeded(job, { id: pinId, url: null, by: 'answer' }, now);
	if (job.pinId === pinId) return changeOf(job, {}, null);
	if (isAnothers || !isSecondPin(job, pinId)) {
		const warned = withWarning(job, `Pin ${job.pinId}, found on the board, was another's; Pinterest named ${pinId}.`);
		return changeOf(job, { ...warned, pinId, pinUrl: null, recovered: false }, 'job.succeeded', { pin: { id: pinId, by: 'answer' } });
	}
	return changeOf(job, withWarning(job, `A second Pin turned up: ${pinId} beside ${job.pinId}. Delete one of them at Pinterest.`), null);
}

/**
 * Whether this Pin is one too many. A job that was sent once can have made one Pin alone: where it took another for its own
 * by looking, that one is somebody else's, and a twin of ours may be looking for it.
 */
export function isSecondPin({ pinId: known, recovered, attemptHistory, historyCut }: Job, pinId: string): boolean {
	const sends = attemptHistory.filter(({ outcome }) => outcome === 'unknown' || outcome === 'published').length + historyCut;
	return known !== null && known !== pinId && !(recovered && sends === 1);
}

function withWarning({ warnings }: Job, warning: string): Pick<Job, 'warnings'> {
	return { warnings: [...warnings.filter((known) => known !== warning), warning] };
}

/** The Pin this job had adopted by looking proved to be another job's: its own outcome is unknown again. */
export function sendBack(job: Job, now: number, policy: Policy): Change {
	const { code, facts } = ourFailure('pin_displaced', `Pin ${job.pinId ?? ''} belongs to another job, whose answer named it.`);
	const inDoubt = doubtOf(job, now, { policy, now });
	return stepOf(job, {
		...anew, used: job.used, state: 'retry_scheduled', phase: 'reconcile', inDoubt, dueAt: nextLookAt(inDoubt, policy, now),
		lastError: { class: rowOf(code).class, code, message: facts.message, httpStatus: null },
	});
}

function verdictChange(job: Job, verdict: Verdict, actor: Actor, now: number): Change {
	switch (verdict.verdict) {
		case 'published': {
			const revisions = noted(job, job.revision, 'published', actor, now);
			return succeeded(job, { id: verdict.pinId.trim(), url: null, by: 'adopted' }, now, { revisions });
		}
		case 'absent': {
			const revision = job.revision + 1;
			return changeOf(job, { ...anew, phase: needsMediaStep(job) ? 'media' : null, dueAt: now, revision, revisions: noted(job, revision, 'absent', actor, now) }, 'job.requeued');
		}
		case 'abandon': {
			const over: Partial<Job> = { inDoubt: null, mayExist: true, queue: null, revisions: noted(job, job.revision, 'abandon', actor, now) };
			if (job.state !== 'retry_scheduled') return stepOf(job, over);
			return failed(job, rowOf('outcome_unknown'), ourFailure('outcome_unknown', 'Abandoned by hand before the outcome was known.').facts, now, over);
		}
	}
}

/** The verdict on record, with what the machine had seen until then. */
function noted(job: Job, revision: number, verdict: string, actor: Actor, now: number): RevisionChange[] {
	const doubt = job.inDoubt;
	const from = doubt && { looks: job.looks.length + job.looksCut, absentScans: doubt.absentScans, lastLook: job.looks.at(-1)?.note ?? null };
	return recorded(job, revision, actor, now, { verdict: { from, to: verdict } });
}

function refusedVerdict(job: Job, verdict: Verdict): EngineError | null {
	if (!job.inDoubt && !job.mayExist) return refused(job, 'not_in_doubt', job.state === 'succeeded' ? 'Its Pin is known.' : 'Use Requeue or Update instead.');
	if (job.state === 'running') return refused(job, 'job_not_waiting', 'A worker has it right now. Wait a minute, then look again.');
	if (verdict.verdict !== 'published' || /^\d{1,30}$/.test(verdict.pinId.trim())) return null;
	return refused(job, 'invalid_request', 'Give the number in the address of the Pin: pinterest.com/pin/<number>/.', {
		field: 'pinId', message: `“${verdict.pinId.slice(0, 60)}” is not the id of a Pin.`,
	});
}
