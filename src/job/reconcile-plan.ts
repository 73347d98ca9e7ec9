import { ourFailure } from './classify';
import type { Doubt, Evidence, Job } from './job';
import { isNondescript, likenessOf, markerOf, type Likeness, type ListedPin } from './natural-key';
import type { Failure, LookOutcome } from './outcome';
import type { Policy } from './policy';

// How a doubt ends. A create was sent and nobody knows whether the Pin exists; Pinterest has no idempotency key, so only a
// look at the board can tell. Reads lag writes, by seconds as a rule and by minutes at times (Pinterest's own tests say so,
// 2026-11): one negative read proves nothing. So we look again and again, at growing distances from the send deadline, and
// take absence for proven only when several complete scans saw nothing AND the last of them began past the horizon. A scan
// that began before the send deadline says nothing at all: the request might have left after it.
//
// One reading of a board serves all jobs in doubt on it, and the more pages it has the longer the next one waits for company.
// Neither weakens the proof. A job that a reading meets before its own look is due takes from it what is there (a Pin found,
// or several) and nothing of what is not there: its count of absences grows only by looks it was due for, which the plan
// spreads over the horizon, so that another job's early scans never stand in for them. Waiting only makes looks later: each
// sees more, and since a wait is at most a quarter of the horizon, at least three of them still fall within it.

/** Looks beyond the plan, for a doubt that its last planned look could not settle; each waits as long as the plan's last gap. */
const EXTRA_LOOKS = 3;

/** When to look next, epoch ms: as planned from the send deadline, but never two looks in one breath after a pause. */
export function nextLookAt(doubt: Doubt, policy: Policy, now: number): number {
	const planned = doubt.sendBy + lookOffsetMs(doubt.step, policy);
	return doubt.step === 0 ? Math.max(planned, now) : Math.max(planned, now + lookOffsetMs(0, policy));
}

/** How long a board is not read again after a reading of so many pages, ms. */
export function scanGapMs(pages: number, { lookAtMs: [least = 0], scanGapPerPageMs, longestScanGapMs }: Policy): number {
	return Math.max(least, Math.min((pages - 1) * scanGapPerPageMs, longestScanGapMs));
}

/** Whether the look just taken was the last: a person has to decide. Several candidates or a refused read do not cure with time. */
export function isPlanOver(doubt: Doubt, outcome: LookOutcome, policy: Policy): boolean {
	const mayClear = outcome.kind !== 'ambiguous' && outcome.evidence.scan !== 'forbidden';
	return doubt.step >= policy.lookAtMs.length + (mayClear ? EXTRA_LOOKS : 0);
}

/** The doubt after one more look; counts absence only from complete scans begun after the send deadline. */
export function afterLook(doubt: Doubt, outcome: LookOutcome, policy: Policy): Doubt {
	return {
		...doubt,
		step: doubt.step + 1,
		absentScans: absentScansAfter(doubt, outcome),
		aheadMs: Math.max(doubt.aheadMs ?? 0, outcome.evidence.skewMs ?? 0),
		// Who opened the doubt may not have known.
		...(policy.neverResend && { neverResend: true }),
	};
}

/** Whether this scan, with those before it, proves that no Pin came of the doubtful send. */
export function provesAbsence(doubt: Doubt, outcome: LookOutcome, policy: Policy): boolean {
	return outcome.kind === 'absent'
		&& outcome.evidence.scan === 'complete'
		&& absentScansAfter(doubt, outcome) >= policy.absentScans
		&& outcome.evidence.at >= doubt.sendBy + policy.horizonMs;
}

/** The doubt after a look that was not due for this job but saw something: absence is counted anew, the plan stays. */
export function afterEarlyLook(doubt: Doubt, outcome: LookOutcome, policy: Policy): Doubt {
	return { ...afterLook(doubt, outcome, policy), step: doubt.step };
}

function absentScansAfter(doubt: Doubt, outcome: LookOutcome): number {
	// Something was there: what is gone at the next look may only be hidden by the lag.
	if (outcome.kind === 'ambiguous' || outcome.kind === 'contested') return 0;
	const counts = outcome.kind === 'absent' && outcome.evidence.scan === 'complete' && outcome.evidence.at >= doubt.sendBy;
	return doubt.absentScans + (counts ? 1 : 0);
}

function lookOffsetMs(step: number, { lookAtMs }: Policy): number {
	const last = lookAtMs.length - 1;
	const at = lookAtMs[Math.min(step, last)] ?? 0;
	return at + Math.max(0, step - last) * (at - (lookAtMs[last - 1] ?? 0));
}

