import { Redis } from 'ioredis';
import { startRedis, type RedisServer } from '../../support/redis';

/** What `run` finds out on a Redis of its own. With an append-only file, synced every second, a job begins only once it is on disk. */
export async function withRedis<T>({ appendonly }: { appendonly: boolean }, run: (redis: Redis, url: string, server: RedisServer) => Promise<T>): Promise<T> {
	const server = await startRedis({ args: ['--appendonly', appendonly ? 'yes' : 'no'] });
	const redis = new Redis(server.url);
	try {
		return await run(redis, server.url, server);
	} finally {
		redis.disconnect();
		await server.stop();
	}
}
