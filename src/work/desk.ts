import { EngineError, isEngineError } from '../errors';
import { handle, type HandlingRequest } from '../job/handling';
import { APP, type Incident } from '../job/hold';
import type { Job } from '../job/job';
import type { Policy } from '../job/policy';
import { refusalOf } from '../job/preflight';
import { BURIED } from '../job/reconcile-plan';
import type { ParsedRequest } from '../job/request';
import { cancel, correctionOf, goOn, requeue, resolve, update, waitsForEndOf, type Actor, type Correction, type Decided, type Verdict } from '../job/corrections';
import type { JobView } from '../job/view';
import type { Change } from '../job/change';
import type { Found, JobFilter, JobPage, ReviseAnswer, Revision } from '../store/contract';
import type { World } from './contract';
import type { Preflight } from './preflight';
import type { Views } from './views';

export type { Actor, Correction, Verdict } from '../job/corrections';

interface Parts {
	store: {
		find(id: string): Promise<Found>;
		revise(id: string, revision: Revision): Promise<ReviseAnswer>;
	};
	list(filter: JobFilter): Promise<JobPage>;
	preflight(): Preflight;
	views: Views;
	policy: Policy;
	world: World;
}

/** `dryRun` decides and checks everything and writes nothing. */
export interface RequeueOptions {
	/** Looks at a corrected board or image first; true by default. */
	check?: boolean;
	dryRun?: boolean;
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

	/** Looks at what a correction changed first, unless `check` is false; with `dryRun` nothing is written. */
	async requeue(id: string, fields: Correction, actor: Actor, { check = true, dryRun = false }: RequeueOptions = {}): Promise<JobView> {
		const preflight = check ? this.parts.preflight() : null;
		const put = dryRun ? this.previewRequeue : this.requeueJob;
		return this.parts.views.of(await put.call(this, await this.job(id), fields, actor, preflight));
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

	/** The jobs that met these holds of one account or the app, which somebody has ended, are due now. */
	async goOnAfter(released: Incident[]): Promise<void> {
		const [{ account }] = released as [Incident], kinds = released.map(({ kind }) => kind);
		const filter: JobFilter = { states: ['retry_scheduled'], ...(account !== APP && { account }) };
		let cursor: string | null = null;
		do {
			const page: JobPage = await this.parts.list({ ...filter, ...(cursor !== null && { cursor }) });
			for (const job of page.jobs.filter((one) => waitsForEndOf(one, kinds))) {
				await this.write(job, (known, now) => goOn(known, kinds, now)).catch((error: unknown) => {
					// It went on by itself meanwhile.
					if (!isEngineError(error) || error.code !== 'job_not_waiting') throw error;
				});
			}
			({ cursor } = page);
		} while (cursor !== null);
	}

	/** Claims, notes, snoozes or resolves a failure. */
	async handle(id: string, request: HandlingRequest, actor: Actor): Promise<Job> {
		return this.write(await this.job(id), (job, now) => handle(job, request, actor, now));
	}

	/** Puts a job back; with a preflight only if that finds nothing wrong with the correction: `preflight_failed`. */
	async requeueJob(job: Job, fields: Correction, actor: Actor, preflight: Preflight | null): Promise<Job> {
		await this.previewRequeue(job, fields, actor, preflight);
		return this.write(job, (known, now, policy) => requeue(known, fields, actor, now, policy));
	}

	/** What a job would be after a requeue; nothing is written. */
	async previewRequeue(job: Job, fields: Correction, actor: Actor, preflight: Preflight | null): Promise<Job> {
		const decided = requeue(job, fields, actor, this.parts.world.now(), this.parts.policy);
		if (decided instanceof EngineError) throw decided;
		const refusal = preflight && refusalOf(await preflight.problems(job, decided.change.job), job.id);
		if (refusal) throw refusal;
		return decided.change.job;
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
			const answer = await this.revised(known, change, aliases);
			if (answer.kind === 'revised') return answer.job;
			if (answer.kind !== 'moved') throw refusal(job.id, answer);
			known = answer.job;
		}
		throw new EngineError('revision_moved', { jobId: job.id, hint: 'Look at the job again, then repeat the change.' });
	}

	/** What may have been sent before a restart of Redis and was not looked for yet is canceled with the word that a Pin may exist. */
	private async revised(known: Job, change: Change, aliases: string[]): Promise<ReviseAnswer> {
		const asSeen = { expectedRevision: known.revision, expectedSeq: known.seq, aliases };
		const answer = await this.parts.store.revise(known.id, { ...asSeen, change });
		if (answer.kind !== 'in_doubt' || change.event !== 'job.canceled') return answer;
		return this.parts.store.revise(known.id, { ...asSeen, change: { ...change, job: { ...change.job, mayExist: true } } });
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
		case 'contested': return new EngineError('key_owned', { jobId, ...contested(answer.owner) });
		case 'in_doubt': return new EngineError('job_in_doubt', { jobId, message: 'Redis may have forgotten that this job was sent: a Pin may already exist.', hint: 'Wait until the board has been read: half an hour at most, where its account is served. Then look at the job again.' });
		case 'media_missing': return new EngineError('media_missing', { jobId, hint: 'Requeue with a new image.' });
		case 'missing': return new EngineError('job_not_found', { jobId });
	}
}

/** Whose the Pin is that a verdict has named. */
function contested(owner: string | null): { owner: string | null; message: string; hint: string } {
	if (owner === BURIED) {
		return { owner: null, message: 'This Pin belongs to an earlier job, whose record is past its keeping.', hint: 'Look for another Pin of this job. Resolve it as not there only if you are sure that this one is not its own.' };
	}
	if (owner !== null) return { owner, message: `This Pin belongs to job ${owner}.`, hint: 'Look at that job first.' };
	return { owner, message: 'A job with the same content is being sent right now.', hint: 'Repeat this in a minute.' };
}
