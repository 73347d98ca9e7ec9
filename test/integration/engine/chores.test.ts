import type { Redis } from 'ioredis';
import { openRedis } from '../../support/redis';
import { TestWorld } from '../../support/world';

let world: TestWorld;
let redis: Redis;
afterEach(async () => {
	redis.disconnect();
	await world.stop();
});

it('cuts the log of events to its bounds in one round, however much came since the last', async () => {
	world = await TestWorld.start();
	redis = openRedis();
	const events = `pj:{${world.namespace}}:events`;
	const old = redis.pipeline();
	for (let n = 1; n <= 2500; n++) old.xadd(events, `${n}-0`, 'id', `evt_${n}`, 'type', 'account.held', 'at', n, 'account', 'acme-us', 'incident', '{}');
	await old.exec();
	await world.serve(world.engine());
	await world.until(async () => (await redis.xlen(events) < 100 ? true : null), 5000);
	expect(await redis.xrange(events, '1-0', '2500-0')).toEqual([]);
});
