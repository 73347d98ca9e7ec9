/** Exponential delay with equal jitter: half fixed, half random; `attempts` retries before the class gives up. */
export interface BackoffRule {
	baseMs: number;
	capMs: number;
	attempts: number;
	/** The first delay is all random, from 0 to the base. */
	spreadFirst?: boolean;
}

/** All time constants and counts that decisions need; `policyOf(timeFactor)` scales the times. */
export interface Policy {
	/** Every duration below is already divided by it; printed by whoever changes it. */
	timeFactor: number;
	retry: BackoffRule;
	/** So often Pinterest has to fail to load an image from its address before the image itself is sent. */
	addressFailures: number;
	/** Sends after absence was proven. */
	resendsAfterAbsence: number;
	retryLater: BackoffRule;
	/** A job's patience after it was due, ms. */
	patienceMs: number;
	leaseMs: number;
	heartbeatMs: number;
	/** Send budget: base plus per megabyte of body, ms. */
	sendBudgetMs: number;
	sendBudgetPerMbMs: number;
	/** When to look, in ms after the send deadline. */
	lookAtMs: readonly number[];
	/** Between two readings of a board for each page beyond the first, and at most, ms: what comes into doubt meanwhile is gathered. */
	scanGapPerPageMs: number;
	longestScanGapMs: number;
	/** Absence is proven past this, with at least `absentScans` complete scans. */
	horizonMs: number;
	absentScans: number;
	/** A Pin this much older than the job cannot be ours. */
	createdBeforeSlackMs: number;
	/** Jobs due together are spread over this, deterministically, keeping the order in an account. */
	spreadMs: number;
	/** A scheduled video is handed to Pinterest this long before its time. */
	videoLeadMs: number;
	/** Between two questions whether a video is ready, from the first on; the last goes on. */
	mediaPollAfterMs: readonly number[];
	/** How long Pinterest may process a video before that is a failure. */
	mediaBudgetMs: number;
	poisonLeases: number;
	/** Never send again by machine once in doubt. */
	neverResend: boolean;
	historyCap: number;
	looksCap: number;
	/** Automatic requeues per job before engineering is told. */
	requeueCap: number;
	boardGapMs: number;
	retentionMs: number;
	tombstoneMs: number;
}

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

/** However fast a trial runs, a process needs this long between two heartbeats, ms. */
const LEAST_HEARTBEAT_MS = 100;
/** However fast a trial runs, Pinterest tells the age of a Pin and its own time to the second, ms. */
const LEAST_SLACK_MS = 3000;
/** What lives by heartbeats must outlive some that are late. */
export const BEATS_OF_A_LEASE = 3;

/** The defaults of the design (section 6), times divided by `timeFactor` (≥ 1; 1 is real time). */
export function policyOf(timeFactor = 1, changes: Partial<Policy> = {}): Policy {
	const t = (ms: number) => Math.max(1, Math.round(ms / timeFactor));
	const heartbeatMs = Math.max(LEAST_HEARTBEAT_MS, t(20 * SECOND));
	return {
		timeFactor,
		retry: { baseMs: t(5 * SECOND), capMs: t(5 * MINUTE), attempts: 8, spreadFirst: true },
		addressFailures: 2,
		resendsAfterAbsence: 3,
		retryLater: { baseMs: t(MINUTE), capMs: t(HOUR), attempts: 12 },
		patienceMs: t(72 * HOUR),
		leaseMs: Math.max(t(MINUTE), BEATS_OF_A_LEASE * heartbeatMs),
		heartbeatMs,
		sendBudgetMs: t(20 * SECOND),
		sendBudgetPerMbMs: t(SECOND),
		lookAtMs: [5, 15, 45, 120, 300, 600, 900, 1200, 1800].map((s) => t(s * SECOND)),
		scanGapPerPageMs: t(20 * SECOND),
		longestScanGapMs: t(7.5 * MINUTE),
		horizonMs: t(30 * MINUTE),
		absentScans: 3,
		createdBeforeSlackMs: Math.max(LEAST_SLACK_MS, t(2 * MINUTE)),
		spreadMs: t(180 * SECOND),
		videoLeadMs: t(45 * MINUTE),
		mediaPollAfterMs: [5, 10, 20, 30].map((s) => t(s * SECOND)),
		mediaBudgetMs: t(30 * MINUTE),
		poisonLeases: 3,
		neverResend: false,
		historyCap: 30,
		looksCap: 20,
		requeueCap: 5,
		boardGapMs: t(3 * SECOND),
		retentionMs: 180 * DAY,
		tombstoneMs: 730 * DAY,
		...changes,
	};
}
