import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PaceSettings } from '../../../src';
import { APP } from '../../../src/job/hold';
import type { Heard } from '../../../src/job/rate-headers';
import { bucketsFor } from '../../../src/pace/buckets';
import { headroomIn } from '../../../src/pace/headroom';
import { PACE_PRESETS } from '../../../src/pace/presets';
import { keysOf, testNamespace } from '../../support/redis';
import { aMemory, aPacer, aRedis, endAll, grants, pace } from './a-pacer';

afterEach(endAll);

/** The most grants that any span of this length has seen. */
const most = (at: number[], spanMs: number) => Math.max(...at.map((from) => at.filter((time) => time >= from && time < from + spanMs).length));

describe('the pace of an account', () => {
	it('holds over all workers, and is used', async () => {
		const namespace = testNamespace();
		const pacers = [aPacer(namespace), aPacer(namespace)];
		for (const pacer of pacers) pacer.limit('acme', pace());
		const at = await grants(pacers, 100);
		expect(at).toHaveLength(100);
		expect(most(at, 1000)).toBeLessThanOrEqual(100);
		// (100 - 5) / 80 = 1.19 s; a third more is for the timers of a busy machine.
		const tookMs = at.at(-1)! - at[0]!;
		expect(tookMs).toBeGreaterThan(1100);
		expect(tookMs).toBeLessThan(1900);
	});

	it('lets five go at once after a rest, and no sixth', async () => {
		const pacer = aPacer(testNamespace(), { timeFactor: 1 });
		pacer.limit('acme', pace());
		const got: string[] = [];
		for (let n = 0; n < 6; n++) void pacer.slot('acme', async () => void got.push('slot'));
		while (got.length < 5) await sleep(5);
		await sleep(100);
		expect(got).toHaveLength(5);
	});

	it('lets as many run at once as it says, over all workers', async () => {
		const namespace = testNamespace();
		const pacers = [aPacer(namespace), aPacer(namespace)];
		let running = 0, highest = 0;
		const run = async () => {
			highest = Math.max(highest, ++running);
			await sleep(20);
			running--;
		};
		for (const pacer of pacers) pacer.limit('acme', pace({ concurrent: 2 }));
		for (let round = 0; round < 5; round++) await Promise.all(pacers.flatMap((pacer) => [pacer.slot('acme', run), pacer.slot('acme', run)]));
		expect(highest).toBe(2);
	});

	it('keeps no backlog: beyond what may run at once a slot is refused unrun', async () => {
		const pacer = aPacer(testNamespace());
		pacer.limit('acme', pace({ concurrent: 2 }));
		const held = [pacer.slot('acme', () => sleep(50, 'ran')), pacer.slot('acme', () => sleep(50, 'ran'))];
		const run = jest.fn(() => Promise.resolve('ran'));
		expect(await pacer.slot('acme', run)).toBeUndefined();
		expect(run).not.toHaveBeenCalled();
		expect(await Promise.all(held)).toEqual(['ran', 'ran']);
		expect(await pacer.slot('acme', run)).toBe('ran');
	});

	it('holds up no other account', async () => {
		const pacer = aPacer(testNamespace(), { timeFactor: 1 });
		for (const account of ['acme', 'other']) pacer.limit(account, pace({ writesPerMinute: 1, burst: 1 }));
		await pacer.slot('acme', () => Promise.resolve());
		void pacer.slot('acme', () => Promise.resolve());
		expect(await pacer.slot('other', () => Promise.resolve('other'))).toBe('other');
	});

	it('is no limit where none is set, and leaves nothing in Redis', async () => {
		const namespace = testNamespace();
		const pacer = aPacer(namespace);
		expect(await pacer.slot('acme', () => Promise.resolve('ran'))).toBe('ran');
		expect(await pacer.headroom('acme')).toBeNull();
		expect(await keysOf(namespace, `*${namespace}*`)).toEqual([]);
	});

	it('is kept under keys with the hash tag of the namespace', async () => {
		const namespace = testNamespace();
		const pacer = aPacer(namespace, { appPace: pace({ writesPerDay: 250 }) });
		pacer.limit('acme', pace());
		await pacer.slot('acme', () => Promise.resolve());
		const keys = await keysOf(namespace, `*${namespace}*_settings`);
		expect(new Set(keys)).toEqual(new Set(['@app', '@app-day', 'acme'].map((lane) => `b_{${namespace}}-${lane}_settings`)));
	});

	it('passes on what the work rejects with, and gives the slot back', async () => {
		const pacer = aPacer(testNamespace());
		pacer.limit('acme', pace({ concurrent: 1 }));
		await expect(pacer.slot('acme', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
		expect(await pacer.slot('acme', () => Promise.resolve('next'))).toBe('next');
	});
});

describe('the pace of the app', () => {
	it('is shared by its accounts, and a waiting account uses up nothing of it', async () => {
		const namespace = testNamespace();
		const pacer = aPacer(namespace, { timeFactor: 1, appPace: pace({ writesPerMinute: 15, burst: 3 }) });
		pacer.limit('slow', pace({ writesPerMinute: 1, burst: 1 }));
		await pacer.slot('slow', () => Promise.resolve());
		void pacer.slot('slow', () => Promise.resolve());
		await sleep(50);
		pacer.limit('acme', pace());
		expect(await pacer.headroom('acme')).toBe(2);
		expect(await grants([pacer], 2)).toHaveLength(2);
		expect(await pacer.headroom('acme')).toBe(0);
	});

	it('counts a day as well, when it has a limit a day', async () => {
		const pacer = aPacer(testNamespace(), { timeFactor: 1 });
		pacer.limit('acme', { ...PACE_PRESETS.trial, writesPerDay: 10, burst: 4 });
		expect(await grants([pacer], 1)).toHaveLength(1);
		expect(await grants([pacer], 1)).toHaveLength(1);
		expect(await pacer.headroom('acme')).toBe(0);
	});
});

it('lets no Pin of an account out beyond its cap of a day, but those of others, and videos be registered', async () => {
	const pacer = aPacer(testNamespace(), { timeFactor: 1 });
	pacer.limit('acme', pace({ pinsPerDay: 10 }));
	pacer.limit('other', pace());
	expect(await pacer.headroom('acme')).toBe(2);
	for (const _ of [1, 2]) expect(await grants([pacer], 1)).toHaveLength(1);
	expect(await pacer.headroom('acme')).toBe(0);
	let isOut = false;
	void pacer.slot('acme', () => Promise.resolve(isOut = true));
	for (let n = 0; n < 3; n++) expect(await pacer.queuedSlot('acme', () => Promise.resolve('registered'))).toBe('registered');
	expect(await pacer.slot('other', () => Promise.resolve('other'))).toBe('other');
	expect(isOut).toBe(false);
});

it('the headroom of an account that has gone quiet grows as its tokens come, whoever asks', async () => {
	const namespace = testNamespace(), redis = aRedis();
	const own: PaceSettings = { ...PACE_PRESETS.trial, writesPerMinute: 10, burst: 2, writesPerDay: 10 };
	const pacer = aPacer(namespace, { timeFactor: 1 });
	pacer.limit('acme', own);
	for (const _ of [1, 2]) expect(await grants([pacer], 1)).toHaveLength(1);
	await pacer.stop();
	const [seconds, micros] = await redis.time();
	const now = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
	const headroom = (afterMs: number, paceOf: PaceSettings | null = own, account = 'acme') =>
		headroomIn(redis, namespace, bucketsFor(account, 'write', { of: (who) => (who === APP ? null : paceOf), timeFactor: 1 }), now + afterMs);
	const dayStepMs = 24 * 3_600_000 / 10;
	expect([await headroom(0), await headroom(dayStepMs - 10_000), await headroom(dayStepMs), await headroom(100 * dayStepMs)]).toEqual([0, 0, 1, 1]);
	expect(await headroom(0, null)).toBeNull();
	expect(await headroom(0, { ...own, concurrent: 3, writesPerDay: null }, 'fresh')).toBe(2);
});

it('gives the token of a slot back in which nothing was sent', async () => {
	const pacer = aPacer(testNamespace(), { timeFactor: 1, appPace: pace({ writesPerMinute: 5, burst: 1 }) });
	pacer.limit('acme', pace({ writesPerMinute: 5, burst: 1 }));
	for (let n = 0; n < 3; n++) expect(await pacer.slot('acme', async (slot) => slot.unused())).toBeUndefined();
	const redis = aRedis();
	while ((await pacer.headroom('acme')) !== 1) await redis.ping();
});

it('lets an account that has one call go before the next ones of an account that had its turn', async () => {
	// A slot of the app every 500 ms, and none left over.
	const pacer = aPacer(testNamespace(), { timeFactor: 1, appPace: pace({ writesPerMinute: 150, burst: 1 }) });
	for (const account of ['big', 'small', 'tiny']) pacer.limit(account, pace());
	const granted: string[] = [];
	const slot = (account: string) => pacer.slot(account, () => Promise.resolve(void granted.push(account)));
	await slot('big');
	const backlog = ['big', 'big', 'big'].map(slot);
	while (granted.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
	await Promise.all([...backlog, slot('small'), slot('tiny')]);
	expect(granted).toEqual(['big', 'big', 'small', 'tiny', 'big', 'big']);
});

it('keeps a slot for who waits from whoever comes later in another worker', async () => {
	const EVERY_MS = 500;
	const namespace = testNamespace(), appPace = pace({ writesPerMinute: 150, burst: 1 });
	const [first, other] = [aPacer(namespace, { timeFactor: 1, appPace }), aPacer(namespace, { timeFactor: 1, appPace })];
	for (const pacer of [first, other]) for (const account of ['big', 'small']) pacer.limit(account, pace());
	const newcomer = () => other.slot('big', () => Promise.resolve());
	// The second waits for a token; the next come as long after it again and again.
	for (const pacer of [first, other]) await pacer.slot('big', () => Promise.resolve());
	const redis = aRedis();
	const tokenAt = Number(await redis.hget(`b_{${namespace}}-${APP}_settings`, 'lastReservoirIncrease')) + EVERY_MS;
	const until = async (at: number) => sleep(Math.max(0, at - Date.now()));
	await until(tokenAt - 300);
	const waited = first.slot('small', () => Promise.resolve(Date.now()));
	// Each comes when the token is there that was waited for, and does not wait with it.
	for (let n = 0; n < 3; n++) {
		await until(tokenAt + n * EVERY_MS + 150);
		void newcomer();
	}
	expect((await waited)! - tokenAt).toBeLessThan(150);
});

describe('a pace that Pinterest answers "slow down" to', () => {
	const everyMs = async (redis: Redis, namespace: string) => Number(await redis.hget(`b_{${namespace}}-acme_settings`, 'reservoirIncreaseInterval'));
	const becomes = async (redis: Redis, namespace: string, ms: number) => {
		while ((await everyMs(redis, namespace)) !== ms) await sleep(5);
	};
	const told = (perMinute: number, more = {}) => ({ 'x-ratelimit-limit': `${perMinute}, ${perMinute};w=60;name="org_write"`, ...more });
	const clean = (headers: Heard['headers']): Heard => ({ kind: 'write', isThrottled: false, headers });
	const throttled: Heard = { kind: 'write', isThrottled: true, headers: {} };
	/** Permits of the last second, as `begin-send.lua` notes them. */
	const permits = async (redis: Redis, namespace: string, count: number) => {
		const [seconds] = await redis.time();
		await redis.zadd(`pj:{${namespace}}:sent:acme`, ...Array.from({ length: count }, (_, n) => [Number(seconds) * 1000 - 10 * (count - n), n]).flat());
	};
	const aWorker = async (namespace: string, change = {}) => {
		const pacer = aPacer(namespace, { timeFactor: 1, ...change });
		pacer.limit('acme', pace());
		await pacer.slot('acme', () => Promise.resolve());
		return pacer;
	};

	it('stays a tenth below what went through, for all workers, once for answers that come together, and for those that join later', async () => {
		const namespace = testNamespace(), redis = aRedis();
		const [first, second] = [await aWorker(namespace), await aWorker(namespace)];
		await permits(redis, namespace, 31);
		await Promise.all([first.heard('acme', throttled), first.heard('acme', throttled)]);
		await second.heard('acme', throttled);
		await becomes(redis, namespace, 2222);
		await first.stop();
		await second.stop();
		await redis.del(...await keysOf(namespace, `b_{${namespace}}*`));
		await aWorker(namespace);
		expect(await everyMs(redis, namespace)).toBe(2222);
	});

	it('halves where nobody counted, and comes back with time', async () => {
		const namespace = testNamespace(), redis = aRedis();
		const pacer = await aWorker(namespace, { timeFactor: 60 });
		await redis.del(`pj:{${namespace}}:sent:acme`);
		await pacer.heard('acme', throttled);
		while ((await everyMs(redis, namespace)) <= 13) await sleep(5);
		for (let n = 0; n < 200 && (await everyMs(redis, namespace)) > 13; n++) await pacer.slot('acme', () => sleep(50));
		expect(await everyMs(redis, namespace)).toBe(13);
	});

	it('slows looks when it is a look that was refused, and not writes', async () => {
		const namespace = testNamespace(), redis = aRedis();
		const pacer = await aWorker(namespace);
		await pacer.readSlot('acme', () => Promise.resolve());
		await pacer.heard('acme', { ...throttled, kind: 'read' });
		while (Number(await redis.hget(`b_{${namespace}}-@reads:acme_settings`, 'reservoirIncreaseInterval')) !== 750) await sleep(5);
		expect(await everyMs(redis, namespace)).toBe(750);
	});

	it('follows the limit that the headers name down and up, never above the settings', async () => {
		const namespace = testNamespace(), redis = aRedis();
		const pacer = await aWorker(namespace);
		for (const [perMinute, ms] of [[30, 2500], [60, 1250], [1000, 750]] as const) {
			await pacer.heard('acme', clean(told(perMinute)));
			await becomes(redis, namespace, ms);
		}
		await pacer.heard('acme', clean({ 'x-ratelimit-limit': '10, 10;w=60;name="org_read"' }));
		expect(await everyMs(redis, namespace)).toBe(750);
	});

	it('begins at half for an account whose limit nobody tells, and not once it is told', async () => {
		const namespace = testNamespace(), redis = aRedis();
		const pacer = await aWorker(namespace);
		await pacer.heard('acme', clean({}));
		await becomes(redis, namespace, 1500);
		await pacer.heard('acme', clean(told(100)));
		await becomes(redis, namespace, 750);
	});

	it('has no more slots than calls are left, and none before the reset when none are', async () => {
		const namespace = testNamespace();
		// Known for long: more than one call may be under way.
		await aMemory(namespace).learn('acme', { write: { told: 100, learned: { ceiling: null, rate: 80, from: 0, refusedAt: null } } });
		const pacer = await aWorker(namespace);
		expect(await pacer.headroom('acme')).toBeGreaterThan(2);
		await pacer.heard('acme', clean(told(100, { 'x-ratelimit-remaining': '2', 'x-ratelimit-reset': '30' })));
		expect(await pacer.headroom('acme')).toBe(2);
		await pacer.heard('acme', clean(told(100, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2' })));
		const began = performance.now();
		await pacer.slot('acme', () => Promise.resolve());
		expect(performance.now() - began).toBeGreaterThan(1900);
		expect(performance.now() - began).toBeLessThan(3500);
	});

	it('knows nothing of accounts that have no lane', async () => {
		const pacer = aPacer(testNamespace());
		await expect(pacer.heard('acme', throttled)).resolves.toBeUndefined();
		await expect(pacer.heard(APP, throttled)).resolves.toBeUndefined();
	});
});
