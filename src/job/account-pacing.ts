import { holdHint, type HoldKind, type Incident } from './hold';

export const LIMIT_NAMES = ['pins_day', 'writes', 'reads', 'app_writes', 'app_reads', 'app_writes_day', 'app_reads_day'] as const;
/** What a limit counts: the account's own calls or Pins, or the calls of the whole app; in a day where the name says so, else in a minute. */
export type LimitName = (typeof LIMIT_NAMES)[number];

/**
 * Why a limit is what it is: as `configured`; `told` by the headers of Pinterest; `learned` from a call that was refused; `slowed` by
 * a 429 and on its way back up; `beginning` with care, for an account that has just published for the first time.
 */
export type LimitReason = 'configured' | 'told' | 'learned' | 'slowed' | 'beginning';

/** One of the limits that an account's calls keep to. Instants are epoch ms. */
export interface PacingLimit {
	name: LimitName;
	/** Calls that Pinterest allows, as the settings say, and what of them is used, a minute or a day. */
	configured: number;
	pace: number;
	/** The pace in force. */
	paceNow: number;
	because: LimitReason;
	/** The same in a sentence. */
	why: string;
	/** Calls that could start at once, and the most that ever can. */
	left: number;
	most: number;
	/** When there is at least one; null when that is when one under way ends. */
	nextAt: number | null;
	/** When there are as many as there ever are. */
	fullAt: number;
}

/** What an account is doing about its next Pin. */
export type PacingState = 'held' | 'not_served' | 'not_due' | 'paced' | 'publishing' | 'ready';

/** How an account is paced at this moment. Instants are epoch ms. */
export interface Pacing {
	state: PacingState;
	/** What its next Pin waits for, or that it need not wait, in a sentence. */
	why: string;
	/** The earliest instant at which its next Pin may go out; of an account without a job, one that came now. Null when nobody can say. */
	nextSlotAt: number | null;
	/** Why it publishes slower than its settings say; null when it does not. */
	slowed: string | null;
}

/** What is known of an account when one looks. */
export interface PacingFacts {
	account: string;
	/** A worker that holds its token was heard of lately. */
	served: boolean;
	waiting: number;
	running: number;
	/** When the next job may be claimed to be published, and to hand over a video or to ask for one; gaps of boards and links count. */
	nextPinAt: number | null;
	nextVideoAt: number | null;
	/** Those that stop this account. */
	incidents: Pick<Incident, 'account' | 'kind' | 'since' | 'until' | 'message'>[];
	limits: PacingLimit[];
}

/** Which limits a Pin draws from. */
const OF_A_PIN: readonly LimitName[] = ['pins_day', 'writes', 'app_writes', 'app_writes_day'];

/** Calls that these limits let start at once for one more Pin; null without a limit. */
export function headroomOf(limits: PacingLimit[]): number | null {
	const left = limits.filter(({ name }) => OF_A_PIN.includes(name)).map((limit) => limit.left);
	return left.length === 0 ? null : Math.min(...left);
}

/** What the account's next Pin waits for. The first counts of a hold, nobody who works, the time, a Pin under way, and the pace. */
export function pacingOf(facts: PacingFacts, now: number): Pacing {
	const limits = facts.limits.filter(({ name }) => OF_A_PIN.includes(name));
	const slowed = slowedWhy(facts.limits);
	const hold = longest(facts.incidents.filter(({ until }) => until === null || until > now));
	const nextAt = nextPinAt(facts, now);
	const slotAt = (from: number | null) => (facts.served ? slotFrom(from, limits, now) : null);
	const say = (state: PacingState, why: string, nextSlotAt: number | null): Pacing => ({ state, why, nextSlotAt, slowed });

	if (hold) return say('held', holdWhy(hold, now), slotAt(hold.until === null || nextAt === null ? null : Math.max(hold.until, nextAt)));
	if (!facts.served) return say('not_served', holdHint('no_worker', facts.account), null);
	if (nextAt === null) return facts.running > 0 ? say('publishing', PUBLISHING, null) : say('not_due', VIDEO, null);
	if (nextAt > now) return say('not_due', `Nothing is due before ${clock(nextAt, now)}.`, slotAt(nextAt));
	const full = fullOf(limits, now);
	if (full) return say('paced', fullWhy(full, now), slotAt(now));
	return say('ready', slowed ?? (facts.nextPinAt === null ? 'Ready.' : 'Ready: the next Pin goes out now.'), slotAt(now));
}

