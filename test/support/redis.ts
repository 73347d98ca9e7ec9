import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { Cluster, Redis } from 'ioredis';
import { startRedisServer } from '../../scripts/lib/redis-server.mjs';
import type { RedisServer, RedisServerOptions } from '../../scripts/lib/redis-server.mjs';
import type { RedisSettings } from '../../src';
import { serverOf } from '../../src/store/connection';

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

/** How an engine of this test run reaches that Redis. `npm run test:topologies` runs the tests on others than one server. */
export function redisSettings(): RedisSettings {
	const given = process.env.PINTEREST_JOBS_TEST_REDIS;
	return given ? JSON.parse(given) as RedisSettings : { url: redisUrl() };
}

/** The options with which a command reaches it; a certificate is named by REDIS_CA_FILE. */
export function redisOptions(): string[] {
	const { mode, url, nodes = [], sentinelName } = redisSettings();
	if (mode === 'cluster') return ['--redis', `redis://${nodes.join(',')}`, '--cluster'];
	if (mode === 'sentinel') return ['--redis', `redis://${nodes.join(',')}`, '--sentinel', sentinelName!];
	return ['--redis', url!];
}

/** Another client of it, which may do everything. That of a Cluster leads each key to its node; what is asked without a key, it asks any. */
export function openRedis(): Redis {
	const { mode, nodes = [], sentinelName } = redisSettings();
	const addresses = nodes.map((node) => ({ host: node.split(':')[0]!, port: Number(node.split(':')[1]) }));
	if (mode === 'cluster') return new Cluster(addresses) as unknown as Redis;
	return mode === 'sentinel' ? new Redis({ sentinels: addresses, name: sentinelName }) : new Redis(redisUrl());
}

/** Clients of every server that may be told something: the masters of a Cluster. */
export async function serversOf(redis: Redis | Cluster): Promise<Redis[]> {
	if (!(redis instanceof Cluster)) return [redis];
	await redis.ping();
	return redis.nodes('master');
}

/** A client of the one server that has the keys of this namespace. */
export async function openServerOf(namespace: string): Promise<Redis> {
	const redis = openRedis();
	if (redisSettings().mode !== 'cluster') return redis;
	const { options: { host, port } } = await serverOf(redis, `{${namespace}}`) as Redis;
	redis.disconnect();
	return new Redis({ host, port });
}

/** Where that server listens. */
export async function serverUrlOf(namespace: string): Promise<string> {
	const redis = await openServerOf(namespace);
	await redis.ping();
	const { remoteAddress, remotePort } = redis.stream as Socket;
	redis.disconnect();
	return `redis://${remoteAddress}:${remotePort}`;
}

/** What somebody finds out with a client of the server on this port, which is closed afterwards. */
export async function asked<T>(port: number, ask: (redis: Redis) => Promise<T>): Promise<T> {
	const redis = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: 0 });
	// The call that fails tells of it.
	redis.on('error', () => undefined);
	try {
		return await ask(redis);
	} finally {
		redis.disconnect();
	}
}

/** Every key that matches; the pattern has the hash tag of the namespace in it. */
export async function keysOf(namespace: string, match: string, url?: string): Promise<string[]> {
	const redis = url ? new Redis(url) : await openServerOf(namespace), found = new Set<string>();
	try {
		for await (const keys of redis.scanStream({ match, count: 1000 })) for (const key of keys as string[]) found.add(key);
		return [...found].sort();
	} finally {
		redis.disconnect();
	}
}

/** A namespace no other test has; a failing test prints it. */
export function testNamespace(): string {
	const namespace = `test-${randomBytes(6).toString('hex')}`;
	globalThis.testNamespaces?.push(namespace);
	return namespace;
}

/** Removes every key that carries the hash tag of this namespace. */
export async function flushNamespace(namespace: string, url?: string): Promise<void> {
	const keys = await keysOf(namespace, `*{${namespace}}*`, url), redis = url ? new Redis(url) : openRedis();
	try {
		for (let i = 0; i < keys.length; i += 1000) await redis.unlink(...keys.slice(i, i + 1000));
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
