import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { metered } from './meter';

/** What a job costs Redis. */
export interface OfRedis {
	redisUs: number;
	commands: number;
}

// The record, its content, the line, the lease, the permit, the owner of the Pin, the history and an event with each change: each as long as the
// engine writes it, in keys of the same form. Nothing is decided, and there are neither accounts nor boards.
const TOLD = (state: string, seq: number, doc: string) =>
	`redis.call('XADD', at .. 'events', '*', 'id', 'evt_' .. string.sub(id, 4), 'type', 'job.${state}', 'at', now, 'account', account, 'job', id, 'seq', ${seq}, 'rev', '1', 'state', '${state}', 'phase', '', 'due', now, 'n', '1', 'started', now, 'finished', now, 'doc', ${doc})`;
const STEPS = {
	enqueue: `
		redis.call('HSET', at .. 'job:' .. id, 'state', 'queued', 'account', account, 'board', '855271951350167556', 'due', now, 'created', now, 'ord', now .. '000000000', 'url', 'abcdefghijkl', 'ends', now)
		redis.call('SET', at .. 'content:' .. id, ARGV[2])
		redis.call('ZADD', at .. 'lane', now, id)
		${TOLD('queued', 1, `''`)}`,
	claim: `
		redis.call('ZREM', at .. 'lane', id)
		redis.call('ZADD', at .. 'leases', now, id)
		found[#found + 1] = { redis.call('HGETALL', at .. 'job:' .. id), redis.call('GET', at .. 'content:' .. id) }
		redis.call('HSET', at .. 'job:' .. id, 'state', 'running', 'started', now, 'n', '1', 'seq', '2', 'fence', ARGV[4], 'leaseEnd', now)
		${TOLD('running', 2, `''`)}`,
	permit: `
		if redis.call('HGET', at .. 'job:' .. id, 'fence') == ARGV[4] then redis.call('HSET', at .. 'job:' .. id, 'sendBy', now) end`,
	settle: `
		if redis.call('HGET', at .. 'job:' .. id, 'fence') == ARGV[4] then
			redis.call('ZREM', at .. 'leases', id)
			redis.call('ZADD', at .. 'finished', now, id)
			redis.call('SET', at .. 'pin:' .. now .. i, 'answer:' .. id, 'NX')
			redis.call('HSET', at .. 'job:' .. id, 'state', 'succeeded', 'phase', '', 'finished', now, 'seq', '3', 'pin', now .. i, 'fence', '', 'leaseEnd', '', 'sendBy', '')
			redis.call('SET', at .. 'doc:' .. id, ARGV[3])
			${TOLD('succeeded', 3, 'ARGV[3]')}
		end`,
};

/** As many jobs a call as the engine's worker takes. */
const AT_ONCE = 25;
const CONTENT = randomBytes(216);
const DOC = JSON.stringify({ attemptHistory: [{ n: 1, revision: 1, startedAt: 1796000000000, endedAt: 1796000000500, outcome: 'published' }], pinUrl: 'https://www.pinterest.com/pin/855271951350167556/' });
const FENCE = '1234567-abcdefghijklmnopqrstuvwx';

/** What the writes alone cost that a life of a job asks for: whoever keeps its promises cannot do with less. */
export async function leastOf(redis: Redis, jobs: number): Promise<OfRedis> {
	await redis.flushall('SYNC');
	await live(redis, 0, jobs / 2);
	const { redis: spent } = await metered(redis, () => live(redis, jobs / 2, jobs));
	return { redisUs: (1000 * spent.cpuMs) / jobs, commands: spent.commands / jobs };
}

async function live(redis: Redis, from: number, count: number): Promise<void> {
	for (const [name, lua] of Object.entries(STEPS)) {
		const script = `local at, now, found = KEYS[1], ARGV[1], {}\nfor i = 5, #ARGV, 2 do\nlocal id, account = ARGV[i], ARGV[i + 1]\n${lua}\nend\nreturn found`;
		for (let i = from; i < from + count; i += AT_ONCE) {
			const ids = Array.from({ length: AT_ONCE }, (_, n) => [`pj_${String(i + n).padStart(26, 'a')}`, `account-${(i + n) % 100}`]).flat();
			await redis.callBuffer('eval', script, 1, 'pj:{bench}:', `${1_796_000_000_000 + i}`, CONTENT, DOC, FENCE, ...ids).catch((error: Error) => { throw new Error(`${name}: ${error.message}`); });
		}
	}
}
