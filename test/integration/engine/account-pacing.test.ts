import { Redis } from 'ioredis';
import type { Engine } from '../../../src';
import { redisUrl } from '../../support/redis';
import { TestWorld } from '../../support/world';

let world: TestWorld;
beforeEach(async () => {
	world = await TestWorld.start({ timeFactor: 10 });
});
afterEach(() => world.stop());

/** What a process that serves nobody sees of the account. */
async function seen(account = 'acme-us', engine: Engine = world.engine()) {
	return (await engine.accounts()).find((one) => one.account === account)!;
}

async function published(engine: Engine, ...numbers: number[]): Promise<void> {
	const results = await engine.enqueue(numbers.map((n) => world.request(n)));
	await world.ended(engine, results.map((result) => (result.ok ? result.job.id : '')));
}

/** As if nobody had published for long: Bottleneck forgets a bucket, which is full then. */
async function forgetBuckets(): Promise<void> {
	const redis = new Redis(redisUrl());
	await redis.del(...await redis.keys(`b_{${world.namespace}}*`));
	redis.disconnect();
}

it('has the headroom that a learned limit leaves, also in a process without a worker', async () => {
	const worker = world.engine();
	await world.serve(worker);
	await published(worker, 1, 2);
	world.sandbox.control.addFault({ match: { operation: 'createPin' }, fault: '429', times: 1 });
	await published(worker, 3);
	await worker.close();
	await forgetBuckets();
	expect((await seen()).headroom).toBe(1);
});
