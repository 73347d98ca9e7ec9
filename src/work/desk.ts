import { EngineError, isEngineError } from '../errors';
import type { Job } from '../job/job';
import type { Policy } from '../job/policy';
import type { ParsedRequest } from '../job/request';
import { cancel, correctionOf, requeue, resolve, update, type Actor, type Correction, type Decided, type Verdict } from '../job/corrections';
import type { JobView } from '../job/view';
import type { Found, JobFilter, JobPage, ReviseAnswer, Revision } from '../store/contract';
import type { World } from './contract';
import type { Views } from './views';

export type { Actor, Correction, Verdict } from '../job/corrections';

interface Parts {
	store: {
		find(id: string): Promise<Found>;
		revise(id: string, revision: Revision): Promise<ReviseAnswer>;
	};
	list(filter: JobFilter): Promise<JobPage>;
	views: Views;
	policy: Policy;
	world: World;
}

type Decide = (job: Job, now: number, policy: Policy) => Decided;

/** How often a decision is made anew because the job moved between reading and writing. */
const TRIES = 5;

/** Where people change jobs: requeue, update, cancel, verdicts. Each is one guarded write. */
export class Desk {
	constructor(private readonly parts: Parts) {}

	async get(id: string): Promise<JobView> {
		return this.parts.views.of(await this.job(id));
	}

	requeue(id: string, fields: Correction, actor: Actor): Promise<JobView> {
		return this.change(id, (job, now, policy) => requeue(job, fields, actor, now, policy));
	}

	update(id: string, fields: Correction, actor: Actor): Promise<JobView> {
		return this.change(id, (job, now, policy) => update(job, fields, actor, now, policy));
	}

	cancel(id: string, actor: Actor): Promise<JobView> {
		return this.change(id, (job, now) => cancel(job, actor, now));
	}

	resolveUnknown(id: string, verdict: Verdict, actor: Actor): Promise<JobView> {
		return this.change(id, (job, now, policy) => resolve(job, verdict, actor, now, policy));
	}

	/** The content of a request as the next revision of a waiting job. */
	async updateTo(job: Job, request: ParsedRequest, by: string | null): Promise<Job> {
		return this.write(job, (known, now, policy) => update(known, correctionOf(request), { by }, now, policy));
	}

	/** One after the other; what one job refuses harms no other. */
	async requeueMany(filter: JobFilter, fields: Correction, actor: Actor & { dryRun?: boolean; limit?: number }): Promise<{ requeued: JobView[]; refused: { id: string; error: EngineError }[] }> {
		const requeued: JobView[] = [], refused: { id: string; error: EngineError }[] = [];
		for (const job of await this.failed(filter, actor.limit ?? 500)) {
			try {
				requeued.push(actor.dryRun ? await this.preview(job, fields, actor) : await this.requeue(job.id, fields, actor));
			} catch (error) {
				if (!isEngineError(error) || error.code === 'redis_unavailable') throw error;
				refused.push({ id: job.id, error });
			}
		}
		return { requeued, refused };
	}

	private async preview(job: Job, fields: Correction, actor: Actor): Promise<JobView> {
		const decided = requeue(job, fields, actor, this.parts.world.now(), this.parts.policy);
		if (decided instanceof EngineError) throw decided;
		return this.parts.views.of(decided.change.job);
	}

	private async failed(filter: JobFilter, limit: number): Promise<Job[]> {
		const found: Job[] = [];
		let cursor: string | null | undefined;
		do {
			const page: JobPage = await this.parts.list({ ...filter, states: filter.states ?? ['failed'], limit: Math.min(500, limit - found.length), cursor: cursor ?? undefined });
			found.push(...page.jobs);
			cursor = page.cursor;
		} while (cursor && found.length < limit);
		return found;
	}

	private async change(id: string, decide: Decide): Promise<JobView> {
		return this.parts.views.of(await this.write(await this.job(id), decide));
	}

	/** Decides on the job as it stands and writes if it still stands so; a job that moved is decided anew. */
	private async write(job: Job, decide: Decide): Promise<Job> {
		for (let known = job, tries = 0; tries < TRIES; tries++) {
			const decided = decide(known, this.parts.world.now(), this.parts.policy);
			if (decided instanceof EngineError) throw decided;
			const { change, aliases } = decided;
			const answer = await this.parts.store.revise(job.id, { expectedRevision: known.revision, expectedSeq: known.seq, change, aliases });
			if (answer.kind === 'revised') return answer.job;
			if (answer.kind !== 'moved') throw refusal(job.id, answer);
			known = answer.job;
		}
		throw new EngineError('revision_moved', { jobId: job.id, hint: 'Look at the job again, then repeat the change.' });
	}

	private async job(id: string): Promise<Job> {
		const found = await this.parts.store.find(id);
		if (found.kind === 'job') return found.job;
		if (found.kind === 'tombstone') throw new EngineError('job_not_found', { jobId: id, message: `Job ${id} ended as ${found.state} and its record is past its keeping.`, hint: found.pinId ? `Its Pin is ${found.pinId}.` : 'Its key still keeps a second Pin from being made.' });
		throw new EngineError('job_not_found', { jobId: id, message: `There is no job ${id}.`, hint: 'Check the id (it begins with pj_) and that this credential names the right namespace.' });
	}
}

function refusal(jobId: string, answer: Exclude<ReviseAnswer, { kind: 'revised' } | { kind: 'moved' }>): EngineError {
	switch (answer.kind) {
		case 'owned': return new EngineError('key_owned', { jobId, owner: answer.by, message: `The corrected content is already job ${answer.by}.`, hint: 'Cancel one of the two, or give the correction another content.' });
		case 'contested': return new EngineError('key_owned', { jobId, owner: answer.owner, message: answer.owner ? `This Pin belongs to job ${answer.owner}.` : 'A job with the same content is being sent right now.', hint: answer.owner ? 'Look at that job first.' : 'Repeat this in a minute.' });
		case 'media_missing': return new EngineError('media_missing', { jobId, hint: 'Requeue with a new image.' });
		case 'missing': return new EngineError('job_not_found', { jobId });
	}
}
