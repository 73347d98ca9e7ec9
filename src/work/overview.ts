import { isEngineError } from '../errors';
import { isSlowed, type PacingLimit } from '../job/account-pacing';
import { nameOf, type Incident } from '../job/hold';
import { QUEUE_NAMES, type JobState, type QueueName } from '../job/job';
import { iso } from '../job/view';
import type { JobCounts, StoredSubscription } from '../store/contract';
import type { AccountView } from './account-views';
import type { World } from './contract';

/** One finding of Health or `doctor`, with what to do. */
export interface Finding {
	level: 'ok' | 'warning' | 'error';
	code: string;
	/** Whom it is about: an account, a subscription, a queue; null when all. With the code it names the finding from check to check, while numbers and words change. */
	subject: string | null;
	message: string;
	hint: string;
}

export interface Health {
	/** No finding is an error. */
	ok: boolean;
	findings: Finding[];
	redis: { version: string | null; aof: boolean | null; appendfsync: string | null; evictionPolicy: string | null };
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

interface RedisReport {
	version: string | null; aof: boolean | null; appendfsync: string | null; evictionPolicy: string | null; quarantineUntil: number | null;
	/** How far the clock of the jobs is ahead of that of Redis, ms. */
	clockAheadMs: number;
}

interface Parts {
	accounts: { workers(): Promise<{ id: string; host: string; accounts: number; lastSeenAt: number; skewMs: number | null }[]> };
	/** Every account as people look at it. */
	views(): Promise<AccountView[]>;
	holds: { list(): Promise<Incident[]> };
	jobs: { counts(): Promise<JobCounts> };
	subscriptions: { list(): Promise<StoredSubscription[]> };
	inspect(): Promise<RedisReport>;
	/** Whether who was heard of then still lives. */
	isServed(lastServedAt: number | null): boolean;
	world: World;
}

/** A job that was due this long ago and has not begun deserves a word, ms. */
const LATE_MS = 10 * 60_000;

/** What is going on, for Health and `doctor`; reads only. */
export class Overview {
	constructor(private readonly parts: Parts) {}

	/** The hosts of the living workers, unless one of them runs on this host. */
	async worksElsewhere(host: string): Promise<string[]> {
		const hosts = (await this.parts.accounts.workers()).filter(({ lastSeenAt }) => this.parts.isServed(lastSeenAt)).map((worker) => worker.host);
		return hosts.includes(host) ? [] : [...new Set(hosts)];
	}

	/** Never throws for a Redis that is away: that is a finding. */
	async health(): Promise<Health> {
		try {
			return await this.seen();
		} catch (error) {
			if (!isEngineError(error)) throw error;
			return { ...NOTHING, findings: [{ level: 'error', code: error.code, subject: null, message: error.message, hint: error.hint ?? 'Check that Redis runs and that the credential names it.' }] };
		}
	}

