import { EngineError } from './errors';
import { policyOf, type Policy } from './job/policy';
import type { RedisSettings } from './store/connection';

export type { RedisSettings } from './store/connection';

/** Calls an account or app may make. */
export interface PaceSettings {
	/** Writes a minute; the pacer uses 80 % of it. */
	writesPerMinute: number;
	burst: number;
	/** Writes a day over the whole app; null when the app has no daily limit. */
	writesPerDay: number | null;
	/** Pins of the account in any 24 hours, whatever Pinterest allows; no cap when it is null or left out. */
	pinsPerDay?: number | null;
	/** Publishes of one account under way at once. */
	concurrent: number;
	/** Seconds between two Pins of one account with one link; 0 when it is left out. */
	linkGapSeconds?: number;
}

export interface EngineConfig {
	redis: RedisSettings;
	/** `^[a-z0-9][a-z0-9-]{0,47}$`; one Pinterest app is one namespace. */
	namespace: string;
	/** ≥ 24 bytes; signs events. Needed by those who deliver or receive them. */
	signingSecret?: string;
	previousSigningSecret?: string;
	/** Replaces the origin of n8n's webhook URLs, and is the one private address events may go to. */
	deliveryBaseUrl?: string;
	/** 1 to 1000; divides every time constant. Only for trials and tests; printed at start. */
	timeFactor?: number;
	policy?: Partial<Policy>;
	/** Limits over the whole app; unlimited when absent. */
	appPace?: PaceSettings;
	/** Origins at which a corrected image may be looked at although they are not public; for trials. */
	trustedImageOrigins?: string[];
	/** Bytes of media a namespace may keep; 512 MB by default. */
	mediaCapBytes?: number;
	/** One JSON line a transition; nothing by default. */
	log?: (line: Record<string, unknown>) => void;
}

/** A configuration that was checked, with its defaults. */
export interface Settings extends EngineConfig {
	timeFactor: number;
	policy: Policy;
	mediaCapBytes: number;
}

const KNOWN = new Set<string>(['redis', 'namespace', 'signingSecret', 'previousSigningSecret', 'deliveryBaseUrl', 'timeFactor', 'policy', 'appPace', 'trustedImageOrigins', 'mediaCapBytes', 'log']);
const NAMESPACE = /^[a-z0-9][a-z0-9-]{0,47}$/;
const SECRET_BYTES = 24;
const FASTEST = 1000;
const MOST_LINK_GAP = 24 * 3600;
const MEDIA_CAP = 512 * 1024 * 1024;

/** Refuses unknown or unsafe values (`invalid_config`) and says which would be right. */
export function settingsOf(config: EngineConfig): Settings {
	for (const name of Object.keys(config)) {
		if (!KNOWN.has(name)) throw refusal(`There is no option "${name}".`, `The options are ${[...KNOWN].join(', ')}.`);
	}
	if (!NAMESPACE.test(config.namespace)) {
		const better = config.namespace.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 48) || 'pinterest';
		throw refusal(`"${config.namespace}" cannot be a namespace.`, `Use small letters, digits and hyphens, at most 48, for example "${better}".`);
	}
	const timeFactor = config.timeFactor ?? 1;
	if (timeFactor > FASTEST) throw refusal(`The time factor ${timeFactor} is too large: leases and budgets would be shorter than what a call takes.`, `Use at most ${FASTEST}; a trial is well served with 60.`);
	if (!Number.isFinite(timeFactor) || timeFactor < 1) throw refusal(`The time factor ${timeFactor} is not a number of at least 1.`, 'Leave it at 1; a trial may divide every delay by, say, 60.');
	for (const [name, secret] of [['signing secret', config.signingSecret], ['previous signing secret', config.previousSigningSecret]]) {
		if (secret && Buffer.byteLength(secret) < SECRET_BYTES) throw refusal(`The ${name} is shorter than ${SECRET_BYTES} bytes.`, 'Use a long random one, for example from: openssl rand -base64 32');
	}
	if (config.deliveryBaseUrl && !/^https?:\/\//.test(config.deliveryBaseUrl)) throw refusal('The n8n base URL for deliveries has no scheme.', `Write http://${config.deliveryBaseUrl} or https://${config.deliveryBaseUrl}.`);
	if (!config.redis.url && !config.redis.host && !config.redis.nodes?.length) throw refusal('No Redis is named.', 'Give a host and port, a URL, or the nodes of a Sentinel or Cluster.');
	if (config.appPace) checkPace(config.appPace);
	return { ...config, timeFactor, policy: policyOf(timeFactor, config.policy), mediaCapBytes: config.mediaCapBytes ?? MEDIA_CAP };
}

/** Refuses a pace that no limiter can keep (`invalid_config`): not a number, none at all, or parts of a Pin. */
export function checkPace({ writesPerMinute, burst, writesPerDay, pinsPerDay = null, concurrent, linkGapSeconds = 0 }: PaceSettings): void {
	const positive = (value: number, name: string, example: string): void => {
		if (!Number.isFinite(value) || value <= 0) throw refusal(`${name} is ${String(value)}.`, `Give a number above 0, for example ${example}.`);
	};
	const whole = (value: number, name: string, example: string): void => {
		if (!Number.isInteger(value) || value < 1) throw refusal(`${name} is ${String(value)}.`, `Give a whole number of at least 1, for example ${example}.`);
	};
	positive(writesPerMinute, 'Writes per Minute', '100');
	whole(burst, 'Burst', '5');
	if (writesPerDay !== null) positive(writesPerDay, 'Writes per Day', '250, or 0 in the node for no limit');
	if (pinsPerDay !== null) whole(pinsPerDay, 'Most Pins a Day', '20, or 0 in the node for no cap');
	whole(concurrent, 'At the Same Time', '2');
	if (!(linkGapSeconds >= 0 && linkGapSeconds <= MOST_LINK_GAP)) {
		throw refusal(`Seconds Between Pins of One Link is ${String(linkGapSeconds)}.`, `Give a number from 0 to ${MOST_LINK_GAP}, for example 60; 0 for no gap.`);
	}
}

/** `invalid_config`: what is wrong with what was given, and what would be right. */
export function refusal(message: string, hint: string): EngineError {
	return new EngineError('invalid_config', { message, hint });
}
