import { setTimeout as sleep } from 'node:timers/promises';
import { testNamespace } from '../../support/redis';
import { aPacer, aRedis, endAll, pace } from './a-pacer';

afterEach(endAll);

it('loses no Pin of its day by a worker that stops while the Pin waits for the pace of the account', async () => {
	const namespace = testNamespace(), redis = aRedis();
	const left = () => redis.hget(`b_{${namespace}}-@pins-day:acme_settings`, 'reservoir');
	const pacer = aPacer(namespace, { timeFactor: 1 });
	pacer.limit('acme', pace({ writesPerMinute: 1, burst: 1, pinsPerDay: 10 }));
	await pacer.slot('acme', () => Promise.resolve());
	const waiting = pacer.slot('acme', () => Promise.resolve('sent'));
	while (await left() !== '0') await sleep(5);
	await pacer.stop();
	expect(await waiting).toBeUndefined();
	expect(await left()).toBe('1');
});