/** Whether the pace in force is below that of the settings for more than a careful beginning. */
export function isSlowed({ because }: Pick<PacingLimit, 'because'>): boolean {
	return because === 'told' || because === 'learned' || because === 'slowed';
}

const PUBLISHING = 'Publishing: the next Pin follows when the one before it on its board has ended.';
const VIDEO = 'A video is on its way to Pinterest; its Pin goes out once it is ready.';

/** Now while nothing waits to be published, also of an account whose only jobs are in doubt: a Pin that came would be the next. Null while something has to end first. */
function nextPinAt({ nextPinAt: at, nextVideoAt, waiting, running }: PacingFacts, now: number): number | null {
	if (at !== null) return at;
	return nextVideoAt !== null || (waiting > 0 && running > 0) ? null : now;
}

/** The earliest slot from an instant on; null when that is when a Pin under way ends. */
function slotFrom(from: number | null, limits: PacingLimit[], now: number): number | null {
	const full = fullOf(limits, now);
	return from === null || full?.nextAt === null ? null : Math.max(now, from, full?.nextAt ?? now);
}

/** The limit without a slot that decides: slots of the account are also in use while they wait for one of the app, which comes at a time. */
function fullOf(limits: PacingLimit[], now: number): PacingLimit | undefined {
	const full = limits.filter(({ left }) => left < 1);
	return full.filter(({ nextAt }) => nextAt !== null && nextAt > now).sort((a, b) => b.nextAt! - a.nextAt!)[0] ?? full[0];
}

/** That of its own writes first: they are what people wait for. */
function slowedWhy(limits: PacingLimit[]): string | null {
	const slow = limits.filter(isSlowed);
	return (slow.find(({ name }) => name === 'writes') ?? slow[0])?.why ?? null;
}

/** The one that ends last decides; of several, the one that stands the longest. */
function longest<T extends Pick<Incident, 'since' | 'until'>>(incidents: T[]): T | undefined {
	const [first, ...rest] = [...incidents].sort((a, b) => a.since - b.since);
	return rest.reduce((most, one) => ((one.until ?? Infinity) > (most?.until ?? Infinity) ? one : most), first);
}

/** What Pinterest is waited for, where the hold ends by itself. */
const WAITS: Partial<Record<HoldKind, string>> = {
	rate_limited: 'it asked to slow down (429)',
	quota_exhausted: 'the calls of the day are used up',
	spam_block: 'it takes the Pins for spam',
};

function holdWhy({ account, kind, until, message }: PacingFacts['incidents'][number], now: number): string {
	const end = until === null ? '' : ` until ${clock(until, now)}`;
	if (kind === 'paused') return `Paused${end || ' until somebody resumes it'}. ${message}`;
	return WAITS[kind] && until !== null ? `Waits for Pinterest${end}: ${WAITS[kind]}.` : `Held${end}: ${holdHint(kind, account)}`;
}

function fullWhy({ nextAt, name, why }: PacingLimit, now: number): string {
	if (nextAt === null) return 'As many Pins are under way as may be at once: the next follows when one ends.';
	return `Waits for the pace of the ${name.startsWith('app_') ? 'app' : 'account'} until ${clock(nextAt, now)}. ${why}`;
}

/** `10:05 UTC`, to the second when it is near, with the day when that is another one. */
export function clock(at: number, now: number): string {
	const text = new Date(at).toISOString();
	const day = text.slice(0, 10) === new Date(now).toISOString().slice(0, 10) ? '' : `${text.slice(0, 10)} `;
	return `${day}${text.slice(11, Math.abs(at - now) < NEAR_MS ? 19 : 16)} UTC`;
}

const NEAR_MS = 10 * 60_000;
