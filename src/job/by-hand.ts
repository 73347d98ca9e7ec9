import { changeOf } from './change';
import { corrected, movedOn, recorded, refused, revised, type Actor, type Correction, type Decided } from './correction';
import { derivedIds, fingerprintOf } from './idempotency';
import type { Job, RevisionChange } from './job';
import type { Policy } from './policy';
import { dueAtOf, type Parsed } from './request';

export type { Actor, Correction, Decided } from './correction';

/** A failed or canceled job goes back under its key, corrected or not, as its next revision. */
export function requeue(job: Job, correction: Correction, actor: Actor, now: number, policy: Policy): Decided {
	const refusal = movedOn(job, actor) ?? refusedRequeue(job, actor, policy);
	if (refusal) return refusal;
	const parsed = corrected(job, correction, now);
	if (!parsed.ok) return parsed;
	const after: Partial<Job> = {
		...revision(job, parsed, actor, now, policy), ...anew,
		dueAt: dueAtOf(parsed.request, policy, now),
		requeues: job.requeues + (actor.automatic ? 1 : 0),
	};
	return { ok: true, change: changeOf(job, after, 'job.requeued'), aliases: derivedIds(parsed.request, job.id) };
}

/** Corrects a job that waits for its turn: next revision, same key, same state. Nothing to change is no event. */
export function update(job: Job, correction: Correction, actor: Actor, now: number, policy: Policy): Decided {
	const refusal = movedOn(job, actor) ?? refusedWhileBusy(job);
	if (refusal) return refusal;
	const parsed = corrected(job, correction, now);
	if (!parsed.ok) return parsed;
	if (Object.keys(revised(job, parsed.request)).length === 0) return { ok: true, change: changeOf(job, {}, null), aliases: [] };
	const rescheduled = parsed.request.scheduledAt !== job.scheduledAt;
	const after: Partial<Job> = {
		...revision(job, parsed, actor, now, policy),
		...(rescheduled && { dueAt: dueAtOf(parsed.request, policy, now) }),
	};
	return { ok: true, change: changeOf(job, after, 'job.updated'), aliases: derivedIds(parsed.request, job.id) };
}

/** Takes back a job that waits for its turn; refused while a Pin may exist. */
export function cancel(job: Job, actor: Actor, now: number, policy: Policy): Decided {
	const refusal = movedOn(job, actor) ?? refusedWhileBusy(job);
	if (refusal) return refusal;
	const changes = { state: { from: job.state, to: 'canceled' } };
	const after: Partial<Job> = {
		state: 'canceled', phase: null, dueAt: null, finishedAt: now,
		revisions: recorded(job, { revision: job.revision, at: now, by: actor.by ?? null, changes }, policy),
	};
	return { ok: true, change: changeOf(job, after, 'job.canceled'), aliases: [] };
}

/** What a job that starts over leaves behind; its attempts stay on record. */
export const anew = {
	state: 'queued', phase: null, finishedAt: null, startedAt: null, inDoubt: null, mayExist: false, lastError: null, queue: null, groupKey: null,
	used: { classes: {}, codes: {}, afterAbsence: 0 }, lostLeases: 0, pinId: null, pinUrl: null, recovered: false,
} as const satisfies Partial<Job>;

function revision(job: Job, { request, warnings }: Extract<Parsed, { ok: true }>, actor: Actor, now: number, policy: Policy): Partial<Job> {
	const change: RevisionChange = { revision: job.revision + 1, at: now, by: actor.by ?? null, changes: revised(job, request) };
	return { ...request, fingerprint: fingerprintOf(request), warnings, revision: change.revision, revisions: recorded(job, change, policy) };
}

function refusedRequeue(job: Job, actor: Actor, policy: Policy): Decided | null {
	if (job.inDoubt || job.mayExist) {
		return refused(job, 'job_in_doubt', 'Look at the board, then use Resolve Unknown: published, not there, or abandon.');
	}
	if (job.state !== 'failed' && job.state !== 'canceled') {
		return refused(job, 'job_not_failed', job.state === 'succeeded' ? 'Its Pin is published; a new Pin needs a new Source Record ID or key.' : 'It is still under way. Use Update to change it.');
	}
	if (actor.automatic && job.requeues >= policy.requeueCap) {
		return refused(job, 'requeue_limit', `It was requeued ${job.requeues} times without a person. Look at its last error; a person may still requeue it.`);
	}
	return null;
}

function refusedWhileBusy(job: Job): Decided | null {
	if (job.inDoubt || job.mayExist) return refused(job, 'job_in_doubt', 'A Pin may already exist. Wait until the board has been read, or use Resolve Unknown.');
	if (job.state === 'running') return refused(job, 'job_not_waiting', 'It is being published right now. Wait a minute, then look again.');
	if (job.state === 'queued' || job.state === 'retry_scheduled') return null;
	return refused(job, 'job_not_waiting', job.state === 'succeeded' ? 'Its Pin is published.' : `It is ${job.state}. Use Pinterest Requeue.`);
}
