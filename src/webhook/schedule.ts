const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE;

/** When each try of a delivery follows the one before it: nine tries over about 45 hours. */
export const DELIVERY_DELAYS_MS: readonly number[] =
	[0, 5 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR];

/** Every delay is spread by this share, so that deliveries that failed together do not come back together. */
export const JITTER = 0.2;
/** The least pause for somebody who is too busy to answer. */
export const OVERLOAD_MS = MINUTE;

/** Why a try was not accepted. */
export type Failure =
	| { kind: 'answered'; status: number; retryAfterMs: number | null }
	| { kind: 'timeout' }
	| { kind: 'unreachable' };

export interface RetryOptions {
	/** In [0, 1). */
	random: number;
	/** Divides every delay; 1 is real time. */
	timeFactor: number;
	/** The try before this one was answered 409 as well. */
	busyBefore: boolean;
}

/** How long to wait after failed try number `tries` (from 1), ms; null when that was the last. */
export function retryDelayMs(tries: number, failure: Failure, options: RetryOptions): number | null {
	const planned = DELIVERY_DELAYS_MS[tries];
	if (planned === undefined) return null;
	const scaled = (ms: number) => ms / options.timeFactor;
	const jittered = (ms: number) => Math.round(scaled(ms) * (1 - JITTER + 2 * JITTER * options.random));
	if (failure.kind === 'timeout') return jittered(Math.max(planned, OVERLOAD_MS));
	if (failure.kind === 'unreachable') return jittered(planned);
	// The receiver has this event in its hands: within a minute it is known what became of it.
	if (failure.status === 409 && !options.busyBefore) return jittered(Math.min(planned, OVERLOAD_MS));
	const delay = jittered(failure.status === 429 ? Math.max(planned, OVERLOAD_MS) : planned);
	return failure.retryAfterMs === null ? delay : Math.min(Math.max(delay, failure.retryAfterMs), 2 * delay);
}
