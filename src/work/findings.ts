import { isSlowed } from '../job/account-pacing';
import { nameOf, type Incident } from '../job/hold';
import { QUEUE_NAMES } from '../job/job';
import { iso } from '../job/view';
import type { JobCounts } from '../store/contract';
import type { StoredSubscription } from '../store/subscription-contract';
import type { AccountView } from './account-views';

/** One finding of Health or `doctor`, with what to do. What was looked at and found well is one of level `ok`. */
export interface Finding {
	level: 'ok' | 'warning' | 'error';
	code: string;
	/** Whom it is about: an account, a subscription, a queue; null when all. With the code it names the finding from check to check, while numbers and words change. */
	subject: string | null;
	message: string;
	hint: string;
}

export interface RedisReport {
	product: 'Redis' | 'Valkey'; version: string | null; aof: boolean | null; appendfsync: string | null; evictionPolicy: string | null; quarantineUntil: number | null;
	usedMemory: number | null; maxMemory: number | null; isFull: boolean;
	/** How far the clock of the jobs is ahead of that of Redis, ms. */
	clockAheadMs: number;
}

/** An address of a subscription that was asked just now. */
export interface Reached {
	subscription: StoredSubscription;
	kind: 'served' | 'unsure' | 'unserved';
	/** Why it is not served; empty when it is. */
	reason: string;
}

/** All that is looked at. */
export interface Seen {
	redis: RedisReport;
	/** Parts of the ACL rule (docs/security.md) that the user of this connection lacks; null when Redis does not tell. */
	missingRights: string[] | null;
	/** Those that live. */
	workers: { skewMs: number | null }[];
	accounts: AccountView[];
	incidents: Incident[];
	counts: JobCounts;
	subscriptions: StoredSubscription[];
	/** Null when no address was asked. */
	reached: Reached[] | null;
	now: number;
	/** After so long a Pin in doubt is found or proven absent, unless something keeps it from being looked for; ms. */
	doubtMs: number;
}

/** A job that was due this long ago and has not begun deserves a word, ms. */
const LATE_MS = 10 * 60_000;

/** What is wrong, with what to do, and of each thing that is well one line that says so. */
export function findingsOf({ redis, missingRights, workers, accounts, incidents, counts, subscriptions, reached, now, doubtMs }: Seen): Finding[] {
	const lateMs = counts.oldestDueAt === null ? 0 : now - counts.oldestDueAt;
	return [
		orWell(redisFindings(redis), 'redis', redisLine(redis)),
		orWell(rightsFindings(missingRights ?? []), 'rights', missingRights ? 'Its user may do all that is needed.' : 'It does not tell what its user may do.'),
		orWell(clockFindings(workers.map(({ skewMs }) => skewMs)), 'clock', workers.some(({ skewMs }) => skewMs !== null) ? 'Its clock agrees with Pinterest\'s.' : 'No worker has compared its clock with Pinterest\'s yet.'),
		orWell(workerFindings(workers.length, accounts), 'workers', `${counted(workers.length, 'worker')} ${workers.length === 1 ? 'serves' : 'serve'} ${counted(accounts.filter(({ served }) => served).length, 'account')}.`),
		orWell(incidentFindings(incidents), 'holds', 'Nothing is held.'),
		orWell(lateFindings(lateMs), 'jobs', `No job is late: ${counts.states.queued + counts.states.retry_scheduled} waiting, ${counts.states.running} being worked on${slowedLine(accounts)}.`),
		orWell(doubtFindings(counts, now, doubtMs), 'doubts', doubtsLine(counts.lookedFor.count)),
		orWell(failureFindings(counts), 'failures', failuresLine(counts)),
		orWell(subscriptionFindings(subscriptions, reached ?? []), 'deliveries', deliveriesLine(subscriptions, reached)),
	].flat();
}

function orWell(found: Finding[], topic: string, message: string): Finding[] {
	return found.length > 0 ? found : [{ level: 'ok', code: `${topic}_ok`, subject: null, message, hint: '' }];
}

