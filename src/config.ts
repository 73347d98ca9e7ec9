import type { Policy } from './job/policy';
import type { RedisSettings } from './store/connection';

export type { RedisSettings };

/** Calls an account or app may make. */
export interface PaceSettings {
	/** Writes a minute; the pacer uses 80 % of it. */
	writesPerMinute: number;
	burst: number;
	/** Writes a day over the whole app; null when the app has no daily limit. */
	writesPerDay: number | null;
	/** Publishes of one account under way at once. */
	concurrent: number;
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
	/** ≥ 1; divides every time constant. Only for trials and tests; printed at start. */
	timeFactor?: number;
	policy?: Partial<Policy>;
	/** Limits over the whole app; unlimited when absent. */
	appPace?: PaceSettings;
	/** Bytes of media a namespace may keep; 512 MB by default. */
	mediaCapBytes?: number;
	/** One JSON line a transition; nothing by default. */
	log?: (line: Record<string, unknown>) => void;
}
