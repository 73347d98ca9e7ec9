import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newerRedis } from '../../scripts/lib/newer-redis.mjs';
import { freePort, waitUntil } from '../../scripts/lib/ports.mjs';
import { redisProgram, startRedisServer, watchedProcess, type RedisServer, type RedisServerOptions } from '../../scripts/lib/redis-server.mjs';
import type { RedisSettings } from '../../src/config';
import { aclRule } from '../../src/store/acl';
import { CERTIFICATE, CERTIFICATE_KEY } from './certificate';
import { asked } from './redis';

/** What the tests of a run are given: environment variables that `redis.ts` and the tests' own servers read. */
export interface Topology {
	env: Record<string, string>;
	/** What befalls it in the middle of a run. */
	halfway?(): Promise<void>;
	stop(): Promise<void>;
}

/** Every kind of Redis that `npm run test:topologies` has the integration tests run on. All sync each write: see `redis-up.ts`. */
export const TOPOLOGIES: Record<string, () => Promise<Topology>> = {
	standalone: async () => single(await started()),
	'redis-8': () => newer('redis-server'),
	'valkey-8': () => newer('valkey-server'),
	cluster: async () => {
		const { servers, settings, stop } = await clusterOf(3);
		return { env: { REDIS_URL: servers[0]!.url, PINTEREST_JOBS_TEST_REDIS: JSON.stringify(settings) }, stop };
	},
	sentinel,
	tls: async () => {
		const { server, port, files, stop } = await tlsServer();
		// The documented rule, over the namespaces of all tests; with the right to be told that every write is synced, which tests of the store need.
		await asked(server.port, (redis) => redis.call('ACL', 'SETUSER', 'engine', 'on', '>secret', ...aclRule('test-*').split(' '), '+config|get'));
		const settings: RedisSettings = { url: `rediss://engine:secret@127.0.0.1:${port}`, tlsCa: CERTIFICATE };
		return { env: { REDIS_URL: server.url, PINTEREST_JOBS_TEST_REDIS: JSON.stringify(settings), REDIS_CA_FILE: files['tls-cert-file'] }, stop };
	},
};

type Fsync = RedisServerOptions['appendfsync'];

const started = (args: string[] = [], appendfsync: Fsync = 'always'): Promise<RedisServer> => startRedisServer({ appendfsync, args });

const single = (server: RedisServer): Topology => ({ env: { REDIS_URL: server.url }, stop: () => server.stop() });

async function newer(name: 'redis-server' | 'valkey-server'): Promise<Topology> {
	const program = await newerRedis(name);
	const { env, stop } = single(await startRedisServer({ appendfsync: 'always', program }));
	return { env: { ...env, PINTEREST_JOBS_REDIS_PROGRAM: program }, stop };
}

