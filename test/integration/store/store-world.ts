import { Redis } from 'ioredis';
import { changeOf, succeeded } from '../../../src/job/change';
import type { Change } from '../../../src/job/change';
import type { EngineEvent } from '../../../src/job/event';
import type { Job, LeasedJob } from '../../../src/job/job';
import { policyOf } from '../../../src/job/policy';
import { AccountStore } from '../../../src/store/accounts';
import { HoldStore } from '../../../src/store/holds';
import { Inbox } from '../../../src/store/inbox';
import { JobList } from '../../../src/store/job-list';
import { JobStore } from '../../../src/store/job-store';
import { MediaStore } from '../../../src/store/media-store';
import { Namespace, type NamespaceOptions } from '../../../src/store/namespace';
import { Outbox } from '../../../src/store/outbox';
import { legible } from '../../../src/store/packing';
import { SubscriptionStore } from '../../../src/store/subscriptions';
import { flushNamespace, keysOf, openRedis, redisSettings, testNamespace } from '../../support/redis';

export const START = Date.UTC(2026, 10, 2, 9, 0, 0);
export const policy = { ...policyOf(), boardGapMs: 3000 };

/** A namespace of its own with every store on it, and a clock that the test moves. */
export class StoreWorld {
	time = START;
	readonly name = testNamespace();
	readonly namespace: Namespace;
	readonly jobs: JobStore;
	readonly list: JobList;
	readonly holds: HoldStore;
	readonly accounts: AccountStore;
	readonly media: MediaStore;
	readonly outbox: Outbox;
	readonly subscriptions: SubscriptionStore;
	readonly inbox: Inbox;
	readonly redis: Redis;

	/** `url` is that of a server of the test's own. */
	constructor(options: Partial<NamespaceOptions> = {}, readonly url?: string) {
		this.namespace = this.anotherClient(options);
		this.jobs = new JobStore(this.namespace, policy);
		this.list = new JobList(this.namespace);
		this.holds = new HoldStore(this.namespace);
		this.accounts = new AccountStore(this.namespace);
		this.media = new MediaStore(this.namespace, { capBytes: 1000, imageBytes: 600, idleMs: 3_600_000 });
		this.outbox = new Outbox(this.namespace, { maxEntries: 5 });
		this.subscriptions = new SubscriptionStore(this.namespace);
		this.inbox = new Inbox(this.namespace);
		this.redis = url ? new Redis(url) : openRedis();
	}

	/** A further process on the same namespace. */
	anotherClient(options: Partial<NamespaceOptions> = {}): Namespace {
		return new Namespace({ redis: this.url ? { url: this.url } : redisSettings(), name: this.name, horizonMs: policy.horizonMs, clock: () => this.time, ...options });
	}

	async end(): Promise<void> {
		await this.namespace.close();
		this.redis.disconnect();
		await flushNamespace(this.name, this.url);
	}

	key(...parts: string[]): string {
		return this.namespace.key(...parts);
	}

	/** Every key of the namespace with all it holds; without what only tells that a call was answered. */
	async dump(): Promise<Record<string, unknown>> {
		const keys = await this.allKeys();
		const entries = await Promise.all(keys.map(async (key) => [key, await this.valueOf(key)] as const));
		return Object.fromEntries(entries);
	}

	async allKeys(): Promise<string[]> {
		return keysOf(this.name, `${this.namespace.prefix}*`, this.url);
	}

	async valueOf(key: string): Promise<unknown> {
		switch (await this.redis.type(key)) {
			// In one order: that of a large hash changes while Redis makes room for it, without a write.
			case 'hash': return Object.fromEntries(Object.entries(await this.redis.hgetall(key)).sort());
			case 'string': return legible(await this.redis.getBuffer(key));
			case 'zset': return this.redis.zrange(key, 0, -1, 'WITHSCORES');
			case 'set': return (await this.redis.smembers(key)).sort();
			case 'list': return this.redis.lrange(key, 0, -1);
			case 'stream': return this.redis.xrange(key, '-', '+');
			default: return null;
		}
	}

	/** Puts jobs into the store and expects that all of them are new. */
	async put(...jobs: Job[]): Promise<void> {
		const answers = await this.jobs.enqueue(jobs.map((job) => ({ job, aliases: [] })));
		for (const answer of answers) if (answer.kind !== 'created') throw new Error(`Not created: ${answer.kind}`);
	}

	/** The one job that is due now, claimed. */
	async claimed(account = 'acme'): Promise<LeasedJob> {
		const { jobs } = await this.jobs.claim(account, 'publish', 1);
		if (!jobs[0]) throw new Error('No job is due.');
		return jobs[0];
	}

	/** How many calls have written so far. */
	async calls(): Promise<number> {
		return Number(await this.redis.hget(this.key('meta'), 'counter'));
	}

