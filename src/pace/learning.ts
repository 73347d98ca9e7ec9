// A limit that nobody tells is learned from the 429s it gives. What an account may do is a function of the last one and of the
// time since, so that all workers say the same without asking each other.

/** What was learned of a limit. Paces are calls a minute, instants are epoch ms of Redis. */
export interface Learned {
	/** What went through in a minute when a call was refused; null while none ever was. */
	ceiling: number | null;
	/** The pace at `from`. */
	rate: number;
	/** When calls go on after the refusal; of a lane that was never refused, its first call. */
	from: number;
	refusedAt: number | null;
}

/** A refusal by a limit, and what is known of the calls before it. */
export interface Refusal {
	at: number;
	/** How long Pinterest asks to wait, ms; null when it does not say. */
	waitMs: number | null;
	/** When the calls that went through in the minute before were made; null when nobody counts them. */
	sentAt: number[] | null;
	/** The pace as it was. */
	rate: number;
}

/** Share of a ceiling that is used: as far below it as a burst and the clocks of others need. */
const UNDER_CEILING = 0.9;
/** A first refusal may be chance, or count a minute that has just begun: the pace never falls to less at once. */
const LEAST_KEPT = 0.25;
/** Without a count: what is left of the pace, and its tenth of the target below which it does not fall. */
const UNCOUNTED = 0.5, FLOOR = 0.1;
/** Up to the ceiling by tenths of it a minute. */
const CLIMB = 0.1;
/** Minutes just below the ceiling before more is tried, and the first step then; each minute's step is twice the last. */
const RESTS = 1.5, FIRST_PROBE = 0.03;
/** Answers to calls that were under way together speak of one moment. */
const ONCE_MS = 10_000;
/** While nobody knows what is allowed: one call after the other, so that one alone is refused, and at half the pace where nothing is told either. */
const CAREFUL = 0.5, CAREFUL_MINUTES = 1, ALONE_MINUTES = 2;
const MINUTE_MS = 60_000;

/** What is known after the first call of a lane. */
export function begun(target: number, now: number, isTold: boolean): Learned {
	return { ceiling: null, rate: isTold ? target : target * CAREFUL, from: now, refusedAt: null };
}

/** Whether only one call may be under way. */
export function isAlone(learned: Learned | null, now: number, timeFactor: number): boolean {
	return learned?.ceiling === null && now < learned.from + ALONE_MINUTES * MINUTE_MS / timeFactor;
}

/** What is known after a refusal; `learned` itself when it belongs to one that was heard. Times are those of a minute divided by the time factor. */
export function refused(learned: Learned | null, refusal: Refusal, target: number, timeFactor: number): Learned {
	const { at, rate } = refusal, minuteMs = MINUTE_MS / timeFactor;
	if (learned?.refusedAt != null && at < Math.max(learned.from, learned.refusedAt + ONCE_MS / timeFactor)) return learned;
	const from = at + Math.min(refusal.waitMs ?? 0, minuteMs);
	const counted = countOf(refusal, minuteMs, learned?.ceiling ?? null);
	if (counted === null) return { ceiling: rate, rate: Math.max(rate * UNCOUNTED, target * FLOOR), from, refusedAt: at };
	const ceiling = Math.min(Math.max(counted, rate * LEAST_KEPT, 1), target);
	return { ceiling, rate: below(ceiling), from, refusedAt: at };
}

/** The pace at this instant, never above the target. */
export function rateAt(learned: Learned | null, target: number, now: number, timeFactor: number): number {
	if (!learned) return target;
	const minutes = Math.max(0, (now - learned.from) * timeFactor / MINUTE_MS);
	const { ceiling, rate } = learned;
	if (ceiling === null) return minutes < CAREFUL_MINUTES ? Math.min(rate, target) : target;
	const near = below(ceiling);
	const climbing = Math.max(0, (near - rate) / (ceiling * CLIMB));
	if (minutes < climbing) return Math.min(target, rate + minutes * ceiling * CLIMB);
	const probing = Math.max(0, minutes - climbing - RESTS);
	return Math.min(target, near * (1 + FIRST_PROBE * (2 ** probing - 1)));
}

/** The pace that a ceiling leaves while no more than it is tried. */
export function below(ceiling: number): number {
	return ceiling * UNDER_CEILING;
}

/** How many calls may go at once at this pace: not so many that a minute sees more than the ceiling. */
export function burstAt(learned: Learned | null, rate: number, burst: number): number {
	if (learned?.ceiling == null || rate > learned.ceiling) return burst;
	return Math.max(1, Math.min(burst, Math.floor((learned.ceiling - rate) / 2)));
}

/**
 * Calls of the window that refused. Where windows of a minute are fixed (Envoy's rate limit service) and their end is told, those of
 * this one alone count. Were the end another limit's, they might be too few: a minute touches two windows at most, so half of it is
 * not too many, and a ceiling between both is believed on.
 */
function countOf({ at, waitMs, sentAt }: Refusal, minuteMs: number, ceiling: number | null): number | null {
	if (!sentAt) return null;
	const since = (from: number) => sentAt.filter((time) => time > from).length;
	const inMinute = since(at - minuteMs);
	if (inMinute === 0) return null;
	if (waitMs === null || waitMs > minuteMs) return inMinute;
	const inWindow = Math.max(since(at - minuteMs + waitMs), Math.ceil(inMinute / 2));
	return ceiling !== null && inWindow <= ceiling && ceiling <= inMinute ? ceiling : inWindow;
}
