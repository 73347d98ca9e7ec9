import { changeOf, failed, stepOf, succeeded, type Change } from './change';
import { ourFailure } from './classify';
import { movedOn, recorded, refused, type Actor, type Decided } from './correction';
import { rowOf } from './failures';
import { anew } from './by-hand';
import type { Job, RevisionChange } from './job';
import type { Policy } from './policy';

/** What a person found out about a job in doubt. */
export type Verdict = { verdict: 'published'; pinId: string } | { verdict: 'absent' } | { verdict: 'abandon' };

/** Ends a doubt by hand: it is there, it is not there so send it, or let it be (and never send it). */
export function resolve(job: Job, verdict: Verdict, actor: Actor, now: number, policy: Policy): Decided {
	const refusal = movedOn(job, actor) ?? refusedVerdict(job, verdict);
	if (refusal) return refusal;
	return { ok: true, change: verdictChange(job, verdict, actor, now, policy), aliases: [] };
}

/** A Pin id that came from a worker whose fence had moved on: never thrown away. */
export type LateEvidence =
	/** The job has this Pin already. */
	| { kind: 'known' }
	/** An open job has its Pin now. */
	| { kind: 'settled'; change: Change }
	/** The job has another Pin, or was canceled: a matter for ops (`double_pin`); the change keeps the proof. */
	| { kind: 'double'; change: Change; pinIds: string[] };

/** What late proof of a Pin changes. */
export function lateEvidence(job: Job, pinId: string, now: number): LateEvidence {
	if (job.pinId === pinId) return { kind: 'known' };
	if (job.state !== 'succeeded' && job.state !== 'canceled') {
		return { kind: 'settled', change: succeeded(job, { id: pinId, url: null, by: 'answer' }, now) };
	}
	const warning = job.pinId === null
		? `Pin ${pinId} turned up although the job is canceled.`
		: `A second Pin turned up: ${pinId} beside ${job.pinId}. Delete one of them at Pinterest.`;
	const warnings = job.warnings.includes(warning) ? job.warnings : [...job.warnings, warning];
	const kept = { warnings, mayExist: job.state === 'canceled', groupKey: `double_pin|${job.id}` };
	return { kind: 'double', change: changeOf(job, kept, null), pinIds: [job.pinId, pinId].filter((id) => id !== null) };
}

function verdictChange(job: Job, verdict: Verdict, actor: Actor, now: number, policy: Policy): Change {
	switch (verdict.verdict) {
		case 'published': {
			const revisions = noted(job, job.revision, 'published', actor, now, policy);
			return succeeded(job, { id: verdict.pinId.trim(), url: null, by: 'adopted' }, now, { revisions });
		}
		case 'absent': {
			const revision = job.revision + 1;
			return changeOf(job, { ...anew, dueAt: now, revision, revisions: noted(job, revision, 'absent', actor, now, policy) }, 'job.requeued');
		}
		case 'abandon': {
			const over: Partial<Job> = { inDoubt: null, mayExist: true, queue: null, revisions: noted(job, job.revision, 'abandon', actor, now, policy) };
			if (job.state !== 'retry_scheduled') return stepOf(job, over);
			return failed(job, rowOf('outcome_unknown'), ourFailure('outcome_unknown', 'Abandoned by hand before the outcome was known.').facts, now, over);
		}
	}
}

/** The verdict on record, with what the machine had seen until then. */
function noted(job: Job, revision: number, verdict: string, actor: Actor, now: number, policy: Policy): RevisionChange[] {
	const doubt = job.inDoubt;
	const from = doubt && { looks: doubt.evidence.length + doubt.evidenceCut, absentScans: doubt.absentScans, lastLook: doubt.evidence.at(-1)?.note ?? null };
	return recorded(job, { revision, at: now, by: actor.by ?? null, changes: { verdict: { from, to: verdict } } }, policy);
}

function refusedVerdict(job: Job, verdict: Verdict): Decided | null {
	if (!job.inDoubt && !job.mayExist) return refused(job, 'not_in_doubt', job.state === 'succeeded' ? 'Its Pin is known.' : 'Use Requeue or Update instead.');
	if (job.state === 'running') return refused(job, 'job_not_waiting', 'A worker has it right now. Wait a minute, then look again.');
	if (verdict.verdict === 'published' && !/^\d{1,30}$/.test(verdict.pinId.trim())) {
		return refused(job, 'invalid_request', 'Give the number in the address of the Pin: pinterest.com/pin/<number>/.', { field: 'pinId', message: `“${verdict.pinId.slice(0, 60)}” is not the id of a Pin.` });
	}
	return null;
}
