import { giveBack, unattempted } from './attempt';
import { backoffMs } from './backoff';
import { failed, stepOf, succeeded, type Change } from './change';
import { ourFailure } from './classify';
import { deadlineOf, outOfTime } from './deadline';
import { doubtOf } from './doubt';
import { rowOf, type FailureCode } from './failures';
import type { HoldRequest } from './hold';
import type { Doubt, Job } from './job';
import type { LookOutcome } from './outcome';
import { needsMediaStep } from './media-plan';
import { afterEarlyLook, afterLook, isPlanOver, nextLookAt, provesAbsence } from './reconcile-plan';
import { holdOf, withCode } from './retry-plan';
import type { Terms } from './terms';

type Seen<Kind extends LookOutcome['kind']> = Extract<LookOutcome, { kind: Kind }>;

/**
 * What one look changes. It costs no attempt and keeps the state until it settles the doubt. A job that was only looked
 * for before its first send (acknowledged writes may be gone) comes into doubt by anything but a clear answer.
 */
export function afterLookOf(job: Job, outcome: LookOutcome, terms: Terms): Change {
	if (outcome.kind === 'found') {
		return succeeded(job, { id: outcome.pinId, url: outcome.pinUrl, by: 'adopted', alike: outcome.alike }, terms.now, { ...unattempted(job), ...withLook(job, outcome, terms) });
	}
	if (outcome.kind === 'absent' && !job.inDoubt) return giveBack(job, terms.now, { lookedAt: outcome.evidence.at, ...withLook(job, outcome, terms) });
	const doubt = job.inDoubt ?? doubtOf(job, terms.now, terms);
	if (outcome.kind === 'absent' && provesAbsence(doubt, outcome, terms.policy)) return afterAbsence(job, doubt, outcome, terms);
	const hold = outcome.kind === 'unreadable' ? holdFor(job, outcome, terms) : null;
	// A read that Pinterest postponed was no look.
	const postponed = hold !== null && hold.until !== null;
	const looked = postponed ? doubt : afterLook(doubt, outcome, terms.policy);
	const record = postponed ? {} : withLook(job, outcome, terms);
	const change = !postponed && isPlanOver(looked, outcome, terms.policy)
		? undecided(job, looked, outcome.evidence.note, record, terms)
		: lookAgain(job, looked, Math.max(hold?.until ?? 0, nextLookAt(looked, terms.policy, terms.now)), { ...record, ...lookedAt(outcome) }, hold);
	return { ...change, hold };
}

/**
 * What a look changes of a job whose own look was not due yet, taken along in the reading of its board; null when nothing.
 * What is there counts, what is not there does not (see reconcile-plan.ts).
 */
export function afterLookAlongOf(job: Job, outcome: LookOutcome, terms: Terms): Change | null {
	if (outcome.kind === 'found') return afterLookOf(job, outcome, terms);
	if (!job.inDoubt || outcome.kind === 'absent' || outcome.kind === 'unreadable') return null;
	return stepOf(job, { inDoubt: afterEarlyLook(job.inDoubt, outcome, terms.policy), ...withLook(job, outcome, terms) });
}

/** The doubt stays: another look at `dueAt`. */
function lookAgain(job: Job, inDoubt: Doubt, dueAt: number, record: Partial<Job>, hold: HoldRequest | null): Change {
	const used = hold ? withCode(job, hold.code) : job.used;
	return stepOf(job, { ...unattempted(job), ...record, state: 'retry_scheduled', phase: 'reconcile', dueAt, inDoubt, used });
}

/** No Pin came of the doubtful send: it may be sent again under the same key, if rules and time allow. */
function afterAbsence(job: Job, doubt: Doubt, outcome: Seen<'absent'>, terms: Terms): Change {
	const { policy, now, random } = terms;
	const looked = afterLook(doubt, outcome, policy);
	const record = withLook(job, outcome, terms);
	const proof = `Not found in ${looked.absentScans} complete scans.`;
	// Whether a listing shows the link and texts that were sent with a carousel is not documented (2026-11): not found is no proof.
	if (job.content.media.kind === 'carousel') return undecided(job, looked, `${proof} How Pinterest lists carousels is not known for sure.`, record, terms);
	if (policy.neverResend || doubt.neverResend) return undecided(job, looked, `${proof} This account never sends again by machine.`, record, terms);
	// Sent so often and never seen: then it is our looking that deserves doubt.
	if (!doubt.suspected && job.used.afterAbsence >= policy.resendsAfterAbsence) return undecided(job, looked, `${proof} It was sent ${job.used.afterAbsence + 1} times.`, record, terms);
	const settled = { ...unattempted(job), ...record, ...lookedAt(outcome), inDoubt: null };
	if (job.lostLeases >= policy.poisonLeases) return ended(job, 'poison', `Workers were lost ${job.lostLeases} times while they had this job.`, settled, terms);
	const afterAbsenceSends = job.used.afterAbsence + (doubt.suspected ? 0 : 1);
	const dueAt = doubt.suspected ? now : now + backoffMs(policy.retry, afterAbsenceSends, random);
	if (dueAt > deadlineOf(job, policy)) return outOfTime(job, ourFailure('deadline_passed', `${proof} Its time is over.`).facts, settled, terms);
	return stepOf(job, { ...settled, state: 'retry_scheduled', phase: needsMediaStep(job) ? 'media' : 'publish', dueAt, used: { ...job.used, afterAbsence: afterAbsenceSends } });
}

/** A person has to look: the job fails, and stays in doubt. */
function undecided(job: Job, inDoubt: Doubt, message: string, record: Partial<Job>, terms: Terms): Change {
	return ended(job, 'outcome_unknown', message, { ...unattempted(job), ...record, inDoubt }, terms);
}

function ended(job: Job, code: FailureCode, message: string, more: Partial<Job>, { now }: Terms): Change {
	return failed(job, rowOf(code), ourFailure(code, message).facts, now, more);
}

function holdFor(job: Job, { failure }: Seen<'unreadable'>, terms: Terms): HoldRequest | null {
	const row = rowOf(failure.code);
	return row.hold ? holdOf(job, row, row.hold, failure, terms) : null;
}

/** What was seen stays on record, whatever is decided by it. */
export function withLook(job: Job, { evidence }: LookOutcome, { policy }: Pick<Terms, 'policy'>): Pick<Job, 'looks' | 'looksCut'> {
	const looks = [...job.looks, evidence];
	const cut = Math.max(0, looks.length - policy.looksCap);
	return { looks: looks.slice(cut), looksCut: job.looksCut + cut };
}

function lookedAt({ evidence }: LookOutcome): Partial<Job> {
	return evidence.scan === 'complete' ? { lookedAt: evidence.at } : {};
}
