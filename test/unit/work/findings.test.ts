import type { StoredSubscription } from '../../../src/store/subscription-contract';
import { findingsOf, redisFindings, type Seen } from '../../../src/work/findings';

const MB = 2 ** 20, NOW = Date.UTC(2026, 10, 29), MINUTE = 60_000;
const redis = { product: 'Redis' as const, version: '7.2.4', aof: true, appendfsync: 'always', evictionPolicy: 'noeviction', quarantineUntil: null, usedMemory: 12 * MB, maxMemory: 0, isFull: false, clockAheadMs: 0 };

it('finds nothing to say of a Redis that keeps what it is told', () => {
	expect(redisFindings(redis)).toEqual([]);
	expect(redisFindings({ ...redis, clockAheadMs: 300 })).toEqual([]);
	expect(redisFindings({ ...redis, maxMemory: 100 * MB })).toEqual([]);
	expect(redisFindings({ ...redis, product: 'Valkey', version: '8.0.1' })).toEqual([]);
});

it.each([
	[{ evictionPolicy: 'allkeys-lru' }, { level: 'error', code: 'redis_evicts' }],
	[{ aof: false }, { level: 'error', code: 'redis_no_aof' }],
	[{ appendfsync: 'no' }, { level: 'warning', code: 'redis_fsync_no' }],
	[{ version: '6.2.14' }, { level: 'warning', code: 'redis_old', message: expect.stringContaining('Redis 6.2.14 is older than 7.0') as string }],
	[{ usedMemory: 80 * MB, maxMemory: 100 * MB }, { level: 'warning', code: 'redis_memory', message: expect.stringContaining('80 % of its memory limit (80 of 100 MB); from 90 % on') as string }],
	[{ usedMemory: 95 * MB, maxMemory: 100 * MB, isFull: true }, { level: 'error', code: 'redis_memory', message: expect.stringContaining('it takes no new jobs.') as string }],
	[{ quarantineUntil: Date.UTC(2026, 10, 2) }, { level: 'warning', code: 'quarantine', message: expect.stringContaining('2026-11-02T00:00:00.000Z') as string }],
	[{ clockAheadMs: 40_000 }, { level: 'error', code: 'clock', message: expect.stringContaining('40 seconds ahead') as string }],
	[{ clockAheadMs: 3_600_000 }, { level: 'error', code: 'clock', hint: expect.stringContaining('in 60 minutes') as string }],
])('says what is wrong with %j and what to do', (changes, finding) => {
	const found = redisFindings({ ...redis, ...changes });
	expect(found).toMatchObject([finding]);
	expect(found[0]!.hint).not.toBe('');
});

const subscription = (changes: Partial<StoredSubscription>): StoredSubscription => ({
	id: 's', url: 'https://n8n.example/hook', events: ['job.failed'], expiresAt: NOW + 1, paused: false, disabledAt: null, cursor: '', waiting: 0, dead: 0, missed: 0, failingSince: null, lastError: null, ...changes,
});

function seen(changes: Partial<Seen> = {}): Seen {
	const states = { queued: 3, running: 1, retry_scheduled: 2, succeeded: 9, failed: 0, canceled: 0 };
	const none = { ops: 0, client: 0, engineering: 0 };
	return {
		redis, missingRights: [], workers: [{ skewMs: 20 }], accounts: [], incidents: [], subscriptions: [subscription({}), subscription({ id: 'editor', test: true })], reached: null, now: NOW, doubtMs: 60 * MINUTE,
		counts: { states, inDoubt: 2, lookedFor: { count: 2, oldestAt: NOW - 5 * MINUTE }, failures: none, oldestDueAt: NOW - MINUTE, groups: {}, snoozed: { failures: none, groups: {} } }, ...changes,
	};
}

it('says of each thing that is well that it was looked at', () => {
	expect(findingsOf(seen()).map(({ level, code, message }) => [level, code, message])).toEqual([
		['ok', 'redis_ok', 'Redis 7.2.4 keeps what it is told (append-only file, synced at every write), and uses 12 MB.'],
		['ok', 'rights_ok', 'Its user may do all that is needed.'],
		['ok', 'clock_ok', "Its clock agrees with Pinterest's."],
		['ok', 'workers_ok', '1 worker serves 0 accounts.'],
		['ok', 'holds_ok', 'Nothing is held.'],
		['ok', 'jobs_ok', 'No job is late: 5 waiting, 1 being worked on.'],
		['ok', 'doubts_ok', '2 Pins in doubt are being looked for.'],
		['ok', 'failures_ok', 'No failed job waits for anybody.'],
		['ok', 'deliveries_ok', '1 subscription takes what it is sent.'],
	]);
});

