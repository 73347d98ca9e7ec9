import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { aPng } from '../../support/image';
import { openRedis } from '../../support/redis';
import { TestWorld } from '../../support/world';

const PNG = aPng();

let world: TestWorld;
let redis: Redis;
afterEach(async () => {
	redis.disconnect();
	await world.stop();
});

it('does not take a job for poison because its image could not be read from Redis for a while', async () => {
	world = await TestWorld.start({ timeFactor: 200 });
	redis = openRedis();
	const engine = world.engine();
	const media = await engine.putMedia(PNG);
	const [result] = await engine.enqueue([world.request(1, { media })]);
	if (!result?.ok) throw result?.error ?? new Error('Nothing was enqueued.');
	const key = `pj:{${world.namespace}}:media:${media.sha256}`;
	await redis.del(key);
	await redis.hset(key, 'not', 'bytes');
	await world.serve(engine);
	await sleep(3000); // ten leases
	expect(await engine.get(result.job.id)).toMatchObject({ queue: null });
	await redis.set(key, PNG); // at once, whatever it was: without an image in between the job would fail by that
	const [job] = await world.ended(engine, [result.job.id]);
	expect(job).toMatchObject({ state: 'succeeded', attempts: 1 });
});