function counted(count: number, what: string): string {
	return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function doubtsLine(count: number): string {
	return count === 0 ? 'No Pin is being looked for.' : `${counted(count, 'Pin')} in doubt ${count === 1 ? 'is' : 'are'} being looked for.`;
}

function slowedLine(accounts: AccountView[]): string {
	const slowed = accounts.filter(({ pacing }) => pacing.limits.some(isSlowed)).length;
	return slowed === 0 ? '' : `, and ${counted(slowed, 'account')} ${slowed === 1 ? 'is' : 'are'} slowed (Account: Get Many says why)`;
}

const SYNCED: Record<string, string> = { always: 'synced at every write', everysec: 'synced every second', no: 'synced when the system likes' };

function redisLine({ product, version, aof, appendfsync, usedMemory, maxMemory }: RedisReport): string {
	const keeps = aof === null ? 'does not say whether it keeps what it is told' : `keeps what it is told (append-only file, ${SYNCED[appendfsync ?? ''] ?? 'and how often it is synced it tells only with the right +config|get'})`;
	const memory = usedMemory === null ? '' : `, and uses ${megabytes(usedMemory)}${maxMemory ? ` of ${megabytes(maxMemory)}` : ''} MB`;
	return `${product} ${version ?? 'of an unknown version'} ${keeps}${memory}.`;
}

const megabytes = (bytes: number): string => Math.ceil(bytes / 2 ** 20).toLocaleString('en-US');

function failuresLine({ snoozed }: JobCounts): string {
	const asleep = Object.values(snoozed.failures).reduce((sum, count) => sum + count, 0);
	return `No failed job waits for anybody${asleep > 0 ? `; ${counted(asleep, 'job')} ${asleep === 1 ? 'is' : 'are'} snoozed` : ''}.`;
}

function deliveriesLine(subscriptions: StoredSubscription[], reached: Reached[] | null): string {
	const awake = subscriptions.filter(({ paused, test }) => !paused && !test).length;
	if (awake === 0) return subscriptions.some(({ test }) => !test) ? 'All subscriptions are paused.' : 'Nobody is subscribed to events.';
	const takes = `${counted(awake, 'subscription')} ${awake === 1 ? 'takes what it is' : 'take what they are'} sent`;
	return reached === null ? `${takes}.` : `${takes}, and ${awake === 1 ? 'its address answers' : 'their addresses answer'} now.`;
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
	found.push(...versionFindings(redis), ...memoryFindings(redis));
	if (redis.quarantineUntil !== null) {
		found.push({ level: 'warning', code: 'quarantine', subject: null, message: `Redis was restarted and may have forgotten writes. Until ${iso(redis.quarantineUntil)} Pins are looked for on their boards before they are sent; what may have been sent right before waits for proof.`, hint: 'Nothing to do; it ends by itself, and sooner when every worker that ran before comes back and misses nothing.' });
	}
	if (redis.clockAheadMs > CLOCK_AHEAD_MS) found.push(clockFinding(redis.clockAheadMs));
	return found;
}

/** The oldest that the tests run on; Valkey began after it. */
const OLDEST_MAJOR = 7;

function versionFindings({ product, version }: RedisReport): Finding[] {
	const major = Number.parseInt(version ?? '', 10);
	if (product !== 'Redis' || !(major < OLDEST_MAJOR)) return [];
	return [{
		level: 'warning', code: 'redis_old', subject: null, message: `Redis ${version} is older than 7.0, the oldest this package is tested with: once its memory is full, even jobs at work cannot end.`,
		hint: 'Use Redis 7.0 or later, or Valkey 8.',
	}];
}

/** Time to make room before new jobs are refused. */
const NEARLY_FULL_SHARE = 0.75;

function memoryFindings({ usedMemory, maxMemory, isFull }: RedisReport): Finding[] {
	if (!maxMemory || usedMemory === null || (!isFull && usedMemory < NEARLY_FULL_SHARE * maxMemory)) return [];
	return [{
		level: isFull ? 'error' : 'warning', code: 'redis_memory', subject: null,
		message: `Redis has used ${Math.round(100 * usedMemory / maxMemory)} % of its memory limit (${megabytes(usedMemory)} of ${megabytes(maxMemory)} MB)${isFull ? ': it takes no new jobs' : '; from 90 % on it takes no new jobs'}.`,
		hint: 'Raise maxmemory, or make room: resolve or requeue failed jobs that keep images.',
	}];
}

export function rightsFindings(missing: string[]): Finding[] {
	if (missing.length === 0) return [];
	return [{
		level: 'error', code: 'redis_rights', subject: null, message: `The Redis user may not do all that is needed: ${missing.join(' ')}.`,
		hint: `Let an administrator of Redis run ACL SETUSER with the user's name and: ${missing.join(' ')} (docs/security.md has the whole rule), then ACL SAVE or CONFIG REWRITE.`,
	}];
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

function lateFindings(lateMs: number): Finding[] {
	if (lateMs <= LATE_MS) return [];
	return [{ level: 'warning', code: 'late_jobs', subject: null, message: `A job has been due for ${Math.round(lateMs / 60_000)} minutes.`, hint: 'Look at Account: Get Many: a hold, a slow pace or a missing worker says why.' }];
}

function doubtFindings({ lookedFor: { count, oldestAt } }: JobCounts, now: number, doubtMs: number): Finding[] {
	if (oldestAt === null || now - oldestAt <= doubtMs) return [];
	return [{
		level: 'warning', code: 'doubts_open', subject: null, message: `Pins in doubt: ${count}; of one of them nobody has been able to tell since ${iso(oldestAt)} whether it exists.`,
		hint: 'Such a job is neither sent again nor given up before its board was read: end the hold of its account, have it served by a worker, and let its token read boards and Pins.',
	}];
}

/** One for each queue in which somebody has something to do; what is snoozed waits for nobody yet. */
function failureFindings({ failures, groups, snoozed }: JobCounts): Finding[] {
	const awake = QUEUE_NAMES.map((queue) => ({ queue, count: failures[queue] - snoozed.failures[queue] }));
	const unmapped = Object.entries(groups).reduce((sum, [cause, count]) => sum + (cause.startsWith('unmapped|') ? count - (snoozed.groups[cause] ?? 0) : 0), 0);
	return [...(unmapped > 0 ? [unmappedFinding(unmapped)] : []), ...awake.filter(({ count }) => count > 0).map(({ queue, count }) => ({
		level: 'warning', code: 'failures_open', subject: queue, message: `Failed jobs wait for ${queue}: ${count}.`,
		hint: 'Pinterest Requeue → Failure → Get Many lists them with what to do.',
	} as const))];
}

function unmappedFinding(count: number): Finding {
	return {
		level: 'warning', code: 'unmapped_answers', subject: null, message: `Pinterest has answered ${count} ${count === 1 ? 'job' : 'jobs'} in a way that nobody has mapped yet.`,
		hint: 'None of them is sent again by itself. Pinterest Requeue → Failure → Get Groups shows the answers: correct what they name and requeue, and report them.',
	};
}

function subscriptionFindings(subscriptions: StoredSubscription[], reached: Reached[]): Finding[] {
	const told = subscriptions.flatMap(deliveryFindings), known = new Set(told.map(({ subject }) => subject));
	return [...told, ...reached.filter(({ subscription }) => !known.has(subscription.id)).flatMap(reachedFindings)];
}

function deliveryFindings({ id, label, url, failingSince, disabledAt, paused, lastError, waiting }: StoredSubscription): Finding[] {
	const name = label ?? url;
	if (disabledAt !== null) {
		return [{
			level: 'error', code: 'subscription_disabled', subject: id, message: `${name} has taken nothing for five days and is not tried any more since ${iso(disabledAt)}. ${lastError ?? ''}`.trim(),
			hint: 'Mend it, then Pinterest Requeue → Subscription → Resume, or publish the workflow of the trigger again. What happened is kept for seven days.',
		}];
	}
	return failingSince === null || paused ? [] : [{
		level: 'warning', code: 'subscription_failing', subject: id, message: `${name} has taken no event since ${iso(failingSince)}; ${waiting} wait. ${lastError ?? ''}`.trim(),
		hint: label ? 'Pinterest Requeue → Subscription → Get Deliveries shows what it answered.' : REACHABLE,
	}];
}

const REACHABLE = 'Check that n8n is reachable at this address from the worker; the credential can name another n8n base URL for deliveries.';

/** Not an error: the machine that delivers may see another answer than this one. */
function reachedFindings({ subscription: { id, label, url }, kind, reason }: Reached): Finding[] {
	if (kind === 'served') return [];
	return [{
		level: 'warning', code: kind === 'unserved' ? 'subscription_unreachable' : 'subscription_unsure', subject: id,
		message: kind === 'unserved' ? `Nobody takes events at ${label ?? url} now: ${reason}` : `${label ?? url} may not take events now: ${reason}`,
		hint: label ? 'Start what is to take the events, or correct its URL: it has to answer a signed POST with 2xx within 5 seconds.' : REACHABLE,
	}];
}
