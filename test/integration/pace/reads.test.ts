import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadPurpose } from '../../../src/pace/buckets';
import { readsOf } from '../../../src/pace/reads';
import { testNamespace } from '../../support/redis';
import { aPacer, aRedis, endAll, pace } from './a-pacer';

afterEach(endAll);

it('lets reads through while writes have used up theirs', async () => {
	const pacer = aPacer(testNamespace(), { timeFactor: 1 });
	pacer.limit('acme', pace({ writesPerMinute: 1, burst: 1 }));
	await pacer.slot('acme', () => Promise.resolve());
	void pacer.slot('acme', () => Promise.resolve());
	expect(await pacer.readSlot('acme', () => Promise.resolve('read'))).toBe('read');
});

it('lets looks go before checks, and checks before lists, whoever came first', async () => {
	// A read every 625 ms, and none left over.
	const pacer = aPacer(testNamespace(), { timeFactor: 1 });
	pacer.limit('acme', pace({ writesPerMinute: 60, burst: 1 }));
	const made: string[] = [];
	const read = (purpose: ReadPurpose) => readsOf(pacer, 'acme', { purpose, timeFactor: 1 })(() => Promise.resolve(made.push(purpose)));
	await read('list');
	await read('list');
	const waiting = (['list', 'list', 'check', 'look'] as const).map(read);
	await Promise.all(waiting);
	expect(made.slice(2)).toEqual(['look', 'check', 'list', 'list']);
});

it('ends the wait for a read that nobody wants any more, and gives its tokens back', async () => {
	const namespace = testNamespace(), redis = aRedis();
	const pacer = aPacer(namespace, { timeFactor: 1, appPace: pace({ writesPerMinute: 1, burst: 1 }) });
	pacer.limit('acme', pace({ writesPerMinute: 5, burst: 1 }));
	const over = new AbortController();
	const read = (signal?: AbortSignal) => readsOf(pacer, 'acme', { purpose: 'list', timeFactor: 1, signal })(() => Promise.resolve('read'));
	const left = async (count: string) => {
		while ((await redis.hget(`b_{${namespace}}-@reads:acme_settings`, 'reservoir')) !== count) await sleep(5);
	};
	expect(await read()).toBe('read');
	const waiting = read(over.signal);
	await left('0');
	over.abort();
	expect(await waiting).toBeUndefined();
	await left('1');
	expect(await read(over.signal)).toBeUndefined();
});

it('lets a look wait for its next page for as long as it takes, since it would begin anew with the first, but no check', async () => {
	// A read each 6.25 s; a minute, or five, are over after the 5 s that anybody waits at least.
	const pacer = aPacer(testNamespace(), { timeFactor: 1 });
	pacer.limit('acme', pace({ writesPerMinute: 6, burst: 1 }));
	const read = (purpose: ReadPurpose) => readsOf(pacer, 'acme', { purpose, timeFactor: 1000 })(() => Promise.resolve('read'));
	await Promise.all([read('look'), read('look')]);
	expect(await Promise.all([read('look'), read('check')])).toEqual(['read', undefined]);
}, 15_000);
