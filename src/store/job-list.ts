import type { Cause } from '../job/failure-group';
import { JOB_STATES, QUEUE_NAMES, type Job, type JobState, type QueueName } from '../job/job';
import type { AccountCounts, CountedCause, JobCounts, JobFilter, JobPage, Lane } from './contract';
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

/** More are never looked through for one number. */
const MOST_DOUBTS = 1000;

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
		const [answers, snoozed] = await Promise.all([this.namespace.read((client) => batch(client, [
			...JOB_STATES.map((state) => ['zcard', key('state', state)]),
			...QUEUE_NAMES.map((queue) => ['zcard', key('failed', queue)]),
			['zcard', key('doubt')],
			['hgetall', key('groups')],
			...TO_PUBLISH.map((lane) => ['zrange', key('due', lane), 0, 0, 'WITHSCORES']),
		])), this.snoozed()]);
		const numbers = answers.map(Number);
		const [inDoubt, groups, ...oldest] = answers.slice(JOB_STATES.length + QUEUE_NAMES.length) as [number, Record<string, string>, ...string[][]];
		const oldestDueAt = earliest(oldest.map(([, at]) => at ?? null));
		return {
			states: Object.fromEntries(JOB_STATES.map((state, i) => [state, numbers[i]])) as Record<JobState, number>,
			failures: Object.fromEntries(QUEUE_NAMES.map((queue, i) => [queue, numbers[JOB_STATES.length + i]])) as Record<QueueName, number>,
			inDoubt: Number(inDoubt),
			lookedFor: Number(inDoubt) > 0 ? await this.lookedFor() : { count: 0, oldestAt: null },
			oldestDueAt: oldestDueAt !== null && oldestDueAt <= this.namespace.now() ? oldestDueAt : null,
			groups: Object.fromEntries(Object.entries(groups).map(([group, count]) => [group, Number(count)])),
			snoozed: {
				failures: Object.fromEntries(QUEUE_NAMES.map((name) => [name, snoozed.filter(({ queue }) => queue === name).length])) as Record<QueueName, number>,
				groups: Object.fromEntries(perCause(snoozed)),
			},
		};
	}

	/** A job that failed in doubt stays among those in doubt, so that its Pin is not taken for another's. */
	private async lookedFor(): Promise<JobCounts['lookedFor']> {
		const oldest = await this.namespace.read((client) => client.zrange(this.namespace.key('doubt'), 0, MOST_DOUBTS - 1, 'WITHSCORES'));
		const ids = oldest.filter((_, i) => i % 2 === 0);
		const states = await this.namespace.read((client) => batch(client, ids.map((id) => ['hget', this.namespace.key('job', id), 'state'])));
		const since = ids.flatMap((_, i) => (states[i] === 'failed' ? [] : [oldest[2 * i + 1]!]));
		return { count: since.length, oldestAt: earliest(since) };
	}

	/** Why jobs have failed, the oldest cause first; `recentAfter` also counts those to be told of that failed, or whose snooze ended, since. */
	async causes(recentAfter: number | null = null): Promise<CountedCause[]> {
		const [causes, counts] = await this.namespace.read((client) => batch(client, ['causes', 'groups'].map((name) => ['hgetall', this.namespace.key(name)]))) as Record<string, string>[];
		const asleep = await this.snoozed(), snoozed = perCause(asleep);
		const recent = recentAfter === null ? null : perCause(await this.newsSince(recentAfter, asleep));
		return Object.entries(causes ?? {}).map(([group, json]) => ({
			cause: JSON.parse(json) as Cause, count: Number(counts?.[group] ?? 0), snoozed: snoozed.get(group) ?? 0, recent: recent && (recent.get(group) ?? 0),
		})).filter(({ count }) => count > 0).sort((a, b) => a.cause.since - b.cause.since);
	}

	/** Open failures that are not to be told of yet. */
	private async snoozed(): Promise<Failure[]> {
		return this.failures(await this.idsFrom(['snoozed'], `(${this.namespace.now()}`));
	}

	/** Open failures that came, or came back, since an instant. */
	private async newsSince(at: number, asleep: Failure[]): Promise<Failure[]> {
		const ids = new Set(await this.idsFrom([...QUEUE_NAMES.map((queue) => `failed:${queue}`), 'snoozed'], at));
		for (const { id } of asleep) ids.delete(id);
		return this.failures([...ids]);
	}

	private async idsFrom(indexes: string[], least: number | string): Promise<string[]> {
		return (await this.namespace.read((client) => batch(client, indexes.map((index) => ['zrangebyscore', this.namespace.key(index), least, '+inf'])))).flat() as string[];
	}

	private async failures(ids: string[]): Promise<Failure[]> {
		const found = await this.namespace.read((client) => batch(client, ids.map((id) => ['hmget', this.namespace.key('job', id), 'queue', 'group']))) as [string | null, string | null][];
		return ids.map((id, i) => ({ id, queue: found[i]?.[0] ?? '', group: found[i]?.[1] ?? '' }));
	}

	async accountCounts(accounts: string[]): Promise<Map<string, AccountCounts>> {
		const answers = await this.namespace.read((client) => batch(client, accounts.flatMap((account) => [
			['hgetall', this.namespace.key('counts', account)], ...TO_PUBLISH.map((lane) => ['zscore', this.namespace.key('due', lane), account]),
		])));
		return new Map(accounts.map((account, i) => {
			const [counts, ...due] = answers.slice((1 + TO_PUBLISH.length) * i, (1 + TO_PUBLISH.length) * (i + 1)) as [Record<string, string>, ...(string | null)[]];
			const number = (name: string) => Number(counts[name] ?? 0);
			const waiting = number('queued') + number('retry_scheduled');
			return [account, { waiting, running: number('running'), inDoubt: number('doubt'), failed: number('failed'), nextDueAt: earliest(due), nextPinAt: earliest(due.slice(0, 1)), nextVideoAt: earliest(due.slice(1)) }];
		}));
	}

	/** The next page of places over all these indexes, newest first. */
	private async places(indexes: string[], after: Place): Promise<Place[]> {
		const pages = await Promise.all(indexes.map((index) => this.placesOf(this.namespace.key(index), after)));
		// A job that moves from one index to another while they are read stands in both.
		const once = new Map(pages.flat().map((place) => [place.id, place]));
		return [...once.values()].sort((a, b) => b.score - a.score || (a.id < b.id ? 1 : -1)).slice(0, PAGE);
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

/** An open failure as the counts see it. */
interface Failure {
	id: string;
	queue: string;
	group: string;
}

function perCause(failures: Failure[]): Map<string, number> {
	const found = new Map<string, number>();
	for (const { group } of failures) if (group) found.set(group, (found.get(group) ?? 0) + 1);
	return found;
}

/** The smallest indexes that hold every job the filter can want. What stands in no queue has no cause, owner or age as a failure. */
function indexesOf({ queue, account, states, cause, owner, failedAfter, failedBefore }: JobFilter): string[] {
	if (queue) return [`failed:${queue}`];
	if (cause !== undefined || owner !== undefined || failedAfter !== undefined || failedBefore !== undefined) return QUEUE_NAMES.map((name) => `failed:${name}`);
	if (account !== undefined) return [`jobs:${account}`];
	return (states?.length ? states : JOB_STATES).map((state) => `state:${state}`);
}

/** Where a list begins. Queues are ordered by when the failure came, all else by when the job was made. */
function startOf(filter: JobFilter): Place {
	const inQueues = indexesOf(filter)[0]!.startsWith('failed:');
	const start = inQueues ? filter.failedBefore : filter.createdBefore;
	const score = start ?? Number.MAX_SAFE_INTEGER;
	return { score, id: '\uffff' };
}

function placeOf(cursor: string): Place | null {
	const [, score, id] = /^(\d+)_(.+)$/s.exec(cursor) ?? [];
	return score && id ? { score: Number(score), id } : null;
}

function fits(job: Job, filter: JobFilter): boolean {
	const { states, account, accounts, client, queue, code, phase, boardId, source, cause, createdAfter, createdBefore } = filter;
	const same = (wanted: unknown, is: unknown) => wanted === undefined || wanted === is;
	return (!states?.length || states.includes(job.state))
		&& same(account, job.account) && accounts?.includes(job.account) !== false && same(client, job.client) && same(queue, job.queue?.name)
		&& same(code, job.lastError?.code) && same(phase, job.phase) && same(boardId, job.content.boardId) && same(source, job.source)
		&& same(cause, job.groupKey) && fitsFailure(job, filter) && fitsText(job, filter.text)
		&& (createdAfter === undefined || job.createdAt >= createdAfter) && (createdBefore === undefined || job.createdAt <= createdBefore);
}

function fitsFailure({ queue }: Job, { owner, failedAfter, failedBefore, awakeAt }: JobFilter): boolean {
	const since = queue?.since ?? null;
	return (owner === undefined || (queue !== null && queue.owner === owner))
		&& (failedAfter === undefined || (since !== null && since >= failedAfter)) && (failedBefore === undefined || (since !== null && since <= failedBefore))
		&& (awakeAt === undefined || (queue?.snoozedUntil ?? 0) <= awakeAt);
}

function fitsText({ id, source, content, lastError }: Job, text: string | undefined): boolean {
	if (!text) return true;
	const wanted = text.toLowerCase();
	return [id, source, content.title, content.link, content.boardName, lastError?.message].some((value) => value?.toLowerCase().includes(wanted));
}

/** Lanes of what is on its way to be published: first that of what can be sent, then those of videos. */
const TO_PUBLISH: readonly Lane[] = ['publish', 'upload', 'media'];

function earliest(instants: (string | null)[]): number | null {
	const known = instants.flatMap((at) => (at === null ? [] : [Number(at)]));
	return known.length === 0 ? null : Math.min(...known);
}
