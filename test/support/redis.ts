import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedisServer } from '../../scripts/lib/redis-server.mjs';
import type { RedisServer, RedisServerOptions } from '../../scripts/lib/redis-server.mjs';

export type { RedisServer };

declare global {
	// Read by environment.ts, which names them when the test fails.
	var testNamespaces: string[] | undefined;
}

/** The Redis of this test run: REDIS_URL, or the one Jest started. */
export function redisUrl(): string {
	const url = process.env.REDIS_URL;
	if (!url) throw new Error('No Redis: only the projects integration, simulation and e2e have one.');
	return url;
}

/** A namespace no other test has; a failing test prints it. */
export function testNamespace(): string {
	const namespace = `test-${randomBytes(6).toString('hex')}`;
	globalThis.testNamespaces?.push(namespace);
	return namespace;
}

/** Removes every key that carries the hash tag of this namespace. */
export async function flushNamespace(namespace: string, url = redisUrl()): Promise<void> {
	const redis = new Redis(url);
	try {
		for await (const keys of redis.scanStream({ match: `*{${namespace}}*`, count: 1000 })) {
			if (keys.length > 0) await redis.unlink(...(keys as string[]));
		}
	} finally {
		redis.disconnect();
	}
}

/** A server of the test's own: to kill, to fill up, to let it lose its data. */
export function startRedis(options?: RedisServerOptions): Promise<RedisServer> {
	return startRedisServer(options);
}

/** The file that a server with this `dir` appends to. */
export function appendOnlyFileOf(dir: string): string {
	const folder = join(dir, 'appendonlydir');
	return join(folder, readdirSync(folder).find((name) => name.endsWith('.incr.aof'))!);
}
