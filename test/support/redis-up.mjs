import { startRedisServer } from '../../scripts/lib/redis-server.mjs';

/**
 * One Redis for the whole run, unless REDIS_URL names one. Jest calls this once for each project. It syncs every write: with
 * less, a worker may send only two seconds after it registered, and tests of the store claim without being workers.
 */
export default async function redisUp() {
	if (process.env.REDIS_URL) return;
	const server = await startRedisServer({ appendfsync: 'always' });
	globalThis.stopTestRedis = () => server.stop();
	process.env.REDIS_URL = server.url;
}