	/** Claimed, permitted and in doubt: due for a look in 5 s. */
	async inDoubt(account = 'acme'): Promise<Job> {
		const job = await this.claimed(account);
		await this.jobs.beginSend(job, 20_000);
		const change = intoDoubt(job, this.time);
		await this.jobs.settle(job, change);
		return change.job;
	}

	/** A new job, claimed and failed. */
	async failedJob(changes: Parameters<typeof aJob>[0] = {}): Promise<Job> {
		await this.put(aJob(changes));
		const leased = await this.claimed(changes.account);
		const change = failedFor(leased, this.time);
		await this.jobs.settle(leased, change);
		return change.job;
	}

	/** One job that is due now, published: three events. */
	async aRun(): Promise<string> {
		const job = aJob({ dueAt: this.time, createdAt: this.time });
		await this.put(job);
		const leased = await this.claimed();
		await this.jobs.settle(leased, published(leased, this.time, '99'));
		return job.id;
	}

	/** Delivers all that is due to a subscription until nothing is; answers what was delivered, in order. */
	async drained(subscriptionId = 's'): Promise<EngineEvent[]> {
		const seen: EngineEvent[] = [];
		const claim = () => this.outbox.claim(subscriptionId, { max: 10, inFlight: 10, leaseMs: 30_000 });
		for (let taken = await claim(); taken.length > 0; taken = await claim()) {
			for (const delivery of taken) {
				seen.push(delivery.event);
				await this.outbox.settle(delivery, { kind: 'delivered' });
			}
		}
		return seen;
	}

	/** Types and numbers of a job's events, in order. */
	async eventsOf(jobId: string): Promise<[string, number][]> {
		const events = await this.outbox.since(null, 1000);
		return events.flatMap((event) => ('jobId' in event && event.jobId === jobId ? [[event.type, event.seq] as [string, number]] : []));
	}
}

let made = 0;

/** A valid queued job that is due at the start; the test names what matters. */
export function aJob(changes: Partial<Job> & { boardId?: string } = {}): Job {
	const { boardId = '100', ...rest } = changes;
	made += 1;
	return {
		id: `pj_${String(made).padStart(26, 'a')}`, account: 'acme', client: 'Acme', source: `row-${made}`, userKey: null, assetId: null,
		content: {
			boardId, sectionId: null, boardName: 'Summer', link: `https://shop.example/${made}`, title: `Pin ${made}`, description: null,
			altText: null, dominantColor: null, media: { kind: 'image_url', url: `https://shop.example/${made}.jpg` },
		},
		marker: false, scheduledAt: null, publishBefore: null, whenLate: null, createdAt: START, metadata: { row: made },
		n8n: null, warnings: [], state: 'queued', phase: null, revision: 1, seq: 1, dueAt: START, finishedAt: null, attempts: 0, waitsForLink: false, startedAt: null,
		attemptHistory: [], historyCut: 0, used: { classes: {}, codes: {}, afterAbsence: 0 }, inDoubt: null, looks: [], looksCut: 0, lastError: null, queue: null,
		handling: [], handlingCut: 0, edits: 0, groupKey: null, pinId: null, pinUrl: null, recovered: false, mayExist: false, lostLeases: 0, requeues: 0, lookedAt: null,
		upload: null, bytesAfter: null, revisions: [], lease: null, ...rest,
	};
}

export const published = (job: Job, now: number, pinId = `pin-${job.id}`): Change =>
	succeeded(job, { id: pinId, url: null, by: 'answer' }, now);

export const adopted = (job: Job, now: number, pinId: string): Change => succeeded(job, { id: pinId, url: null, by: 'adopted' }, now);

export function retried(job: Job, dueAt: number): Change {
	return changeOf(job, { state: 'retry_scheduled', phase: 'publish', dueAt, startedAt: null }, 'job.retry_scheduled');
}

export function intoDoubt(job: Job, now: number): Change {
	const inDoubt = { notBefore: job.createdAt, sendBy: now + 20_000, step: 0, absentScans: 0 };
	return changeOf(job, { state: 'retry_scheduled', phase: 'reconcile', dueAt: now + 5000, startedAt: null, inDoubt }, 'job.retry_scheduled');
}

/** Another look later; an event only if the caller makes it one. */
export function inDoubtChange(job: Job, dueAt: number): Change {
	return changeOf(job, { dueAt }, null);
}

export function failedFor(job: Job, now: number, groupKey = 'board_not_found|acme|100'): Change {
	const lastError = { class: 'route', code: 'board_not_found', message: 'No such board.', httpStatus: 404 } as const;
	const queue = { name: 'ops', owner: null, since: now, snoozedUntil: null } as const;
	return changeOf(job, { state: 'failed', phase: null, dueAt: null, startedAt: null, finishedAt: now, lastError, queue, groupKey }, 'job.failed');
}
