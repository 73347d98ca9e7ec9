import { isEngineError } from '../errors';
import { isSlowed, type PacingLimit } from '../job/account-pacing';
import type { Incident } from '../job/hold';
import type { JobState, QueueName } from '../job/job';
import { iso } from '../job/view';
import type { JobCounts } from '../store/contract';
import type { StoredSubscription } from '../store/subscription-contract';
import type { AccountView } from './account-views';
import type { World } from './contract';
import { findingsOf, rightsFindings, type Finding, type Reached, type RedisReport } from './findings';

export interface Health {
	/** No finding is an error. */
	ok: boolean;
	findings: Finding[];
	redis: { product: 'Redis' | 'Valkey'; version: string | null; usedMemory: number | null; maxMemory: number | null; aof: boolean | null; appendfsync: string | null; evictionPolicy: string | null };
	/** `skewMs`: how far the clock of Redis is ahead of Pinterest's, as the worker sees it. */
	workers: { id: string; host: string; accounts: number; lastSeenAt: string; skewMs: number | null }[];
	/** Counts by state; `in_doubt` counts apart. */
	jobs: Record<JobState | 'in_doubt', number>;
	failures: Record<QueueName, number>;
	oldestDueAgeMs: number | null;
	incidents: Incident[];
	/** Accounts that publish or look slower than their settings say, and why. */
	slowed: ({ account: string } & Pick<PacingLimit, 'name' | 'pace' | 'paceNow' | 'because' | 'why'>)[];
	quarantineUntil: string | null;
	subscriptions: { id: string; url: string; paused: boolean; waiting: number; dead: number }[];
}

interface Parts {
	accounts: { workers(): Promise<{ id: string; host: string; accounts: number; lastSeenAt: number; skewMs: number | null }[]> };
	/** Every account as people look at it. */
	views(): Promise<AccountView[]>;
	holds: { list(): Promise<Incident[]> };
	jobs: { counts(): Promise<JobCounts> };
	subscriptions: { list(): Promise<StoredSubscription[]> };
	redis: { inspect(): Promise<RedisReport>; missingRights(): Promise<string[] | null> };
	/** Asks the addresses of these whether they take events now. */
	reach(subscriptions: StoredSubscription[]): Promise<Reached[]>;
	doubtMs: number;
	/** Whether who was heard of then still lives. */
	isServed(lastServedAt: number | null): boolean;
	world: World;
}

/** What Health and `doctor` may do beyond reading. */
export interface HealthOptions {
	/** Also posts a signed probe to each subscribed address, so that one that takes nothing is known before the next event. */
	probe?: boolean;
}

/** What is going on, for Health and `doctor`. */
export class Overview {
	constructor(private readonly parts: Parts) {}

	/** The hosts of the living workers, unless one of them runs on this host. */
	async worksElsewhere(host: string): Promise<string[]> {
		const hosts = (await this.parts.accounts.workers()).filter(({ lastSeenAt }) => this.parts.isServed(lastSeenAt)).map((worker) => worker.host);
		return hosts.includes(host) ? [] : [...new Set(hosts)];
	}

	/** Never throws for a Redis that is away: that is a finding. */
	async health({ probe = false }: HealthOptions = {}): Promise<Health> {
		let missingRights: string[] | null = null;
		try {
			// First, and by itself: without its rights nothing else may be possible.
			missingRights = await this.parts.redis.missingRights();
			return await this.seen(missingRights, probe);
		} catch (error) {
			if (missingRights?.length) return { ...NOTHING, findings: rightsFindings(missingRights) };
			if (!isEngineError(error)) throw error;
			return { ...NOTHING, findings: [{ level: 'error', code: error.code, subject: null, message: error.message, hint: error.hint ?? 'Check that Redis runs and that the credential names it.' }] };
		}
	}

	private async seen(missingRights: string[] | null, probe: boolean): Promise<Health> {
		const { world, doubtMs } = this.parts;
		const [redis, workers, counts, incidents, subscriptions, accounts] = await Promise.all([
			this.parts.redis.inspect(), this.parts.accounts.workers(), this.parts.jobs.counts(), this.parts.holds.list(),
			this.parts.subscriptions.list(), this.parts.views(),
		]);
		const living = workers.filter(({ lastSeenAt }) => this.parts.isServed(lastSeenAt)), now = world.now();
		const reached = probe ? await this.parts.reach(subscriptions) : null;
		const findings = findingsOf({ redis, missingRights, workers: living, accounts, incidents, counts, subscriptions, reached, now, doubtMs });
		return {
			ok: !findings.some(({ level }) => level === 'error'),
			findings,
			redis: {
				product: redis.product, version: redis.version, usedMemory: redis.usedMemory, maxMemory: redis.maxMemory,
				aof: redis.aof, appendfsync: redis.appendfsync, evictionPolicy: redis.evictionPolicy,
			},
			workers: living.map(({ id, host, accounts: served, lastSeenAt, skewMs }) => ({ id, host, accounts: served, lastSeenAt: iso(lastSeenAt)!, skewMs })),
			jobs: { ...counts.states, in_doubt: counts.inDoubt },
			failures: counts.failures,
			oldestDueAgeMs: counts.oldestDueAt === null ? null : Math.max(0, now - counts.oldestDueAt), incidents,
			slowed: accounts.flatMap(slowedOf),
			quarantineUntil: iso(redis.quarantineUntil),
			subscriptions: subscriptions.map(({ id, url, paused, waiting, dead }) => ({ id, url, paused, waiting, dead })),
		};
	}
}

function slowedOf({ account, pacing }: AccountView): Health['slowed'] {
	return pacing.limits.filter(isSlowed).map(({ name, pace, paceNow, because, why }) => ({ account, name, pace, paceNow, because, why }));
}

const NOTHING: Health = {
	ok: false, findings: [], redis: { product: 'Redis', version: null, usedMemory: null, maxMemory: null, aof: null, appendfsync: null, evictionPolicy: null }, workers: [],
	jobs: { queued: 0, running: 0, retry_scheduled: 0, succeeded: 0, failed: 0, canceled: 0, in_doubt: 0 },
	failures: { ops: 0, client: 0, engineering: 0 }, oldestDueAgeMs: null, incidents: [], slowed: [], quarantineUntil: null, subscriptions: [],
};
