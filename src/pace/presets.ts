import type { PaceSettings } from '../config';

/**
 * What Pinterest allows, by the access tier of an app.
 * Sources, 2026-11: developers.pinterest.com/docs/reference/rate-limits (tiers; 1,000 calls a day for a trial app),
 * its rows for org_write as quoted in public code (100 writes a minute per user, 300 a day per trial app).
 * How many Pins of one link are too many Pinterest does not say; publishers report blocks for them. A minute keeps a burst apart.
 */
export const PACE_PRESETS = {
	/** 100 writes a minute per user and app; no known limit a day. */
	standard: { writesPerMinute: 100, burst: 5, writesPerDay: null, concurrent: 2, linkGapSeconds: 60 },
	/** 300 writes a day over the whole app. 250 leaves room for the fifth that may come at once (`dayBucket`). */
	trial: { writesPerMinute: 20, burst: 2, writesPerDay: 250, concurrent: 1, linkGapSeconds: 60 },
} as const satisfies Record<string, PaceSettings>;

/** What an app may beside the limit that is named: its limits are the sum of its accounts', so only the rate counts. */
export const APP_DEFAULTS = { writesPerMinute: 1000, burst: 50, writesPerDay: null, concurrent: 100 } as const satisfies PaceSettings;

export type PacePreset = keyof typeof PACE_PRESETS;

/** The settings of a preset, or the given ones as they are. */
export function presetOf(pace: PacePreset | PaceSettings): PaceSettings {
	return typeof pace === 'string' ? { ...PACE_PRESETS[pace] } : pace;
}

/** Share of a limit per minute that is used; the rest is for the clocks of others, and for calls that are not ours. */
export const USED_SHARE = 0.8;

/**
 * Reads an account may make for each write it may: org_read allows ten times org_write (X-RateLimit-Limit `1000;w=60`
 * observed in public code, 2026-11); two tenths of it are kept for us, so that looking never waits behind sending.
 */
export const READS_PER_WRITE = 2;
