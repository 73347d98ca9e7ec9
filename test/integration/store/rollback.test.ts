import { JobStore } from '../../../src/store/job-store';
import { RestartWorld, type Fsync } from './restart-world';
import { aJob, policy, published } from './store-world';

let world: RestartWorld;
/** A namespace in which this process is the only worker. */
const start = async (appendfsync: Fsync = 'everysec') => {
	world = await RestartWorld.start(appendfsync);
	await world.worker(world.namespace);
};
afterEach(() => world.end());

describe('a restart of Redis', () => {
	it('that lost nothing, and that the workers lived through, changes nothing', async () => {
		await start();
		await world.restart();
		expect(await world.jobs.claim('acme', 'publish', 1)).toMatchObject({ jobs: [{}], lookFirst: false });
		expect(await world.quarantineUntil()).toBeNull();
	});

	it('that took back acknowledged writes puts a look before every send, until the horizon is over', async () => {
		await start();
		const length = await world.written();
		const sent = await world.claimed();
		await world.jobs.beginSend(sent, 1000);
		await world.restart({ length });

		const { jobs: [again], lookFirst } = await world.jobs.claim('acme', 'publish', 1);
		expect({ id: again!.id, lookFirst }).toEqual({ id: sent.id, lookFirst: true });
		expect(again!.lease.fence).not.toBe(sent.lease.fence);
		expect(await world.jobs.settle(sent, published(sent, world.time))).toEqual({ kind: 'lease_lost' });
		expect(await world.quarantineUntil()).toBe(world.time + policy.horizonMs);
		expect(await world.jobs.beginSend(again!, 1000)).not.toBeNull();
		world.time += policy.horizonMs + 1;
		await world.worker(world.namespace);
		expect((await world.jobs.claim('acme', 'publish', 1)).lookFirst).toBe(false);
		expect(await world.quarantineUntil()).toBeNull();
	});

	it('that lost everything is noticed by who remembers', async () => {
		await start();
		await world.redis.flushall();
		await world.put(aJob());
		await world.worker(world.namespace);
		expect((await world.jobs.claim('acme', 'publish', 1)).lookFirst).toBe(true);
	});

	it('that nobody lived through is trusted when every write is synced', async () => {
		await start('always');
		await world.namespace.close();
		await world.restart({ appendfsync: 'always' });
		const later = world.anotherClient();
		expect((await new JobStore(later, policy).claim('acme', 'publish', 1)).lookFirst).toBe(false);
		await later.close();
	});

	it('is suspected when every write is synced only since then', async () => {
		await start();
		await world.namespace.close();
		await world.restart({ appendfsync: 'always' });
		const later = world.anotherClient();
		await later.open();
		expect(await world.quarantineUntil(later)).toBe(world.time + policy.horizonMs);
		await later.close();
	});

	it('refuses the permit of a claim that was made before the suspicion', async () => {
		await start();
		const early = await world.worker();
		const { jobs: [job] } = await early.jobs.claim('acme', 'publish', 1);
		const length = await world.written();
		await world.claimed();
		await world.restart({ length });
		await world.namespace.open();
		expect(await early.jobs.beginSend(job!, 1000)).toBeNull();
		expect(await early.jobs.giveBack(job!)).toBe(true);
		expect((await early.jobs.claim('acme', 'publish', 1)).lookFirst).toBe(true);
		await early.namespace.close();
	});

	it('that kept Redis away for long gives owners the time of one lease to prolong theirs', async () => {
		await start();
		const job = await world.claimed();
		await world.restart({ awayMs: 2 * policy.leaseMs });
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
			usedMemory: expect.any(Number) as number, clockAheadMs: 0,
		});
	});

	it('tells how far its clock has run ahead of that of Redis', async () => {
		await start();
		world.time = Date.now() + 3_600_000;
		await world.put(aJob());
		const { clockAheadMs } = await world.namespace.inspect();
		expect(clockAheadMs).toBeGreaterThan(3_590_000);
		expect(clockAheadMs).toBeLessThanOrEqual(3_600_000);
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