/** A server with TLS at `port`, and without at its own. `files` are the settings of whoever is to speak TLS with it. */
export async function tlsServer(appendfsync?: Fsync): Promise<{ server: RedisServer; port: number; files: Record<'tls-cert-file' | 'tls-key-file' | 'tls-ca-cert-file', string>; stop(): Promise<void> }> {
	const folder = mkdtempSync(join(tmpdir(), 'pinterest-jobs-tls-')), port = await freePort(), [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
	writeFileSync(cert, CERTIFICATE);
	writeFileSync(key, CERTIFICATE_KEY);
	const files = { 'tls-cert-file': cert, 'tls-key-file': key, 'tls-ca-cert-file': cert };
	const server = await started(['--tls-port', String(port), '--tls-auth-clients', 'no', ...Object.entries(files).flatMap(([name, file]) => [`--${name}`, file])], appendfsync);
	return {
		server, port, files,
		stop: async () => {
			await server.stop();
			rmSync(folder, { recursive: true });
		},
	};
}

/** So many masters, each with its part of the slots. */
export async function clusterOf(size: number, appendfsync?: Fsync): Promise<{ servers: RedisServer[]; settings: RedisSettings; stop(): Promise<void> }> {
	const servers = await Promise.all(Array.from({ length: size }, () => started(['--cluster-enabled', 'yes'], appendfsync)));
	const edge = (i: number) => Math.floor(16_384 * i / size);
	for (const [i, { port }] of servers.entries()) {
		await asked(port, (redis) => redis.call('CLUSTER', 'ADDSLOTSRANGE', edge(i), edge(i + 1) - 1));
		await asked(servers[0]!.port, (redis) => redis.cluster('MEET', '127.0.0.1', port));
	}
	const agree = async () => (await Promise.all(servers.map(({ port }) => asked(port, (redis) => redis.cluster('INFO')))))
		.every((info) => String(info).includes('cluster_state:ok') && String(info).includes(`cluster_known_nodes:${size}`));
	await waitUntil(agree, { what: 'cluster' });
	const settings: RedisSettings = { mode: 'cluster', nodes: servers.map(({ port }) => `127.0.0.1:${port}`) };
	return { servers, settings, stop: async () => void await Promise.all(servers.map((server) => server.stop())) };
}

/**
 * A primary and three sentinels. Halfway it gets a replica, is killed, and fails over to it. Not before: while a replica is connected
 * a job is sent no sooner than two seconds after its enqueue, and tests of the store have a clock of their own.
 */
async function sentinel(): Promise<Topology> {
	const primary = await started(), others: { stop(): Promise<unknown> }[] = [];
	const { ports, settings, stop } = await sentinelsOf(primary.port);
	return {
		env: { REDIS_URL: primary.url, PINTEREST_JOBS_TEST_REDIS: JSON.stringify(settings) },
		halfway: async () => {
			const replica = await replicaOf(primary);
			others.push(replica);
			const known = async (port: number) => (await asked(port, (redis) => redis.call('SENTINEL', 'REPLICAS', 'pins')) as unknown[]).length > 0;
			await waitUntil(async () => (await Promise.all(ports.map(known))).every(Boolean), { what: 'sentinels', timeoutMs: 60_000 });
			await primary.kill();
			await waitUntil(() => asked(replica.port, async (redis) => String((await redis.role())[0]) === 'master'), { what: 'failover', timeoutMs: 60_000 });
			process.stderr.write(`Sentinel failed over from port ${primary.port} to ${replica.port}.\n`);
		},
		stop: async () => {
			await stop();
			await Promise.all([primary, ...others].map((server) => server.stop()));
		},
	};
}

/** A replica that has caught up. */
export async function replicaOf(primary: RedisServer, appendfsync?: Fsync): Promise<RedisServer> {
	const replica = await started(['--replicaof', `127.0.0.1 ${primary.port}`], appendfsync);
	await waitUntil(() => asked(replica.port, async (redis) => (await redis.info('replication')).includes('master_link_status:up')), { what: 'replica', timeoutMs: 60_000 });
	return replica;
}

interface SentinelOptions {
	/** So many have to agree before it fails over. */
	quorum?: number;
	downAfterMs?: number;
	/** `failover-timeout`. */
	failoverMs?: number;
	/** Further lines of its configuration. */
	settings?: string[];
}

/** Three that watch a primary as `pins`; two of them have to agree. */
export async function sentinelsOf(primaryPort: number, options: SentinelOptions = {}): Promise<{ ports: number[]; settings: RedisSettings; stop(): Promise<void> }> {
	const sentinels = await Promise.all([1, 2, 3].map(() => sentinelOf(primaryPort, { quorum: 2, ...options }))), ports = sentinels.map(({ port }) => port);
	const settings: RedisSettings = { mode: 'sentinel', nodes: ports.map((port) => `127.0.0.1:${port}`), sentinelName: 'pins' };
	return { ports, settings, stop: async () => void await Promise.all(sentinels.map(({ stop }) => stop())) };
}

/** Watches a primary as `pins`. */
export async function sentinelOf(primaryPort: number, { quorum = 1, downAfterMs = 1000, failoverMs = 4000, settings = [] }: SentinelOptions = {}): Promise<{ port: number; stop(): Promise<void> }> {
	const folder = mkdtempSync(join(tmpdir(), 'pinterest-jobs-sentinel-')), port = await freePort(), config = join(folder, 'sentinel.conf');
	writeFileSync(config, [`port ${port}`, 'bind 127.0.0.1', `dir ${folder}`, ...settings, `sentinel monitor pins 127.0.0.1 ${primaryPort} ${quorum}`,
		`sentinel down-after-milliseconds pins ${downAfterMs}`, `sentinel failover-timeout pins ${failoverMs}`].join('\n'));
	const sentinel = watchedProcess(redisProgram()!, [config, '--sentinel']);
	await waitUntil(() => asked(port, (redis) => redis.ping()).then(() => true, () => false), { what: 'sentinel', gaveUp: sentinel.failure });
	return {
		port,
		stop: async () => {
			await sentinel.end('SIGTERM');
			rmSync(folder, { recursive: true });
		},
	};
}
