import { setTimeout as sleep } from 'node:timers/promises';
import { testNamespace } from '../../support/redis';
import { aPacer, aRedis, endAll, pace } from './a-pacer';

afterEach(endAll);

/** A pacer whose account has sent the one Pin that it may in a minute, and has one left of its day for now. */
async function afterItsFirst() {
	const namespace = testNamespace(), redis = aRedis(), bucket = `b_{${namespace}}-@pins-day:acme_settings`;
	const pacer = aPacer(namespace, { timeFactor: 1 });
	pacer.limit('acme', pace({ writesPerMinute: 1, burst: 1, pinsPerDay: 10 }));
	await pacer.slot('acme', () => Promise.resolve());
	return { pacer, bucket, left: () => redis.hget(bucket, 'reservoir') };
}

it('loses no Pin of its day by a worker that stops while the Pin waits for the pace of the account', async () => {
	const { pacer, left } = await afterItsFirst();
	const waiting = pacer.slot('acme', () => Promise.resolve('sent'));
	while (await left() !== '0') await sleep(5);
	await pacer.stop();
	expect(await waiting).toBeUndefined();
	expect(await left()).toBe('1');
});

it('loses none by a worker that stops before it hears that Redis has granted one', async () => {
	const { pacer, bucket, left } = await afterItsFirst();
	expect(await left()).toBe('1');
	const drawn = draws(pacer.client, bucket);
	const waiting = [1, 2, 3].map(() => pacer.slot('acme', () => Promise.resolve('sent')));
	await drawn;
	await pacer.stop();
	expect(await Promise.all(waiting)).toEqual([undefined, undefined, undefined]);
	expect(await left()).toBe('1');
});

/** Resolves when Bottleneck has sent its script that takes a token of this bucket; its answer is on its way then. */
function draws(client: object, bucket: string): Promise<void> {
	const scripts = client as { register(...args: unknown[]): unknown };
	const register = scripts.register.bind(client);
	return new Promise((resolve) => {
		scripts.register = (...args) => {
			if (args.includes(bucket)) resolve();
			return register(...args);
		};
	});
}
