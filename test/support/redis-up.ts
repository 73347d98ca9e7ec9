import { startRedisServer } from '../../scripts/lib/redis-server.mjs';
import { TOPOLOGIES } from './topologies';

declare global {
	/** What `halfway.mjs` has befall the Redis of this run. */
	var testRedisHalfway: (() => Promise<void>) | undefined;
	var stopTestRedis: (() => Promise<void>) | undefined;
}

/**
 * One Redis for the whole run, unless REDIS_URL names one. Jest calls this once for each project. It syncs every write: with
 * less, a worker may send only two seconds after it registered, and tests of the store claim without being workers.
 * PINTEREST_JOBS_TEST_TOPOLOGY names another kind of Redis (`npm run test:topologies`).
 */
export default async function redisUp(): Promise<void> {
	const name = process.env.PINTEREST_JOBS_TEST_TOPOLOGY;
	if (!name && process.env.REDIS_URL) return;
	const { env, halfway, stop } = name ? await TOPOLOGIES[name]!() : await alone();
	Object.assign(process.env, env);
	globalThis.testRedisHalfway = halfway;
	globalThis.stopTestRedis = stop;
}

async function alone(): ReturnType<(typeof TOPOLOGIES)[string]> {
	const server = await startRedisServer({ appendfsync: 'always' });
	return { env: { REDIS_URL: server.url }, stop: () => server.stop() };
}
