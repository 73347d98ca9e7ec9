import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { keysOf, serversOf, startRedis, testNamespace } from '../../support/redis';
import { afterwards, aPacer, aRedis, endAll, grants, holding, never, pace } from './a-pacer';

afterEach(endAll);

async function sharedAgain(pacer: ReturnType<typeof aPacer>): Promise<void> {
	for (let n = 0; n < 500 && !pacer.events().includes('pacer.shared_again'); n++) await pacer.slot('acme', () => Promise.resolve());
	expect(pacer.events().slice(-2)).toContain('pacer.shared_again');
}

describe('the end of a pacer', () => {
	it('settles every wait without running it, and grants nothing afterwards', async () => {
		const pacer = aPacer(testNamespace(), { timeFactor: 1 });
		pacer.limit('acme', pace({ writesPerMinute: 1, burst: 1 }));
		await pacer.slot('acme', () => Promise.resolve());
		const run = jest.fn(() => Promise.resolve());
		const waiting = [pacer.slot('acme', run), pacer.slot('acme', run)];
		await pacer.stop();
		expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
		expect(await pacer.slot('acme', run)).toBeUndefined();
		expect(run).not.toHaveBeenCalled();
		// A client of a Cluster stays closed.
		while (!['end', 'close'].includes(pacer.client.status)) await sleep(1);
	});

	it('gives back the slots of what runs, so that another worker need not wait for their expiration', async () => {
		const namespace = testNamespace();
		const [first, second] = [aPacer(namespace), aPacer(namespace)];
		for (const pacer of [first, second]) pacer.limit('acme', pace({ concurrent: 1 }));
		const runs = await holding(first, () => sleep(100));
		await first.stop();
		await runs.ended;
		expect(await second.slot('acme', () => Promise.resolve('granted'))).toBe('granted');
	});

	it('does not wait for what does not end', async () => {
		const pacer = aPacer(testNamespace(), { longestRunMs: 1000, stopGraceMs: 300 });
		pacer.limit('acme', pace());
		await holding(pacer, never);
		const began = performance.now();
		await pacer.stop();
		expect(performance.now() - began).toBeLessThan(2000);
		expect(performance.now() - began).toBeGreaterThan(250);
	});
});

it('lets what outlasts its slot go on, and does not take it for trouble with Redis', async () => {
	const pacer = aPacer(testNamespace(), { longestRunMs: 100 });
	pacer.limit('acme', pace());
	expect(await pacer.slot('acme', () => sleep(300).then(() => 'ended'))).toBe('ended');
	expect(pacer.events()).toContain('pacer.slot_expired');
	expect(pacer.events()).not.toContain('pacer.redis_failed');
});

it('forgets a lane that nobody uses, and never its counters', async () => {
	const namespace = testNamespace();
	const [pacer, redis] = [aPacer(namespace, { timeFactor: 1, idleMs: 50 }), aRedis()];
	// At a Cluster somebody listens at any of its nodes.
	const servers = await serversOf(redis);
	const listeners = async () => (await Promise.all(servers.map((server) => server.pubsub('NUMSUB', `b_{${namespace}}-acme`)))).reduce((sum, [, count]) => sum + Number(count), 0);
	pacer.limit('acme', pace({ writesPerMinute: 25 }));
	for (let n = 0; n < 3; n++) await pacer.slot('acme', () => Promise.resolve());
	expect(await listeners()).toBe(1);
	while ((await listeners()) !== 0) await sleep(5);
	expect(await pacer.headroom('acme')).toBe(2);
	expect(await pacer.slot('acme', () => Promise.resolve('granted'))).toBe('granted');
	expect(await pacer.headroom('acme')).toBe(1);
	// In Redis, too, once it is full again: an account that is used no more leaves nothing there.
	const lifetimes = await Promise.all((await keysOf(namespace, `b_{${namespace}}-acme_*`)).map((key) => redis.pttl(key)));
	expect(lifetimes.length).toBeGreaterThan(3);
	expect(Math.min(...lifetimes)).toBeGreaterThan(0);
	expect(Math.max(...lifetimes)).toBeLessThanOrEqual(3_600_000);
});

