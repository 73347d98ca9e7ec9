import { JOB_STATES, QUEUE_NAMES, type Job, type JobState, type QueueName } from '../job/job';
import type { AccountCounts, JobCounts, JobFilter, JobPage } from './contract';
import type { Namespace } from './namespace';
import { batch, readRecords } from './records';

/** Records read at a time, and how many a call may read before it answers a short page. */
const PAGE = 100;
const MOST_READ = 3000;

/** A place in an index: jobs are listed by falling score, then by falling id. */
interface Place {
	score: number;
	id: string;
}

/** Lists and counts of jobs; reads only. */
export class JobList {
	constructor(private readonly namespace: Namespace) {}

	/** Newest first; reads at most a few thousand records a call and then answers a cursor. */
	async list(filter: JobFilter): Promise<JobPage> {
		const limit = Math.min(Math.max(filter.limit ?? 50, 1), 500);
		const jobs: Job[] = [];
		let after: Place | null = filter.cursor ? placeOf(filter.cursor) : startOf(filter);
		for (let read = 0; after !== null && jobs.length < limit && read < MOST_READ; read += PAGE) {
			const places = await this.places(indexesOf(filter), after);
			const records = await readRecords(this.namespace, places.map(({ id }) => id));
			after = places.length < PAGE ? null : places.at(-1) ?? null;
			for (const [i, job] of records.entries()) {
				if (!job || !fits(job, filter)) continue;
				jobs.push(job);
				if (jobs.length < limit) continue;
				after = i + 1 < places.length ? places[i] ?? null : after;
				break;
			}
		}
		return { jobs, cursor: after && `${after.score}_${after.id}` };
	}

	/** All numbers over the namespace, from the sizes of indexes. */
	async counts(): Promise<JobCounts> {
		const key = (...parts: string[]) => this.namespace.key(...parts);
		const answers = await this.namespace.read((client) => batch(client, [
			...JOB_STATES.map((state) => ['zcard', key('state', state)]),
			...QUEUE_NAMES.map((queue) => ['zcard', key('failed', queue)]),
			['zcard', key('doubt')],
			['zrange', key('due', 'publish'), 0, 0, 'WITHSCORES'],
			['hgetall', key('groups')],
		]));
		const numbers = answers.map(Number);
		const [inDoubt, oldest, groups] = answers.slice(JOB_STATES.length + QUEUE_NAMES.length) as [number, string[], Record<string, string>];
		const oldestDueAt = oldest[1] === undefined ? null : Number(oldest[1]);
		return {
			states: Object.fromEntries(JOB_STATES.map((state, i) => [state, numbers[i]])) as Record<JobState, number>,
			failures: Object.fromEntries(QUEUE_NAMES.map((queue, i) => [queue, numbers[JOB_STATES.length + i]])) as Record<QueueName, number>,
			inDoubt: Number(inDoubt),
			oldestDueAt: oldestDueAt !== null && oldestDueAt <= this.namespace.now() ? oldestDueAt : null,
			groups: Object.fromEntries(Object.entries(groups).map(([group, count]) => [group, Number(count)])),
		};
	}

	async accountCounts(accounts: string[]): Promise<Map<string, AccountCounts>> {
		const answers = await this.namespace.read((client) => batch(client, accounts.map((account) => ['hgetall', this.namespace.key('counts', account)])));
		return new Map(accounts.map((account, i) => {
			const counts = answers[i] as Record<string, string>;
			const number = (name: string) => Number(counts[name] ?? 0);
			const waiting = number('queued') + number('retry_scheduled');
			return [account, { waiting, running: number('running'), inDoubt: number('doubt'), failed: number('failed') }];
		}));
	}

	/** The next page of places over all these indexes, newest first. */
	private async places(indexes: string[], after: Place): Promise<Place[]> {
		const pages = await Promise.all(indexes.map((index) => this.placesOf(this.namespace.key(index), after)));
		return pages.flat().sort((a, b) => b.score - a.score || (a.id < b.id ? 1 : -1)).slice(0, PAGE);
	}

	private async placesOf(key: string, after: Place): Promise<Place[]> {
		const found: Place[] = [];
		// Many jobs may have the same score: those of it that were already listed come again and are skipped.
		for (let offset = 0; found.length < PAGE; offset += PAGE) {
			const flat = await this.namespace.read((client) =>
				client.zrevrangebyscore(key, after.score, '-inf', 'WITHSCORES', 'LIMIT', offset, PAGE));
			for (let i = 0; i < flat.length; i += 2) {
				const place = { id: flat[i] as string, score: Number(flat[i + 1]) };
				if (place.score < after.score || place.id < after.id) found.push(place);
			}
			if (flat.length < 2 * PAGE) break;
		}
		return found;
	}
}

/** The smallest indexes that hold every job the filter can want. */
function indexesOf({ queue, account, states }: JobFilter): string[] {
	if (queue) return [`failed:${queue}`];
	if (account !== undefined) return [`jobs:${account}`];
	return (states?.length ? states : JOB_STATES).map((state) => `state:${state}`);
}

/** Where a list begins. Queues are ordered by when the failure came, all else by when the job was made. */
function startOf({ queue, createdBefore }: JobFilter): Place {
	const score = queue || createdBefore === undefined ? Number.MAX_SAFE_INTEGER : createdBefore;
	return { score, id: '\uffff' };
}

function placeOf(cursor: string): Place | null {
	const [, score, id] = /^(\d+)_(.+)$/s.exec(cursor) ?? [];
	return score && id ? { score: Number(score), id } : null;
}

function fits(job: Job, filter: JobFilter): boolean {
	const { states, account, client, queue, code, phase, boardId, source, createdAfter, createdBefore } = filter;
	const same = (wanted: unknown, is: unknown) => wanted === undefined || wanted === is;
	return (!states?.length || states.includes(job.state))
		&& same(account, job.account) && same(client, job.client) && same(queue, job.queue?.name)
		&& same(code, job.lastError?.code) && same(phase, job.phase) && same(boardId, job.content.boardId) && same(source, job.source)
		&& (createdAfter === undefined || job.createdAt >= createdAfter) && (createdBefore === undefined || job.createdAt <= createdBefore);
}