/** What is more is no skew but a nonsense of somebody in between. */
const MOST_AHEAD_MS = 24 * 60 * 60_000;

/** One reading of a board's (or section's) Pins; it serves every job in doubt there. */
export interface Scan {
	/** When the reading began, epoch ms: what it did not see may have come since. */
	at: number;
	/** Every page was read without an error. */
	complete: boolean;
	pages: number;
	pins: readonly ListedPin[];
	/** Why it is not complete, when a call failed. */
	failure: Failure | null;
	/** How far the store's clock was ahead of Pinterest's at the end of the reading, ms; null when unknown. */
	skewMs: number | null;
	/** The furthest the reader has ever seen it ahead, ms, 0 or more. */
	aheadMs: number;
}

/**
 * Pins older than this, by Pinterest's clock, are not the job's. The doubt has it by the store's clock: where that was ever
 * seen ahead, our own Pin looks as much older. It is only ever moved back: a Pin taken for too old would become a second one.
 */
export function notBeforeOf(job: Pick<Job, 'inDoubt'>, { aheadMs }: Pick<Scan, 'aheadMs'>): number {
	const { notBefore = 0, aheadMs: seenAheadMs = 0 } = job.inDoubt ?? {};
	return notBefore - Math.min(MOST_AHEAD_MS, Math.max(aheadMs, seenAheadMs));
}

/** Named as the owner of a Pin whose job is past its keeping. */
export const BURIED = 'buried';

/**
 * What a scan says of one job in doubt. `owners` names the job each Pin already belongs to, as of the reading; whether a Pin
 * may be adopted is decided when that is settled, in the script that makes its owner (include/pins.lua).
 */
export function judgeScan(job: Job, scan: Scan, owners: ReadonlyMap<string, string>): LookOutcome {
	const notBefore = notBeforeOf(job, scan);
	const own = new Map(scan.pins.flatMap((pin) => {
		const likeness = likenessOf(job, pin, notBefore);
		const owner = owners.get(pin.id) ?? null;
		return likeness === null || (owner !== null && owner !== job.id) ? [] : [[pin.id, { likeness, owner }] as const];
	}));
	const ofLikeness = (wanted: Likeness) => [...own].filter(([, { likeness }]) => likeness === wanted).map(([id]) => id);
	// A Pin that is the same in every field is likelier ours than one with more in it.
	const same = ofLikeness('same'), alike = same.length === 0;
	const candidates = alike ? ofLikeness('alike') : same;
	const evidence = evidenceOf(scan, candidates, alike);
	const already = [...own].find(([, { owner }]) => owner === job.id)?.[0];
	if (already !== undefined) return { kind: 'found', pinId: already, pinUrl: null, evidence };
	const [pinId] = candidates;
	// Where nothing was sent to know it by, one Pin is as good as any other of that time: a person decides.
	const isAmbiguous = candidates.length > 1 || (alike && pinId !== undefined && isNondescript(job));
	if (isAmbiguous) return { kind: 'ambiguous', pinIds: candidates, evidence };
	// An unread page might hold a second candidate; a marker is the job's alone.
	const unreadable = !scan.complete && (pinId === undefined || markerOf(job) === null);
	if (unreadable) return { kind: 'unreadable', failure: scan.failure ?? ourFailure('scan_incomplete'), evidence };
	if (pinId === undefined) return { kind: 'absent', evidence };
	return { kind: 'found', pinId, pinUrl: null, ...(alike && { alike }), evidence };
}

function evidenceOf(scan: Scan, candidates: string[], alike: boolean): Evidence {
	const forbidden = scan.failure?.facts.httpStatus === 403;
	const seen = `${scan.pins.length} Pins on ${scan.pages} pages`;
	const found = candidates.length === 0 ? 'none matches' : `${alike ? 'alike but with more in it' : 'matching'}: ${candidates.slice(0, 5).join(', ')}`;
	const why = scan.complete ? '' : ` Not complete: ${scan.failure ? scan.failure.facts.message : 'too many pages'}`;
	return {
		at: scan.at,
		scan: scan.complete ? 'complete' : forbidden ? 'forbidden' : 'incomplete',
		pages: scan.pages,
		candidates: candidates.length,
		skewMs: scan.skewMs,
		note: `${seen}, ${found}.${why}`,
	};
}
