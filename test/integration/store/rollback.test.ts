import { readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { JobStore } from '../../../src/store/job-store';
import { startRedis, type RedisServer } from '../../support/redis';
import { aJob, policy, published, StoreWorld } from './store-world';

let server: RedisServer;
let world: StoreWorld;
const start = async (appendfsync: 'always' | 'everysec' = 'everysec') => {
	server = await startRedis({ appendfsync });
	world = new StoreWorld({}, server.url);
	await world.put(aJob({ boardId: '1' }), aJob({ boardId: '2' }), aJob({ boardId: '3' }));
};
afterEach(async () => {
	await world.end();
	await server.stop();
	rmSync(server.dir, { recursive: true, force: true });
});

/** Kills the server and starts it again on what it had written, or on what `damage` left of it. */
async function restart(damage: () => void = () => undefined, appendfsync: 'always' | 'everysec' = 'everysec'): Promise<void> {
	await server.kill();
	damage();
	server = await startRedis({ appendfsync, dir: server.dir, port: server.port });
}

const appendOnlyFile = () => {
	const folder = join(server.dir, 'appendonlydir');
	return join(folder, readdirSync(folder).find((name) => name.endsWith('.incr.aof'))!);
};

const quarantineOf = async (namespace = world.namespace) => (await namespace.inspect()).quarantineUntil;

describe('a restart of Redis', () => {
	it('that lost nothing, and that a client lived through, changes nothing', async () => {
		await start();
		await restart();
		expect(await world.jobs.claim('acme', 'publish', 1)).toMatchObject({ jobs: [{}], lookFirst: false });
		expect(await quarantineOf()).toBeNull();
	});

	it('that took back acknowledged writes puts a look before every send, until the horizon is over', async () => {
		await start();
		const length = statSync(appendOnlyFile()).size;
		const sent = await world.claimed();
		await world.jobs.beginSend(sent, 1000);
		await restart(() => truncateSync(appendOnlyFile(), length));

		const { jobs: [again], lookFirst } = await world.jobs.claim('acme', 'publish', 1);
		expect({ id: again!.id, lookFirst }).toEqual({ id: sent.id, lookFirst: true });
		expect(again!.lease.fence).not.toBe(sent.lease.fence);
		expect(await world.jobs.settle(sent, published(sent, world.time))).toEqual({ kind: 'lease_lost' });
		expect(await quarantineOf()).toBe(world.time + policy.horizonMs);
		expect(await world.jobs.beginSend(again!, 1000)).not.toBeNull();
		world.time += policy.horizonMs + 1;
		expect((await world.jobs.claim('acme', 'publish', 1)).lookFirst).toBe(false);
	});

	it('that lost everything is noticed by who remembers', async () => {
		await start();
		await world.redis.flushall();
		await world.put(aJob());
		expect((await world.jobs.claim('acme', 'publish', 1)).lookFirst).toBe(true);
	});

	it('that nobody lived through is suspected, unless every write is synced', async () => {
		await start();
		await world.namespace.close();
		await restart();
		const later = world.anotherClient();
		expect((await new JobStore(later, policy).claim('acme', 'publish', 1)).lookFirst).toBe(true);
		await later.close();
	});

	it('that nobody lived through is trusted when every write is synced', async () => {
		await start('always');
		await world.namespace.close();
		await restart(() => undefined, 'always');
		const later = world.anotherClient();
		expect((await new JobStore(later, policy).claim('acme', 'publish', 1)).lookFirst).toBe(false);
		await later.close();
	});

	it('is no longer suspected once a client that lived through it finds everything it was told', async () => {
		await start();
		await world.namespace.open();
		await restart();
		const newcomer = world.anotherClient();
		await newcomer.open();
		expect(await quarantineOf(newcomer)).toBe(world.time + policy.horizonMs);
		await world.namespace.open();
		expect(await quarantineOf(newcomer)).toBeNull();
		await newcomer.close();
	});

	it('stays suspected when a client that began after it connects again', async () => {
		await start();
		await world.namespace.close();
		await restart();
		const newcomer = world.anotherClient();
		await newcomer.open();
		await world.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
		await newcomer.open();
		expect(await quarantineOf(newcomer)).toBe(world.time + policy.horizonMs);
		await newcomer.close();
	});

	it('refuses the permit of a claim that was made before the suspicion', async () => {
		await start();
		const idle = world.anotherClient();
		await idle.open();
		const length = statSync(appendOnlyFile()).size;
		await world.claimed();
		await restart(() => truncateSync(appendOnlyFile(), length));
		// This one was told less than what is left, so it cannot know yet.
		const early = new JobStore(idle, policy);
		const { jobs: [job], lookFirst } = await early.claim('acme', 'publish', 1);
		expect(lookFirst).toBe(false);
		await world.put(aJob());
		await world.put(aJob());
		expect(await early.beginSend(job!, 1000)).toBeNull();
		expect(await early.giveBack(job!)).toBe(true);
		expect((await early.claim('acme', 'publish', 1)).lookFirst).toBe(true);
		await idle.close();
	});

	it('that kept Redis away for long gives owners the time of one lease to prolong theirs', async () => {
		await start();
		const job = await world.claimed();
		await server.kill();
		world.time += 2 * policy.leaseMs;
		server = await startRedis({ dir: server.dir, port: server.port });
		expect(await world.jobs.takeOver(10)).toEqual([]);
		world.time += policy.leaseMs - 1;
		expect(await world.jobs.takeOver(10)).toEqual([]);
		expect(await world.jobs.extend([job])).toEqual([]);
		world.time += policy.leaseMs - 1;
		expect(await world.jobs.takeOver(10)).toEqual([]);
		world.time += 2;
		expect(await world.jobs.takeOver(10)).toHaveLength(1);
	});
});

describe('a namespace', () => {
	it('written by a newer version is refused', async () => {
		await start();
		await world.redis.hset(world.key('meta'), 'version', 99);
		const older = world.anotherClient();
		await expect(older.open()).rejects.toMatchObject({ code: 'namespace_newer' });
		await older.close();
	});

	it('tells what it knows of its Redis', async () => {
		await start('always');
		expect(await world.namespace.inspect()).toMatchObject({
			version: expect.stringMatching(/^\d+\./) as string, aof: true, appendfsync: 'always', evictionPolicy: 'noeviction', quarantineUntil: null,
			usedMemory: expect.any(Number) as number,
		});
	});

	it('in a Redis that is full takes in nothing, and still ends the jobs it has', async () => {
		await start();
		await world.redis.config('SET', 'maxmemory', '10kb');
		const job = await world.claimed();
		expect(await world.jobs.beginSend(job, 1000)).not.toBeNull();
		expect((await world.jobs.settle(job, published(job, world.time))).kind).toBe('settled');
		const fresh = world.anotherClient();
		expect(await new JobStore(fresh, policy).enqueue([{ job: aJob(), aliases: [] }])).toEqual([{ kind: 'full' }]);
		await fresh.close();
		await expect(world.put(aJob())).rejects.toMatchObject({ code: 'namespace_full' });
		await expect(world.media.put('a'.repeat(64), Buffer.from('x'))).rejects.toMatchObject({ code: 'namespace_full' });
	});
});
