import { Cluster, Redis } from 'ioredis';
import type { NodeRole, RedisOptions } from 'ioredis';

/** Where Redis is and how to get in. */
export interface RedisSettings {
	/** `redis://` or `rediss://`; when given, host, port and the rest are taken from it. */
	url?: string;
	mode?: 'standalone' | 'sentinel' | 'cluster';
	host?: string;
	port?: number;
	username?: string;
	password?: string;
	/** Standalone and Sentinel only. */
	db?: number;
	tls?: boolean;
	/** False accepts any certificate; true by default. */
	tlsRejectUnauthorized?: boolean;
	tlsCa?: string;
	/** Sentinels, or nodes of a Cluster, as `host:port`. */
	nodes?: string[];
	sentinelName?: string;
	sentinelPassword?: string;
}

export type Client = Redis | Cluster;

/** What differs between the clients of one engine. */
export interface ClientUse {
	/** Shown by CLIENT LIST. */
	name: string;
	/** A command that is not answered in this time rejects, ms; 2,000 by default. */
	commandTimeoutMs?: number;
	/** TCP keep-alive, ms: a connection that only listens notices that it is dead. */
	keepAliveMs?: number;
	/** Calls wait for the connection instead of failing at once, and have no time limit; Bottleneck needs it. */
	queue?: boolean;
	/** False connects at once; Bottleneck hangs on a client that waits for its first command. */
	lazy?: boolean;
}

// A reply that was lost must not make ioredis run a script twice: it never resends, and the namespace repeats with the same
// operation id. Without maxRetriesPerRequest 0 a call whose connection broke would never settle (measured, ioredis 5 and 6).
const NEVER_RESEND = { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false } as const;

/** A client that connects on first use (unless `lazy` is false), reconnects for ever, never resends (unless `queue`), and whose errors nobody has to catch. */
export function openClient(settings: RedisSettings, name: string, options: Omit<ClientUse, 'name'> = {}): Client {
	const use = { name, ...options };
	const given = resolved(settings);
	const client = given.mode === 'cluster' ? openCluster(given, use) : new Redis(optionsOf(given, use));
	// The caller of a command is told of its failure; an event without a listener would end the process.
	client.on('error', (error: Error & { command?: { name?: string } }) => {
		// ioredis would go on in database 0.
		if (error.command?.name === 'select') client.disconnect();
	});
	client.setMaxListeners(0);
	return client;
}

/** With what its URL says. */
export function resolved(settings: RedisSettings): RedisSettings {
	return settings.url ? { ...settings, ...fromUrl(settings.url, settings) } : settings;
}

/** Whom to ask about the server of this key what has no key in itself: of a Cluster its node. */
export async function serverOf(client: Client, key: string): Promise<Client> {
	if (!(client instanceof Cluster)) return client;
	const slot = Number(await client.cluster('KEYSLOT', key)), ranges = await client.cluster('SLOTS') as unknown as [number, number, [string, number]][];
	const [, , [host, port] = []] = ranges.find(([from, to]) => slot >= from && slot <= to) ?? [];
	return client.nodes('master').find(({ options }) => options.host === host && options.port === port) ?? client;
}

function optionsOf(settings: RedisSettings, use: ClientUse): RedisOptions {
	const common = commonOf(settings, use);
	if (settings.mode !== 'sentinel') return { ...common, host: settings.host ?? '127.0.0.1', port: settings.port ?? 6379, db: settings.db };
	return {
		...common,
		db: settings.db,
		sentinels: (settings.nodes ?? []).map((node) => addressOf(node, 26379)),
		name: settings.sentinelName ?? 'mymaster',
		sentinelPassword: settings.sentinelPassword,
		sentinelTLS: common.tls,
		// Else ioredis talks to the primary itself without TLS, its password in the clear.
		enableTLSForSentinelMode: common.tls !== undefined,
		sentinelRetryStrategy: retryDelayMs,
	};
}

function openCluster(settings: RedisSettings, use: ClientUse): Cluster {
	const nodes = settings.nodes?.length ? settings.nodes : [`${settings.host ?? '127.0.0.1'}:${settings.port ?? 6379}`];
	const redisOptions = commonOf(settings, use);
	return new Cluster(nodes.map((node) => addressOf(node, 6379)), {
		lazyConnect: use.lazy ?? true,
		enableOfflineQueue: use.queue ?? false,
		// A failover is waited out by the namespace, which knows that the call may have run.
		retryDelayOnFailover: 0,
		retryDelayOnClusterDown: 0,
		clusterRetryStrategy: retryDelayMs,
		scaleReads: 'master' satisfies NodeRole,
		// A certificate is made for a name: the nodes are not to be called by the addresses it leads to.
		...(redisOptions.tls && { dnsLookup: (host: string, answer: (error: null, address: string) => void) => answer(null, host) }),
		redisOptions,
	});
}

function commonOf(settings: RedisSettings, use: ClientUse): RedisOptions {
	return {
		// Bottleneck cannot repeat a call by itself: for it, one that runs twice costs a slot, one that never settles all of them.
		...(use.queue ? { maxRetriesPerRequest: null } : NEVER_RESEND),
		lazyConnect: use.lazy ?? true,
		enableOfflineQueue: use.queue ?? false,
		autoResubscribe: use.queue ?? false,
		keepAlive: use.keepAliveMs ?? 0,
		commandTimeout: use.queue ? undefined : use.commandTimeoutMs ?? 2000,
		connectTimeout: 5000,
		connectionName: use.name,
		username: settings.username || undefined,
		password: settings.password || undefined,
		retryStrategy: retryDelayMs,
		// After a failover the old master answers READONLY: only a new connection finds the new one.
		reconnectOnError: (error) => error.message.startsWith('READONLY'),
		tls: settings.tls ? { rejectUnauthorized: settings.tlsRejectUnauthorized ?? true, ca: settings.tlsCa || undefined } : undefined,
	};
}

// After a restart of Redis all workers have to be back before sends go on (PENDING_MS of lua/include/runs.lua).
function retryDelayMs(times: number): number {
	return Math.min(50 * 2 ** Math.min(times, 6), 1000);
}

function fromUrl(text: string, { tls }: RedisSettings): RedisSettings {
	const url = new URL(text);
	return {
		host: url.hostname.replace(/^\[|\]$/g, ''),
		port: url.port ? Number(url.port) : undefined,
		username: decodeURIComponent(url.username) || undefined,
		password: decodeURIComponent(url.password) || undefined,
		db: Number(url.pathname.slice(1)) || undefined,
		// Whoever asked for TLS beside a redis:// URL shall not go without.
		tls: tls || url.protocol === 'rediss:',
	};
}

/** `host`, `host:port`, `[::1]` or `[::1]:port`. */
function addressOf(node: string, defaultPort: number): { host: string; port: number } {
	const [, host = node, port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(node) ?? [];
	return { host, port: port === undefined ? defaultPort : Number(port) };
}
