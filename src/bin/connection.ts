import { readFileSync } from 'node:fs';
import { refusal, type EngineConfig, type RedisSettings } from '../config';
import { urlOf } from '../job/url';

/** The options every command shares, for node:util's parseArgs. */
export const CONNECTION_OPTIONS = {
	redis: { type: 'string' },
	cluster: { type: 'boolean' },
	sentinel: { type: 'string' },
	'redis-ca': { type: 'string' },
	namespace: { type: 'string' },
	'time-factor': { type: 'string' },
	help: { type: 'boolean' },
} as const;

export const CONNECTION_HELP = `  --redis URL          Redis, for example rediss://user:secret@host:6379 (or REDIS_URL);
                       of a Cluster or of Sentinels several: redis://host1:6379,host2:6379
  --cluster            it is a Redis Cluster (or REDIS_CLUSTER=true)
  --sentinel NAME      its hosts are Sentinels that watch a primary of this name (or REDIS_SENTINEL;
                       their password, if they have one, as REDIS_SENTINEL_PASSWORD)
  --redis-ca FILE      the certificate of your own authority, PEM (or REDIS_CA_FILE)
  --namespace NAME     the namespace of the Pinterest app (or PINTEREST_JOBS_NAMESPACE; default "pinterest")
  --time-factor N      divide every delay by N; only for trials (default 1)`;

interface Values {
	redis?: string;
	cluster?: boolean;
	sentinel?: string;
	'redis-ca'?: string;
	namespace?: string;
	'time-factor'?: string;
}

/** The engine's configuration from options and environment; `invalid_config` when Redis is not named, or not in one way. */
export function connectionConfig(values: Values, env: NodeJS.ProcessEnv = process.env): EngineConfig {
	return {
		redis: redisOf(values, env),
		namespace: values.namespace ?? env.PINTEREST_JOBS_NAMESPACE ?? 'pinterest',
		signingSecret: env.PINTEREST_JOBS_SIGNING_SECRET,
		previousSigningSecret: env.PINTEREST_JOBS_PREVIOUS_SIGNING_SECRET,
		deliveryBaseUrl: env.PINTEREST_JOBS_DELIVERY_BASE_URL,
		timeFactor: values['time-factor'] === undefined ? 1 : Number(values['time-factor']),
	};
}

function redisOf(values: Values, env: NodeJS.ProcessEnv): RedisSettings {
	const text = values.redis ?? env.REDIS_URL;
	if (!text) throw refusal('No Redis is named.', 'Give --redis redis://127.0.0.1:6379 or set REDIS_URL.');
	// An option goes before what the environment says of either.
	const hasOption = values.cluster !== undefined || values.sentinel !== undefined;
	const isCluster = hasOption ? values.cluster ?? false : isOn(env.REDIS_CLUSTER), sentinelName = hasOption ? values.sentinel : env.REDIS_SENTINEL || undefined;
	if (sentinelName === '') throw refusal('The primary that the Sentinels watch has no name.', 'Give --sentinel NAME, most often mymaster.');
	if (isCluster && sentinelName !== undefined) throw refusal('Redis cannot be a Cluster and behind Sentinels.', 'Give either --cluster or --sentinel NAME.');
	const { url, nodes } = hostsOf(text);
	if (nodes.length > 1 && !isCluster && sentinelName === undefined) {
		throw refusal('Several hosts are named, and not what they are.', 'Give --cluster for nodes of a Redis Cluster, or --sentinel NAME for Sentinels; or name one host.');
	}
	const tlsCa = certificateOf(values['redis-ca'] ?? (env.REDIS_CA_FILE || undefined));
	if (tlsCa !== undefined && !url.startsWith('rediss:')) throw refusal('A certificate is named, but the URL is one without TLS.', 'Write rediss:// in place of redis://, or leave the certificate out.');
	if (isCluster) return { url, tlsCa, mode: 'cluster', nodes };
	if (sentinelName !== undefined) return { url, tlsCa, mode: 'sentinel', nodes, sentinelName, sentinelPassword: env.REDIS_SENTINEL_PASSWORD };
	return { url, tlsCa };
}

/** Several hosts stand between commas, which no URL has: each by itself, and the URL with the first of them. */
function hostsOf(text: string): { url: string; nodes: string[] } {
	const [, before, hosts, after] = /^(rediss?:\/\/(?:[^/?#]*@)?)([^@/?#]+)(.*)$/.exec(text) ?? [];
	const nodes = hosts?.split(',').map((host) => host.trim()).filter(Boolean) ?? [];
	const url = `${before}${nodes[0]}${after}`;
	if (nodes.length === 0 || urlOf(url) === null || !isDecodable(before ?? '')) throw refusal('That is not the URL of a Redis.', 'Write it like redis://127.0.0.1:6379, or rediss://user:secret@host:6379 with TLS; signs of a password as in any URL, %40 for @ and %25 for %.');
	return { url, nodes };
}

function isOn(value: string | undefined): boolean {
	if (!value || /^(false|0|no)$/i.test(value)) return false;
	if (/^(true|1|yes)$/i.test(value)) return true;
	throw refusal(`REDIS_CLUSTER is "${value}".`, 'Set it to true or false.');
}

function isDecodable(text: string): boolean {
	try {
		decodeURIComponent(text);
		return true;
	} catch {
		return false;
	}
}

function certificateOf(file: string | undefined): string | undefined {
	if (file === undefined) return undefined;
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		throw refusal(`The certificate ${file} cannot be read: ${(error as Error).message}`, 'Name a PEM file that this user may read with --redis-ca or REDIS_CA_FILE.');
	}
}

/** Who speeds time up sees it in every run; not on stdout, which may be JSON for a program. */
export function tellTimeFactor(timeFactor = 1): void {
	if (timeFactor !== 1) console.error(`Time factor ${timeFactor}: every delay is divided by it; only for trials.`);
}
