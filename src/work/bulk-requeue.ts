import { randomUUID } from 'node:crypto';
import { EngineError, isEngineError } from '../errors';
import type { Job } from '../job/job';
import type { Actor, Correction } from '../job/corrections';
import type { JobView } from '../job/view';
import type { BulkRecord, BulkRefusal } from '../store/bulk-store';
import type { Found, JobFilter, JobPage } from '../store/contract';
import type { World } from './contract';
import type { Preflight } from './preflight';
import type { Views } from './views';

/** Which jobs: these, or all failed ones of a filter. */
export type Chosen = { ids: string[] } | { filter: JobFilter };

export interface BulkOptions {
	/** Decides and checks everything, writes nothing. */
	dryRun?: boolean;
	/** 1 to 10,000; by default all that are named, or 500 of a filter. */
	limit?: number;
	/** Looks at corrected boards and images first; true by default. */
	check?: boolean;
	/** Told now and then how far it is, the last time at the end. */
	told?(soFar: SoFar): void;
}

/** How many of the chosen jobs were put back or refused until now; `bulk` as in the answer. */
export interface SoFar {
	bulk: string | null;
	total: number;
	requeued: number;
	refused: number;
}

/** What became of each of them. `bulk` names the requeue, for its progress; null after a dry run. */
export interface BulkAnswer {
	bulk: string | null;
	requeued: JobView[];
	refused: { id: string; error: EngineError }[];
}

/** How far a bulk requeue is. */
export interface BulkProgress extends Omit<BulkRecord, 'startedAt' | 'endedAt'> {
	startedAt: string;
	/** When the last job had been put back; null while that goes on, or when whoever did it was ended in the middle. */
	endedAt: string | null;
	/** Every job that was put back has ended. */
	done: boolean;
	/** Of the jobs that were chosen and not refused so many have ended; 100 when all of it is done. */
	percent: number;
}

interface Parts {
	list(filter: JobFilter): Promise<JobPage>;
	find(id: string): Promise<Found>;
	requeue(job: Job, fields: Correction, actor: Actor, preflight: Preflight | null): Promise<Job>;
	preview(job: Job, fields: Correction, actor: Actor, preflight: Preflight | null): Promise<Job>;
	preflight(): Preflight;
	bulks: {
		begin(id: string, bulk: { by: string | null; at: number; jobs: string[] }): Promise<void>;
		progress(id: string, progress: { requeued: number; refusals: BulkRefusal[]; fresh: number; endedAt?: number | null }): Promise<void>;
		get(id: string): Promise<BulkRecord | null>;
	};
	views: Views;
	world: World;
}

/** Jobs that are put back at once; the pacer sees to it that they do not run at once. */
const AT_ONCE = 20;
const TELL_EVERY = 100;
const MOST = 10_000;

/** Puts many failed jobs back with one correction. What one job refuses harms no other. */
export class BulkRequeue {
	constructor(private readonly parts: Parts) {}

	async run(chosen: Chosen, fields: Correction, actor: Actor, options: BulkOptions = {}): Promise<BulkAnswer> {
		const jobs = await this.chosen(chosen, Math.min(options.limit ?? ('ids' in chosen ? MOST : 500), MOST));
		const preflight = options.check === false ? null : this.parts.preflight();
		const bulk = options.dryRun ? null : `bulk_${randomUUID().replaceAll('-', '').slice(0, 20)}`;
		if (bulk) await this.parts.bulks.begin(bulk, { by: actor.by ?? null, at: this.parts.world.now(), jobs: jobs.map(({ id }) => id) });
		const one = (job: Job) => (options.dryRun ? this.parts.preview(job, fields, actor, preflight) : this.parts.requeue(job, fields, actor, preflight));
		const { done, refused } = await this.each(jobs, one, bulk, options.told);
		return { bulk, requeued: await this.parts.views.ofAll(done.map((job) => ({ job, existing: false }))), refused };
	}

	/** `bulk_not_found`. */
	async progress(id: string): Promise<BulkProgress> {
		const bulk = await this.parts.bulks.get(id);
		if (!bulk) throw new EngineError('bulk_not_found', { message: `There is no bulk requeue ${id}.` });
		const { states, requeued, refused, total } = bulk;
		// Those whose turn has not come yet stand as failed; those that were refused stand nowhere.
		const ended = states.succeeded + states.canceled + Math.max(0, states.failed - (total - requeued - refused));
		const done = requeued + refused >= total && ended >= requeued;
		return {
			...bulk, startedAt: new Date(bulk.startedAt).toISOString(), endedAt: bulk.endedAt === null ? null : new Date(bulk.endedAt).toISOString(),
			done, percent: done ? 100 : Math.min(99, Math.floor((100 * ended) / Math.max(1, total - refused))),
		};
	}

	/** The jobs one after another, some at once, telling now and then how far it is. */
	private async each(jobs: Job[], act: (job: Job) => Promise<Job>, bulk: string | null, told?: BulkOptions['told']): Promise<{ done: Job[]; refused: BulkAnswer['refused'] }> {
		const done: Job[] = [], refused: BulkAnswer['refused'] = [], waiting = [...jobs];
		let toldRefusals = 0;
		const tell = async (endedAt: number | null = null) => {
			const fresh = refused.length - toldRefusals;
			toldRefusals = refused.length;
			if (bulk) await this.parts.bulks.progress(bulk, { requeued: done.length, refusals: refused.map(refusalOf), fresh, endedAt });
			told?.({ bulk, total: jobs.length, requeued: done.length, refused: refused.length });
		};
		const work = async () => {
			for (let job = waiting.shift(); job; job = waiting.shift()) {
				try {
					done.push(await act(job));
				} catch (error) {
					if (!isEngineError(error) || error.code === 'redis_unavailable') throw error;
					refused.push({ id: job.id, error });
				}
				if ((done.length + refused.length) % TELL_EVERY === 0) await tell();
			}
		};
		await Promise.all(Array.from({ length: AT_ONCE }, work));
		await tell(this.parts.world.now());
		return { done, refused };
	}

	private async chosen(chosen: Chosen, limit: number): Promise<Job[]> {
		if ('filter' in chosen) return this.failed(chosen.filter, limit);
		const ids = [...new Set(chosen.ids)];
		if (ids.length > limit) throw new EngineError('invalid_request', { message: `${ids.length} jobs are more than ${limit} at once.`, hint: 'Give their ids in parts; nothing was put back.' });
		const found = await Promise.all(ids.map((id) => this.parts.find(id)));
		const unknown = ids.filter((_, i) => found[i]!.kind !== 'job');
		if (unknown.length > 0) throw new EngineError('job_not_found', { message: `There is no job ${unknown.slice(0, 5).join(', ')}.`, ids: unknown });
		// An alias and the id it leads to are one job.
		const jobs = found.flatMap((one) => (one.kind === 'job' ? [[one.job.id, one.job] as const] : []));
		return [...new Map(jobs).values()];
	}

	private async failed(filter: JobFilter, limit: number): Promise<Job[]> {
		const found: Job[] = [];
		let cursor: string | null | undefined;
		do {
			const page: JobPage = await this.parts.list({ ...filter, states: filter.states ?? ['failed'], limit: Math.min(500, limit - found.length), cursor: cursor ?? undefined });
			found.push(...page.jobs);
			cursor = page.cursor;
		} while (cursor && found.length < limit);
		// Listed newest first: what failed first goes out first again.
		return found.reverse();
	}
}

function refusalOf({ id, error }: BulkAnswer['refused'][number]): BulkRefusal {
	return { jobId: id, code: error.code, message: error.message, hint: error.hint };
}
