import { startRedisServer } from '../../scripts/lib/redis-server.mjs';

/** One Redis for the whole run, unless REDIS_URL names one. Jest calls this once for each project. */
export default async function redisUp() {
	if (process.env.REDIS_URL) return;
	const server = await startRedisServer();
	globalThis.stopTestRedis = () => server.stop();
	process.env.REDIS_URL = server.url;
}
