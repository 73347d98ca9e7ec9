import type { BackoffRule } from './policy';

/**
 * How long to wait before the n-th retry (from 1), ms: equal jitter, half of the exponential delay fixed and half of it
 * random, never above the cap. With `spreadFirst` the first delay is all random, so that a thousand jobs that failed in
 * one second do not come back in one second.
 */
export function backoffMs(rule: BackoffRule, n: number, random: () => number): number {
	if (rule.spreadFirst && n <= 1) return Math.round(random() * Math.min(rule.baseMs, rule.capMs));
	const full = Math.min(rule.capMs, rule.baseMs * 2 ** Math.min(n - 1, 40));
	return Math.round(full / 2 + (random() * full) / 2);
}

/** The pacer parts those who wait anyway: more than this is only lost. */
const LONGEST_JITTER_MS = 2000;

/** A wait that a header asked for, and up to a tenth more, at most 2 s: those who were told the same do not come back together. */
export function headerWaitMs(waitMs: number, random: () => number): number {
	return Math.round(waitMs + random() * Math.min(waitMs / 10, LONGEST_JITTER_MS));
}