describe('when something is gone', () => {
	it('the slot of a dead worker is free again after the longest run', async () => {
		const namespace = testNamespace();
		const [dead, alive] = [aPacer(namespace, { longestRunMs: 300, stopGraceMs: 0 }), aPacer(namespace, { longestRunMs: 300 })];
		for (const pacer of [dead, alive]) pacer.limit('acme', pace({ concurrent: 1 }));
		await holding(dead, never);
		dead.client.disconnect();
		expect(await alive.slot('acme', () => Promise.resolve('granted'))).toBe('granted');
	});

	it('waits are served although the messages of Bottleneck are lost for good', async () => {
		const namespace = testNamespace();
		const [holder, deaf] = [aPacer(namespace), aPacer(namespace)];
		for (const pacer of [holder, deaf]) pacer.limit('acme', pace({ concurrent: 1 }));
		const duplicate = jest.spyOn(deaf.client, 'duplicate');
		await deaf.slot('acme', () => Promise.resolve());
		(duplicate.mock.results[0]!.value as Redis).disconnect();
		let release = () => {};
		const held = await holding(holder, () => new Promise<void>((resolve) => (release = resolve)));
		const waiting = deaf.slot('acme', () => Promise.resolve('granted'));
		await sleep(50);
		release();
		await held.ended;
		expect(await waiting).toBe('granted');
		expect(deaf.events()).not.toContain('pacer.alone');
	});

	it('slots are granted by a local gap while Redis is silent, and shared again when it answers', async () => {
		const server = await startRedis();
		afterwards(() => server.stop());
		const pacer = aPacer(testNamespace(), { url: server.url, patienceMs: 200 });
		pacer.limit('acme', pace());
		await pacer.slot('acme', () => Promise.resolve());
		process.kill(server.pid, 'SIGSTOP');
		try {
			const at = await grants([pacer], 4);
			expect(at[3]! - at[0]!).toBeGreaterThan(3 * 2 * 12 - 5);
			expect(pacer.events()).toContain('pacer.alone');
		} finally {
			process.kill(server.pid, 'SIGCONT');
		}
		await sharedAgain(pacer);
		expect(await pacer.headroom('acme')).toBeGreaterThanOrEqual(0);
	});

	it('slots are granted by a local gap when Redis is away from the start, and end like any other', async () => {
		const pacer = aPacer(testNamespace(), { url: 'redis://127.0.0.1:1', patienceMs: 100 });
		pacer.limit('acme', pace());
		expect(await grants([pacer], 3)).toHaveLength(3);
		expect(await pacer.headroom('acme')).toBeNull();
		const waiting = pacer.readSlot('acme', () => Promise.resolve('read'));
		await pacer.stop();
		expect(await waiting).toBeUndefined();
	});

	it('slots are shared again although the answers to some commands are lost for good', async () => {
		const server = await startRedis();
		afterwards(() => server.stop());
		const pacer = aPacer(testNamespace(), { client: new Redis(server.url, { autoResendUnfulfilledCommands: false, maxRetriesPerRequest: null }), patienceMs: 200 });
		pacer.limit('acme', pace());
		await pacer.slot('acme', () => Promise.resolve());
		process.kill(server.pid, 'SIGSTOP');
		const slots = [pacer.slot('acme', () => Promise.resolve('granted')), pacer.slot('acme', () => Promise.resolve('granted'))];
		await sleep(50);
		// What was sent on the old connection is never answered.
		pacer.client.stream.destroy();
		process.kill(server.pid, 'SIGCONT');
		expect(await Promise.all(slots)).toEqual(['granted', 'granted']);
		await sharedAgain(pacer);
	});

	it('goes on after Redis has lost everything', async () => {
		const server = await startRedis();
		afterwards(() => server.stop());
		const pacer = aPacer(testNamespace(), { url: server.url });
		pacer.limit('acme', pace());
		await pacer.slot('acme', () => Promise.resolve());
		await pacer.client.flushall();
		expect(await grants([pacer], 10)).toHaveLength(10);
		expect(pacer.events()).not.toContain('pacer.alone');
	});
});
