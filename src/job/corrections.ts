import type { EngineError } from '../errors';
import { changeOf } from './change';
import { derivedIds } from './idempotency';
import { rowOf } from './failures';
import type { HoldKind } from './hold';
import type { Job, PinContent } from './job';
import type { Policy } from './policy';
import { firstStep, needsMediaStep } from './media-plan';
import type { ParsedRequest } from './request';
import { anew, changesOf, corrected, movedOn, recorded, refused, type Actor, type Correction, type Decided } from './revision';

export { correctionOf } from './revision';
export type { Actor, Correction, Decided } from './revision';
export { isSecondPin, lateEvidence, resolve, sendBack, type Verdict } from './verdict';

/** A failed or canceled job goes back under its key, corrected or not, as its next revision. */
export function requeue(job: Job, correction: Correction, actor: Actor, now: number, policy: Policy): Decided {
	const refusal = movedOn(job, actor) ?? refusedRequeue(job, actor, policy);
	if (refusal) return refusal;
	const parsed = corrected(job, correction, now);
	if (!parsed.ok) return parsed.error;
	const revised = nextRevision(job, parsed.request, actor, now);
	const after: Partial<Job> = {
		...revised, ...anew, ...firstStep(parsed.request, revised.upload, policy, now), bytesAfter: null,
		requeues: job.requeues + (actor.automatic ? 1 : 0),
	};
	return { change: changeOf(job, after, 'job.requeued'), aliases: derivedIds(parsed.request, job.id) };
}

/** Corrects a job that waits for its turn: next revision, same key, same state. Nothing to change is no event. */
export function update(job: Job, correction: Correction, actor: Actor, now: number, policy: Policy): Decided {
	const refusal = movedOn(job, actor) ?? refusedWhileBusy(job, UPDATE_INSTEAD);
	if (refusal) return refusal;
	const parsed = corrected(job, correction, now);
	if (!parsed.ok) return parsed.error;
	if (Object.keys(changesOf(job, parsed.request)).length === 0) return { change: changeOf(job, {}, null), aliases: [] };
	const revised = nextRevision(job, parsed.request, actor, now);
	const after: Partial<Job> = { ...revised, ...nextStep(job, parsed.request, revised.upload, policy, now) };
	return { change: changeOf(job, after, 'job.updated'), aliases: derivedIds(parsed.request, job.id) };
}

/** Takes back a job that waits for its turn; refused while a Pin may exist. */
export function cancel(job: Job, actor: Actor, now: number): Decided {
	const refusal = movedOn(job, actor) ?? refusedWhileBusy(job, CANCEL_INSTEAD);
	if (refusal) return refusal;
	const revisions = recorded(job, job.revision, actor, now, { state: { from: job.state, to: 'canceled' } });
	const after: Partial<Job> = { state: 'canceled', phase: null, dueAt: null, finishedAt: now, revisions };
	return { change: changeOf(job, after, 'job.canceled'), aliases: [] };
}

function nextRevision(job: Job, request: ParsedRequest, actor: Actor, now: number): Partial<Job> & Pick<Job, 'upload'> {
	const revision = job.revision + 1, changes = changesOf(job, request);
	return {
		...request, revision, revisions: recorded(job, revision, actor, now, changes),
		// Another image may have an address that Pinterest can load.
		bytesAfter: 'media' in changes ? null : job.bytesAfter,
		// What was handed over is the account's, and is the video of this address.
		upload: 'media' in changes && videoOf(request.content) !== videoOf(job.content) || 'account' in changes ? null : job.upload,
	};
}

/** A waiting job goes on with what it waited for, unless its time or its media are other ones. */
function nextStep(job: Job, request: ParsedRequest, upload: Job['upload'], policy: Policy, now: number): Partial<Job> {
	const isRescheduled = request.scheduledAt !== job.scheduledAt;
	const was = needsMediaStep(job), is = needsMediaStep({ content: request.content, upload });
	const isAnew = upload !== job.upload || was !== is;
	if (!isRescheduled && !isAnew) return {};
	// Pinterest has the video and is asked about it soon, whenever the Pin is due.
	if (is && upload !== null) return {};
	const { phase, dueAt } = firstStep(request, upload, policy, now);
	return { phase: phase ?? (job.state === 'queued' ? null : 'publish'), dueAt };
}

function videoOf({ media }: PinContent): string | null {
	return media.kind === 'video_url' ? media.url : null;
}

function refusedRequeue(job: Job, actor: Actor, policy: Policy): EngineError | null {
	if (job.inDoubt || job.mayExist) {
		return refused(job, 'job_in_doubt', 'Look at the board, then use Resolve Unknown: published, not there, or abandon.');
	}
	if (job.state !== 'failed' && job.state !== 'canceled') {
		const hint = job.state === 'succeeded'
			? 'Its Pin is published; a new Pin needs a new Source Record ID or key.'
			: 'It is still under way. Correct While Waiting (Update) changes it.';
		return refused(job, 'job_not_failed', hint);
	}
	if (actor.automatic && job.requeues >= policy.requeueCap) {
		return refused(job, 'requeue_limit', `It was requeued ${job.requeues} times without a person. Look at its last error; a person may still requeue it.`);
	}
	return null;
}

/** What to do instead with a job that has ended. */
type Instead = Record<'succeeded' | 'failed' | 'canceled', string>;

const UPDATE_INSTEAD: Instead = {
	succeeded: 'Its Pin is published; change it at Pinterest. A new Pin needs a new Source Record ID or key.',
	failed: 'It has failed. Pinterest Requeue → Requeue takes the same corrections and puts it back.',
	canceled: 'It was canceled. Pinterest Requeue → Requeue takes the same corrections and puts it back.',
};
const CANCEL_INSTEAD: Instead = {
	succeeded: 'Its Pin is published; delete it at Pinterest.',
	failed: 'It has failed and is not sent again by itself. Pinterest Requeue → Failure → Resolve closes it.',
	canceled: 'It was canceled already.',
};

function refusedWhileBusy(job: Job, instead: Instead): EngineError | null {
	if (job.inDoubt || job.mayExist) return refused(job, 'job_in_doubt', 'A Pin may already exist. Wait until the board has been read, or use Resolve Unknown.');
	if (job.lease && job.phase === 'media') return refused(job, 'job_not_waiting', 'Its video is being handed to Pinterest right now. Look again in some minutes.');
	if (job.state === 'running') return refused(job, 'job_not_waiting', 'It is being published right now. Wait a minute, then look again.');
	if (job.state === 'queued' || job.state === 'retry_scheduled') return null;
	return refused(job, 'job_not_waiting', instead[job.state]);
}

/** A job that met a hold is due when that would have ended by itself; ended by hand, it goes on with the others. */
export function goOn(job: Job, kinds: HoldKind[], now: number): Decided {
	// What is due already keeps its place, and when it was due: after a restart of Redis that says whether it may have been sent.
	if (!waitsForEndOf(job, kinds) || (job.dueAt ?? 0) <= now) return refused(job, 'job_not_waiting', 'It does not wait for the end of this hold.');
	return { change: changeOf(job, { dueAt: now }, null), aliases: [] };
}

/** Whether the last thing that happened to this waiting job was to meet a hold of such a kind. */
export function waitsForEndOf({ state, inDoubt, lastError }: Job, kinds: HoldKind[]): boolean {
	if (state !== 'retry_scheduled' || inDoubt || !lastError) return false;
	const { hold } = rowOf(lastError.code);
	return hold !== undefined && kinds.includes(hold.kind);
}