it.each<[string, Partial<Seen>, object]>([
	['rights', { missingRights: ['+xtrim', '~b_{pinterest}*'] }, { level: 'error', code: 'redis_rights', message: expect.stringContaining('+xtrim ~b_{pinterest}*') as string, hint: expect.stringContaining('ACL SETUSER') as string }],
	['workers', { workers: [] }, { level: 'error', code: 'no_worker' }],
	['clock', { workers: [{ skewMs: 20 }, { skewMs: -90_000 }] }, { level: 'warning', code: 'clock_skew', message: expect.stringContaining('90 seconds behind') as string }],
	['jobs', { counts: { ...seen().counts, oldestDueAt: NOW - 11 * MINUTE } }, { level: 'warning', code: 'late_jobs', message: 'A job has been due for 11 minutes.' }],
	['doubts', { counts: { ...seen().counts, lookedFor: { count: 2, oldestAt: NOW - 61 * MINUTE } } }, { level: 'warning', code: 'doubts_open', message: expect.stringContaining('in doubt: 2') as string }],
	['failures', { counts: { ...seen().counts, failures: { ops: 2, client: 0, engineering: 0 } } }, { level: 'warning', code: 'failures_open', subject: 'ops' }],
	['deliveries', { subscriptions: [subscription({ failingSince: NOW, lastError: 'HTTP 500' })] }, { level: 'warning', code: 'subscription_failing', subject: 's' }],
	['deliveries', { subscriptions: [subscription({})], reached: [{ subscription: subscription({}), kind: 'unserved', reason: 'HTTP 404.' }] }, { level: 'warning', code: 'subscription_unreachable', message: 'Nobody takes events at https://n8n.example/hook now: HTTP 404.' }],
	['deliveries', { subscriptions: [subscription({})], reached: [{ subscription: subscription({ label: 'Shop' }), kind: 'unsure', reason: 'No answer in time.' }] }, { level: 'warning', code: 'subscription_unsure', message: 'Shop may not take events now: No answer in time.' }],
])('says in place of a line on %s what is wrong with them and what to do', (topic, changes, finding) => {
	const found = findingsOf(seen(changes)), wrong = found.filter(({ level }) => level !== 'ok');
	expect(wrong).toMatchObject([finding]);
	expect(wrong[0]!.hint).not.toBe('');
	expect(found.filter(({ code }) => code === `${topic}_ok`)).toEqual([]);
	expect(found).toHaveLength(9);
});

it('says once of a subscription what is wrong: what its deliveries met before what a probe did', () => {
	const failing = subscription({ failingSince: NOW });
	const found = findingsOf(seen({ subscriptions: [failing], reached: [{ subscription: failing, kind: 'unserved', reason: 'HTTP 404.' }] }));
	expect(found.filter(({ subject }) => subject === 's').map(({ code }) => code)).toEqual(['subscription_failing']);
});

it.each<[Partial<Seen>, string, string]>([
	[{ missingRights: null }, 'rights_ok', 'It does not tell what its user may do.'],
	[{ redis: { ...redis, appendfsync: null } }, 'redis_ok', expect.stringContaining('only with the right +config|get') as string],
	[{ workers: [{ skewMs: null }] }, 'clock_ok', 'No worker has compared its clock with Pinterest\'s yet.'],
	[{ subscriptions: [subscription({ paused: true })] }, 'deliveries_ok', 'All subscriptions are paused.'],
	[{ subscriptions: [subscription({ test: true })] }, 'deliveries_ok', 'Nobody is subscribed to events.'],
	[{ counts: { ...seen().counts, lookedFor: { count: 0, oldestAt: null } } }, 'doubts_ok', 'No Pin is being looked for.'],
])('claims no more than it knows: %#', (changes, code, message) => {
	expect(findingsOf(seen(changes)).find((finding) => finding.code === code)).toMatchObject({ level: 'ok', message });
});
