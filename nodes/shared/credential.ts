import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { APP_DEFAULTS, type EngineConfig, type RedisSettings } from '../../src';

export const ENGINE_CREDENTIAL = 'pinterestJobsEngineApi';

/** The fields of the Pinterest Job Engine credential as n8n keeps them. */
interface EngineCredential {
	connection: 'standalone' | 'url' | 'sentinel' | 'cluster';
	url?: string;
	host?: string;
	port?: number;
	nodes?: string;
	sentinelName?: string;
	sentinelPassword?: string;
	username?: string;
	password?: string;
	database?: number;
	tls?: boolean;
	tlsVerify?: boolean;
	tlsCa?: string;
	namespace: string;
	signingSecret?: string;
	previousSigningSecret?: string;
	deliveryBaseUrl?: string;
	advanced?: boolean;
	appWritesPerMinute?: number;
	appWritesPerDay?: number;
	mediaCapMb?: number;
	spreadSeconds?: number;
	timeFactor?: number;
}

/** The engine's own spread: a credential that keeps it gives the configuration that one without the field gives. */
const SPREAD_SECONDS = 180;

/** The engine's configuration; a hidden field that still holds a value of another connection type is left out. */
export function engineConfigOf(credential: ICredentialDataDecryptedObject): EngineConfig {
	const fields = credential as unknown as EngineCredential;
	return {
		redis: redisOf(fields),
		namespace: text(fields.namespace) ?? '',
		signingSecret: text(fields.signingSecret),
		previousSigningSecret: text(fields.previousSigningSecret),
		deliveryBaseUrl: text(fields.deliveryBaseUrl),
		...(fields.advanced ? advancedOf(fields) : {}),
	};
}

function redisOf(fields: EngineCredential): RedisSettings {
	const tls = fields.tls
		? { tls: true, tlsRejectUnauthorized: fields.tlsVerify !== false, tlsCa: text(fields.tlsCa) }
		: {};
	const login = { username: text(fields.username), password: text(fields.password) };
	switch (fields.connection) {
		case 'url':
			return { url: text(fields.url) ?? '', ...tls };
		case 'sentinel':
			return {
				mode: 'sentinel',
				nodes: listOf(fields.nodes),
				sentinelName: text(fields.sentinelName),
				sentinelPassword: text(fields.sentinelPassword),
				db: fields.database ?? 0,
				...login,
				...tls,
			};
		case 'cluster':
			return { mode: 'cluster', nodes: listOf(fields.nodes), ...login, ...tls };
		default:
			return {
				mode: 'standalone',
				host: text(fields.host) ?? 'localhost',
				port: fields.port ?? 6379,
				db: fields.database ?? 0,
				...login,
				...tls,
			};
	}
}

function advancedOf(fields: EngineCredential): Partial<EngineConfig> {
	const perMinute = fields.appWritesPerMinute || null;
	const perDay = fields.appWritesPerDay || null;
	return {
		...(fields.timeFactor && fields.timeFactor !== 1 ? { timeFactor: fields.timeFactor } : {}),
		...(typeof fields.spreadSeconds === 'number' && fields.spreadSeconds !== SPREAD_SECONDS ? { policy: { spreadMs: fields.spreadSeconds * 1000 / (fields.timeFactor || 1) } } : {}),
		...(fields.mediaCapMb ? { mediaCapBytes: fields.mediaCapMb * 1024 * 1024 } : {}),
		...(perMinute || perDay
			// The limits of an app are the sum of its accounts: many publishes at once are fine, the rate is what counts.
			? { appPace: { ...APP_DEFAULTS, writesPerDay: perDay, ...(perMinute && { writesPerMinute: perMinute }) } }
			: {}),
	};
}

const text = (value: string | undefined) => value?.trim() || undefined;

/** Values separated by commas, spaces or lines. */
export function listOf(value: unknown): string[] {
	const parts = Array.isArray(value) ? value : String(value ?? '').split(/[\s,]+/);
	return parts.map((part) => String(part).trim()).filter(Boolean);
}
