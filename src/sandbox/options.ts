import type { FaultShares } from './faults';
import type { WorldSpec } from './world';

/** A quota of calls in a window. `windowMs` is Pinterest's time; the sandbox divides it by its time factor. */
export interface Quota {
	limit: number;
	windowMs: number;
}

/** How far what a listing shows is behind what was created. All durations are divided by the time factor. */
export interface Consistency {
	/** Lognormal delay until a listing shows a Pin; `tailShare` of the Pins wait up to `tailMs`. Null: at once. */
	readLag: { medianMs: number; p99Ms: number; tailShare: number; tailMs: number } | null;
	/** Share of listings that are answered from a view up to `staleMs` old. */
	staleReadShare: number;
	staleMs: number;
	/** Share of the unanswered creations whose Pin comes into being up to `lateCommitMs` later. */
	lateCommitShare: number;
	lateCommitMs: number;
	/** Share of the Pins that are listed for `flapMs`, gone for `flapMs`, and then there for good. */
	flapShare: number;
	flapMs: number;
	/** Share of pages that leave one Pin out. */
	skipShare: number;
	/** Whether a board's listing shows the Pins of its sections too; Pinterest does not document it. */
	boardListsSections: boolean;
	/** Pinterest does not document the order of a listing; `seeded` is a random one that stays. */
	order: 'seeded' | 'newest';
}

/** The limits that are enforced. Null switches one off. Sources: developers.pinterest.com, rate limits (2026-11). */
export interface Rates {
	/** Per account and app: POST and DELETE. */
	orgWrite: Quota | null;
	/** Per account and app: GET. */
	orgRead: Quota | null;
	/** Per account and app: all calls. */
	universal: Quota | null;
	/** Enforced on writes of an account, but told in no header. */
	hiddenWrite: Quota | null;
	/** Per app with trial access or `daily: true`: all calls, and writes. */
	appDay: Quota | null;
	appDayWrite: Quota | null;
	/** Writes to one board closer together than this are answered 429. Zero: allowed. Told in no header. */
	boardGapMs: number;
	/** X-RateLimit-Reset of a 429 that was injected rather than earned. */
	injectedResetMs: number;
}

/** What a sandbox is started with. Everything has a default; `seed` makes all chance repeatable. */
export interface SandboxOptions {
	/** Default 127.0.0.1. */
	host?: string;
	/** Default 0: any free port. */
	port?: number;
	seed?: string | number;
	/** Divides every lag, window and hang. */
	timeFactor?: number;
	/** The clock, epoch milliseconds. Hangs and latencies use real timers whatever it says. */
	now?: () => number;
	/** Added to the clock, ms: a Pinterest whose time is another than ours. Not divided by the time factor. */
	clockSkewMs?: number;
	world?: WorldSpec;
	/** Short for a world of accounts with two boards each. Ignored when `world` is given. */
	accounts?: string[];
	/** Chance of each fault on POST /pins. */
	faults?: FaultShares;
	/** Chance of each fault on GET. */
	readFaults?: FaultShares;
	consistency?: Partial<Consistency>;
	rates?: Partial<Rates>;
	/** How long a call that hangs keeps its socket, before it is closed. */
	hangMs?: number;
	/** Real time between creating a Pin and answering; half to one and a half of it. Not divided by the time factor. */
	writeLatencyMs?: number;
	/** Links to these hosts are refused as blocked. */
	blockedHosts?: string[];
	/** How long an uploaded video is processed. */
	mediaProcessMs?: number;
	/** How long the form of a registered video is taken. */
	uploadLifeMs?: number;
	/** A larger file is refused. */
	maxUploadBytes?: number;
	tokenLifeMs?: number;
	maxBodyBytes?: number;
	/** The call log keeps this many calls; older ones are dropped and counted. Pins are never dropped. */
	keepCalls?: number;
}

const minute = 60_000;
const day = 24 * 60 * minute;

export const defaultConsistency: Consistency = {
	readLag: null,
	staleReadShare: 0,
	staleMs: minute,
	lateCommitShare: 0,
	lateCommitMs: 2 * minute,
	flapShare: 0,
	flapMs: minute,
	skipShare: 0,
	boardListsSections: true,
	order: 'seeded',
};

/**
 * A service whose listings lag as badly as the reconcile plan is meant to survive: median 4 s, p99 3 min, 0.2 % up to
 * 25 min, 2 % stale reads. Assumed, not measured: how far Pinterest's reads lag is not documented.
 */
export const laggingConsistency: Partial<Consistency> = {
	readLag: { medianMs: 4000, p99Ms: 3 * minute, tailShare: 0.002, tailMs: 25 * minute },
	staleReadShare: 0.02,
	lateCommitShare: 0.03,
	lateCommitMs: 2 * minute,
	flapShare: 0.01,
};

export const defaultRates: Rates = {
	orgWrite: { limit: 100, windowMs: minute },
	orgRead: { limit: 1000, windowMs: minute },
	universal: { limit: 100, windowMs: 1000 },
	hiddenWrite: null,
	appDay: { limit: 1000, windowMs: day },
	appDayWrite: { limit: 300, windowMs: day },
	boardGapMs: 0,
	injectedResetMs: 5000,
};

/** The options that apply once every default is filled in. */
export type Settings = Required<Omit<SandboxOptions, 'world' | 'accounts' | 'consistency' | 'rates' | 'host' | 'port'>> & {
	consistency: Consistency;
	rates: Rates;
};

/** Fills in the defaults. */
export function settingsOf(options: SandboxOptions): Settings {
	const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as SandboxOptions;
	const { now = Date.now } = given;
	const settings: Settings = {
		seed: 1,
		timeFactor: 1,
		clockSkewMs: 0,
		faults: {},
		readFaults: {},
		hangMs: minute,
		writeLatencyMs: 0,
		blockedHosts: ['bit.ly', 'tinyurl.com', 't.co'],
		mediaProcessMs: 2000,
		uploadLifeMs: 60 * minute,
		maxUploadBytes: 2 * 1024 ** 3,
		tokenLifeMs: 30 * day,
		maxBodyBytes: 32 * 1024 * 1024,
		keepCalls: 500_000,
		...given,
		now: () => now() + settings.clockSkewMs,
		consistency: { ...defaultConsistency, ...options.consistency },
		rates: { ...defaultRates, ...options.rates },
	};
	return settings;
}