	private async seen(): Promise<Health> {
		const [redis, workers, counts, incidents, subscriptions, accounts] = await Promise.all([
			this.parts.inspect(), this.parts.accounts.workers(), this.parts.jobs.counts(), this.parts.holds.list(),
			this.parts.subscriptions.list(), this.parts.views(),
		]);
		const living = workers.filter(({ lastSeenAt }) => this.parts.isServed(lastSeenAt));
		const oldestDueAgeMs = counts.oldestDueAt === null ? null : Math.max(0, this.parts.world.now() - counts.oldestDueAt);
		const findings = [
			...redisFindings(redis), ...workerFindings(living.length, accounts), ...clockFindings(living.map(({ skewMs }) => skewMs)), ...incidentFindings(incidents),
			...backlogFindings(oldestDueAgeMs, counts), ...subscriptionFindings(subscriptions),
		];
		return {
			ok: !findings.some(({ level }) => level === 'error'),
			findings: findings.length > 0 ? findings : [{ level: 'ok', code: 'all_well', subject: null, message: 'Redis keeps what it is told, workers serve every account, nothing is held.', hint: '' }],
			redis: { version: redis.version, aof: redis.aof, appendfsync: redis.appendfsync, evictionPolicy: redis.evictionPolicy },
			workers: living.map(({ id, host, accounts: served, lastSeenAt, skewMs }) => ({ id, host, accounts: served, lastSeenAt: iso(lastSeenAt)!, skewMs })),
			jobs: { ...counts.states, in_doubt: counts.inDoubt },
			failures: counts.failures,
			oldestDueAgeMs, incidents,
			slowed: accounts.flatMap(slowedOf),
			quarantineUntil: iso(redis.quarantineUntil),
			subscriptions: subscriptions.map(({ id, url, paused, waiting, dead }) => ({ id, url, paused, waiting, dead })),
		};
	}
}

function slowedOf({ account, pacing }: AccountView): Health['slowed'] {
	return pacing.limits.filter(isSlowed).map(({ name, pace, paceNow, because, why }) => ({ account, name, pace, paceNow, because, why }));
}

/** Servers of a failover differ by less, ms. */
const CLOCK_AHEAD_MS = 5000;

/** What may be lost with Redis as it is set; also what a credential test says. */
export function redisFindings(redis: RedisReport): Finding[] {
	const found: Finding[] = [];
	if (redis.evictionPolicy !== null && redis.evictionPolicy !== 'noeviction') {
		found.push({ level: 'error', code: 'redis_evicts', subject: null, message: `Redis may evict jobs (maxmemory-policy ${redis.evictionPolicy}).`, hint: 'Set maxmemory-policy noeviction.' });
	}
	if (redis.aof === false) {
		found.push({ level: 'error', code: 'redis_no_aof', subject: null, message: 'Redis does not persist: a crash forgets every job since its last snapshot.', hint: 'Set appendonly yes (redis-cli config set appendonly yes && redis-cli config rewrite).' });
	}
	if (redis.aof === true && redis.appendfsync === 'no') {
		found.push({ level: 'warning', code: 'redis_fsync_no', subject: null, message: 'Redis leaves it to the system when to write (appendfsync no): a power cut may take back many seconds.', hint: 'Set appendfsync everysec, or always.' });
	}
	if (redis.quarantineUntil !== null) {
		found.push({ level: 'warning', code: 'quarantine', subject: null, message: `Redis was restarted and may have forgotten writes. Until ${iso(redis.quarantineUntil)} Pins are looked for on their boards before they are sent; what may have been sent right before waits for proof.`, hint: 'Nothing to do; it ends by itself, and sooner when every worker that ran before comes back and misses nothing.' });
	}
	if (redis.clockAheadMs > CLOCK_AHEAD_MS) found.push(clockFinding(redis.clockAheadMs));
	return found;
}

/** Time never goes back for jobs: after a clock that was ahead it stands still until the right one has caught up. */
function clockFinding(aheadMs: number): Finding {
	const ahead = aheadMs < 2 * 60_000 ? `${Math.round(aheadMs / 1000)} seconds` : `${Math.round(aheadMs / 60_000)} minutes`;
	return {
		level: 'error', code: 'clock', subject: null, message: `The clock of Redis was ${ahead} ahead and was set back: until it has caught up, no retry and no hold comes due.`,
		hint: `Keep the clock of the machine of Redis right (NTP). Nothing is lost; what waits goes on by itself in ${ahead}.`,
	};
}

function workerFindings(living: number, accounts: AccountView[]): Finding[] {
	const found: Finding[] = [];
	if (living === 0) {
		found.push({ level: 'error', code: 'no_worker', subject: null, message: 'No worker runs.', hint: 'Publish a workflow with Pinterest Publish Worker, or start pinterest-jobs worker.' });
	}
	for (const { account, waiting } of accounts.filter(({ served, waiting: jobs }) => !served && jobs > 0)) {
		found.push({ level: 'error', code: 'account_not_served', subject: account, message: `${waiting} jobs of ${account} wait and no worker serves it.`, hint: `Publish a workflow with a Pinterest Publish Worker whose Account Name is ${account}.` });
	}
	return found;
}

/** A skew, by the clock of an answer; what an answer takes to come is no skew. */
const SKEW_MS = 30_000;

/** Whether the clock of Redis is right, by what workers read from Pinterest's answers. */
export function clockFindings(skews: (number | null)[]): Finding[] {
	const worst = skews.reduce<number>((most, skew) => (Math.abs(skew ?? 0) > Math.abs(most) ? skew ?? 0 : most), 0);
	if (Math.abs(worst) <= SKEW_MS) return [];
	return [{
		level: 'warning', code: 'clock_skew', subject: null, message: `The clock of Redis is ${Math.round(Math.abs(worst) / 1000)} seconds ${worst > 0 ? 'ahead of' : 'behind'} Pinterest's.`,
		hint: 'Let NTP set the clock of the machine on which Redis runs (timedatectl set-ntp true). Until then Pins come at another time than scheduled; none is made twice for it.',
	}];
}

/** Not an error: who may not read boards may still publish to a board that is named by its id. */
export function boardsFinding(account: string, error: unknown): Finding {
	return {
		level: 'warning', code: 'boards_unread', subject: account, message: (error as Error).message,
		hint: 'Choose boards By ID and check again in a minute. Where it stays so, connect the account again with the scopes boards:read and pins:read. Without them no Pin in doubt can be looked for.',
	};
}

function incidentFindings(incidents: Incident[]): Finding[] {
	return incidents.filter(({ kind }) => kind !== 'no_worker').map((incident) => ({
		// Who paused it knows; that it is not forgotten is all.
		level: incident.until === null && incident.kind !== 'paused' ? 'error' as const : 'warning' as const, code: incident.kind, subject: incident.account,
		message: `${nameOf(incident.account)} is held since ${iso(incident.since)}, ${incident.waiting} jobs wait: ${incident.message}`,
		hint: endOf(incident),
	}));
}

function endOf({ kind, until }: Incident): string {
	if (kind === 'paused') return `Pinterest Requeue → Hold → Resume lets it go on${until === null ? '' : `; it does by itself at ${iso(until)}`}.`;
	if (until !== null) return `It ends by itself at ${iso(until)}.`;
	return 'Mend the cause; the hold ends by itself when a check finds it mended, or by Requeue → Hold → Release.';
}

function backlogFindings(oldestDueAgeMs: number | null, counts: JobCounts): Finding[] {
	const found: Finding[] = [];
	if (oldestDueAgeMs !== null && oldestDueAgeMs > LATE_MS) {
		found.push({ level: 'warning', code: 'late_jobs', subject: null, message: `A job has been due for ${Math.round(oldestDueAgeMs / 60_000)} minutes.`, hint: 'Look at Account: Get Many: a hold, a slow pace or a missing worker says why.' });
	}
	const unmapped = Object.entries(counts.groups).reduce((sum, [cause, count]) => sum + (cause.startsWith('unmapped|') ? count - (counts.snoozed.groups[cause] ?? 0) : 0), 0);
	if (unmapped > 0) found.push(unmappedFinding(unmapped));
	found.push(...failureFindings(counts));
	return found;
}

/** One for each queue in which somebody has something to do; what is snoozed waits for nobody yet. */
function failureFindings({ failures, snoozed }: JobCounts): Finding[] {
	const awake = QUEUE_NAMES.map((queue) => ({ queue, count: failures[queue] - snoozed.failures[queue] }));
	return awake.filter(({ count }) => count > 0).map(({ queue, count }) => ({
		level: 'warning', code: 'failures_open', subject: queue, message: `Failed jobs wait for ${queue}: ${count}.`,
		hint: 'Pinterest Requeue → Failure → Get Many lists them with what to do.',
	}));
}

function unmappedFinding(count: number): Finding {
	return {
		level: 'warning', code: 'unmapped_answers', subject: null, message: `Pinterest has answered ${count} ${count === 1 ? 'job' : 'jobs'} in a way that nobody has mapped yet.`,
		hint: 'None of them is sent again by itself. Pinterest Requeue → Failure → Get Groups shows the answers: correct what they name and requeue, and report them.',
	};
}

function subscriptionFindings(subscriptions: StoredSubscription[]): Finding[] {
	return subscriptions.flatMap(({ id, label, url, failingSince, disabledAt, paused, lastError, waiting }): Finding[] => {
		const name = label ?? url;
		if (disabledAt !== null) {
			return [{
				level: 'error', code: 'subscription_disabled', subject: id, message: `${name} has taken nothing for five days and is not tried any more since ${iso(disabledAt)}. ${lastError ?? ''}`.trim(),
				hint: 'Mend it, then Pinterest Requeue → Subscription → Resume, or publish the workflow of the trigger again. What happened is kept for seven days.',
			}];
		}
		return failingSince === null || paused ? [] : [{
			level: 'warning', code: 'subscription_failing', subject: id, message: `${name} has taken no event since ${iso(failingSince)}; ${waiting} wait. ${lastError ?? ''}`.trim(),
			hint: label ? 'Pinterest Requeue → Subscription → Get Deliveries shows what it answered.'
				: 'Check that n8n is reachable at this address from the worker; the credential can name another n8n base URL for deliveries.',
		}];
	});
}


const NOTHING: Health = {
	ok: false, findings: [], redis: { version: null, aof: null, appendfsync: null, evictionPolicy: null }, workers: [],
	jobs: { queued: 0, running: 0, retry_scheduled: 0, succeeded: 0, failed: 0, canceled: 0, in_doubt: 0 },
	failures: { ops: 0, client: 0, engineering: 0 }, oldestDueAgeMs: null, incidents: [], slowed: [], quarantineUntil: null, subscriptions: [],
};
