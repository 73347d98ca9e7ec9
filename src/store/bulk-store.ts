import { JOB_STATES, type JobState } from '../job/job';
import type { Namespace } from './namespace';
import { batch } from './records';

/** A job that a bulk requeue left as it was. */
export interface BulkRefusal {
	jobId: string;
	code: string;
	message: string;
	hint: string;
}

/** How far a bulk requeue is, and what has become of its jobs. */
export interface BulkRecord {
	id: string;
	by: string | null;
	startedAt: number;
	endedAt: number | null;
	/** Jobs that were chosen. */
	total: number;
	requeued: number;
	refused: number;
	/** The first of them. */
	refusals: BulkRefusal[];
	/** Where its jobs stand now; those that were refused are left out. */
	states: Record<JobState, number>;
}

const KEPT_MS = 30 * 24 * 3600 * 1000;
/** More would hold up Redis for too long. */
const JOBS_A_CALL = 1000;
const REFUSALS_KEPT = 50;

/** Remembers bulk requeues, so that their progress can be asked for. */
export class BulkStore {
	constructor(private readonly namespace: Namespace) {}

	async begin(id: string, { by, at, jobs }: { by: string | null; at: number; jobs: string[] }): Promise<void> {
		const fields = { by: by ?? '', startedAt: at, total: jobs.length, requeued: 0, refused: 0, refusals: '[]' };
		for (let i = 0; i < jobs.length; i += JOBS_A_CALL) await this.keep(id, fields, jobs.slice(i, i + JOBS_A_CALL));
	}

	/** All refusals so far; the last `fresh` of them were not told before. */
	async progress(id: string, { requeued, refusals, fresh, endedAt = null }: { requeued: number; refusals: BulkRefusal[]; fresh: number; endedAt?: number | null }): Promise<void> {
		const kept = JSON.stringify(refusals.slice(0, REFUSALS_KEPT));
		const left = fresh === 0 ? [] : refusals.slice(-fresh).map(({ jobId }) => jobId);
		await this.keep(id, { requeued, refused: refusals.length, refusals: kept, endedAt: endedAt ?? '' }, [], left);
	}

	/** Null when there is none, or no longer. */
	async get(id: string): Promise<BulkRecord | null> {
		const [fields, jobs] = await this.namespace.read((client) => batch(client, [
			['hgetall', this.namespace.key('bulk', id)], ['smembers', this.namespace.key('bulkjobs', id)],
		])) as [Record<string, string>, string[]];
		if (fields.total === undefined) return null;
		const states = await this.namespace.read((client) => batch(client, jobs.map((job) => ['hget', this.namespace.key('job', job), 'state']))) as (JobState | null)[];
		return {
			id, by: fields.by || null, startedAt: Number(fields.startedAt), endedAt: fields.endedAt ? Number(fields.endedAt) : null,
			total: Number(fields.total), requeued: Number(fields.requeued), refused: Number(fields.refused), refusals: JSON.parse(fields.refusals ?? '[]') as BulkRefusal[],
			states: Object.fromEntries(JOB_STATES.map((state) => [state, states.filter((is) => is === state).length])) as Record<JobState, number>,
		};
	}

	private async keep(id: string, fields: Record<string, string | number>, joining: string[], leaving: string[] = []): Promise<void> {
		const text = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
		await this.namespace.run('keep-bulk', [id, KEPT_MS, JSON.stringify(text), JSON.stringify(joining), JSON.stringify(leaving)]);
	}
}
