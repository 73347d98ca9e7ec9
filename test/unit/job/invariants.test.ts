import fc from 'fast-check';
import type { Change } from '../../../src/job/change';
import { cancel, lateEvidence, requeue, resolve, update } from '../../../src/job/corrections';
import { FAILURES, rowOf, type FailureCode } from '../../../src/job/failures';
import type { FailureRow } from '../../../src/job/failure-row';
import { WHEN_LATE, type Job, type LeasedJob } from '../../../src/job/job';
import type { LookOutcome, Outcome } from '../../../src/job/outcome';
import type { Policy } from '../../../src/job/policy';
import { transition } from '../../../src/job/transition';
import { isEngineError } from '../../../src/errors';
import { aFailure, aJob, HOUR, MINUTE, NOW, POLICY } from './builders';

// A job is led through random lives: claimed, ended, looked for, corrected by people, in any order, with random clocks and
// dice. Beside it stands a witness who knows what really was sent and seen, and who is asked after each step.

/** Few looks, so that doubts often end with a person. */
const HASTY: Policy = { ...POLICY, lookAtMs: [5_000, 1_800_000] };

interface Witness {
	policy: Policy;
	/** The send deadline of the last send whose outcome nobody knows; null when none is open. */
	doubtSince: number | null;
	/** When complete scans that saw nothing began, since then. */
	absences: number[];
	events: number;
	sends: number;
}

type Step =
	| { do: 'attempt'; code: FailureCode | 'published' | 'lost' | 'lost_after_permit'; wait: number }
	| { do: 'look'; see: LookOutcome['kind']; code: FailureCode; wait: number }
	| { do: 'person'; act: 'requeue' | 'update' | 'cancel' | 'published' | 'absent' | 'abandon' | 'evidence'; wait: number };

const rows: FailureRow[] = [...FAILURES];
const codes = fc.constantFrom(...rows.map(({ code }) => code as FailureCode));
const readCodes = fc.constantFrom<FailureCode>('read_failed', 'reads_forbidden', 'rate_limited', 'token_dead', 'scan_incomplete');
const wait = fc.oneof(fc.integer({ min: 0, max: MINUTE }), fc.integer({ min: 0, max: HOUR }));
const steps: fc.Arbitrary<Step>[] = [
	fc.record({ do: fc.constant('attempt' as const), code: fc.oneof(codes, fc.constantFrom('published' as const, 'lost' as const, 'lost_after_permit' as const)), wait }),
	fc.record({ do: fc.constant('attempt' as const), code: fc.constantFrom<FailureCode>('response_timeout', 'server_error', 'network_unreachable'), wait }),
	fc.record({ do: fc.constant('look' as const), see: fc.constantFrom('absent' as const, 'absent' as const, 'unreadable' as const, 'ambiguous' as const, 'contested' as const, 'found' as const), code: readCodes, wait }),
	fc.record({ do: fc.constant('look' as const), see: fc.constant('absent' as const), code: readCodes, wait }),
	fc.record({ do: fc.constant('person' as const), act: fc.constantFrom('requeue' as const, 'update' as const, 'cancel' as const, 'published' as const, 'absent' as const, 'abandon' as const, 'evidence' as const), wait }),
];

describe('whatever happens to a job', () => {
	it('it is never sent while its Pin may exist, its record stays whole, and each event has the next number', () => {
		let looks = 0, resends = 0;
		fc.assert(fc.property(fc.array(fc.oneof(...steps), { minLength: 5, maxLength: 80, size: 'max' }), fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), fc.constantFrom(POLICY, HASTY), fc.constantFrom(null, ...WHEN_LATE), (life, dice, policy, whenLate) => {
			const random = () => dice.next().value as number;
			const witness: Witness = { policy, doubtSince: null, absences: [], events: 1, sends: 0 };
			let job = whenLate === null ? aJob() : aJob({}, { publishBefore: NOW + 3 * HOUR, whenLate });
			let now = NOW;
			for (const step of life) {
				now += step.wait;
				const change = next(job, step, now, random, witness);
				if (!change) continue;
				if (step.do === 'look') looks++;
				if (change.job.used.afterAbsence > job.used.afterAbsence) resends++;
				check(job, change, now, witness);
				job = change.job;
			}
		}), { numRuns: 2000 });
		// Not vacuous: these lives do get to looks and to sends after proven absence.
		expect(looks).toBeGreaterThan(500);
		expect(resends).toBeGreaterThan(20);
	});
});

function next(job: Job, step: Step, now: number, random: () => number, witness: Witness): Change | null {
	switch (step.do) {
		case 'attempt': return attempt(job, step.code, now, random, witness);
		case 'look': return look(job, step, now, random, witness);
		case 'person': return person(job, step.act, now, witness);
	}
}

/** Claims as the store does, then ends the attempt. */
function attempt(job: Job, code: (Step & { do: 'attempt' })['code'], now: number, random: () => number, witness: Witness): Change | null {
	if (job.state !== 'queued' && !(job.state === 'retry_scheduled' && job.phase === 'publish')) return null;
	expect(witness.doubtSince).toBeNull();
	witness.events++;
	const running: LeasedJob = {
		...job, state: 'running', phase: null, seq: job.seq + 1, attempts: job.attempts + 1, startedAt: now, dueAt: null,
		lease: { fence: 'f', until: now + MINUTE, sendBy: now + 20_000 },
	};
	const outcome = outcomeOf(code, now);
	if (outcome.kind === 'unknown' || (outcome.kind === 'lease_lost' && outcome.afterPermit)) {
		Object.assign(witness, { doubtSince: now + 20_000, absences: [], sends: witness.sends + 1 });
	}
	const change = transition(running, outcome, witness.policy, now, random);
	expect(change.from).toBe('running');
	expect(change.job.attempts - change.job.historyCut).toBe(change.job.attemptHistory.length);
	return change;
}

function outcomeOf(code: (Step & { do: 'attempt' })['code'], now: number): Outcome {
	if (code === 'published') return { kind: 'published', pinId: '1', pinUrl: null, requestId: null, httpStatus: 201 };
	if (code === 'lost') return { kind: 'lease_lost', afterPermit: false, sendBy: null };
	if (code === 'lost_after_permit') return { kind: 'lease_lost', afterPermit: true, sendBy: now + 20_000 };
	return { kind: rowOf(code).outcome, failure: aFailure(code) };
}

function look(job: Job, { see, code }: Step & { do: 'look' }, now: number, random: () => number, witness: Witness): Change | null {
	if (job.phase !== 'reconcile') return null;
	if (see === 'absent') witness.absences.push(now);
	if (see === 'ambiguous' || see === 'contested') witness.absences = [];
	const scan = { at: now, scan: see === 'unreadable' ? 'incomplete' as const : 'complete' as const, pages: 1, candidates: 0, note: see };
	const outcomes: Record<LookOutcome['kind'], LookOutcome> = {
		found: { kind: 'found', pinId: '2', pinUrl: null, evidence: scan }, absent: { kind: 'absent', evidence: scan }, contested: { kind: 'contested', evidence: scan },
		ambiguous: { kind: 'ambiguous', pinIds: ['2', '3'], evidence: scan }, unreadable: { kind: 'unreadable', failure: aFailure(code), evidence: scan },
	};
	return transition({ ...job, lease: { fence: 'f', until: now + MINUTE, sendBy: null } }, outcomes[see], witness.policy, now, random);
}

function person(job: Job, act: (Step & { do: 'person' })['act'], now: number, witness: Witness): Change | null {
	const decided = decisionOf(job, act, now);
	if (decided === null || isEngineError(decided)) return null;
	// A person's word settles a doubt.
	if (act === 'absent' || act === 'published') witness.doubtSince = null;
	return 'change' in decided ? decided.change : decided;
}

function decisionOf(job: Job, act: (Step & { do: 'person' })['act'], now: number) {
	switch (act) {
		case 'requeue': return requeue(job, { title: `At ${now}` }, { automatic: now % 2 === 0 }, now, POLICY);
		case 'update': return update(job, { boardId: String(now) }, {}, now, POLICY);
		case 'cancel': return cancel(job, { by: 'ops' }, now);
		case 'published': return resolve(job, { verdict: 'published', pinId: '9' }, {}, now, POLICY);
		case 'absent': return resolve(job, { verdict: 'absent' }, {}, now, POLICY);
		case 'abandon': return resolve(job, { verdict: 'abandon' }, {}, now, POLICY);
		case 'evidence': return job.state === 'running' ? null : lateEvidence(job, '7', now);
	}
}

function check(before: Job, { job, event, pin, hold }: Change, now: number, witness: Witness): void {
	witness.events += event === null ? 0 : 1;
	expect(job.seq).toBe(witness.events);
	expect(job.id).toBe(before.id);
	expect(job.lease).toBeNull();
	// One state, and only what belongs to it.
	expect(job.phase !== null).toBe(job.state === 'retry_scheduled');
	expect(job.pinId !== null).toBe(job.state === 'succeeded');
	expect(job.dueAt !== null).toBe(job.state === 'queued' || job.state === 'retry_scheduled');
	expect(job.finishedAt !== null).toBe(['succeeded', 'failed', 'canceled'].includes(job.state));
	if (job.queue) expect(job.state).toBe('failed');
	if (job.state === 'failed') expect(job.queue !== null || job.mayExist).toBe(true);
	if (job.state === 'failed') expect(job.lastError?.class).toMatch(/^(route|stop)$/);
	if (job.phase === 'reconcile') expect(job.inDoubt).not.toBeNull();
	if (job.inDoubt) expect(job.phase === 'reconcile' || job.state === 'failed').toBe(true);
	if (pin) expect(job).toMatchObject({ state: 'succeeded', pinId: pin.id });
	if (hold && hold.until !== null) expect(hold.until).toBeGreaterThanOrEqual(now);
	// Attempts are numbered without gaps.
	const numbers = job.attemptHistory.map(({ n }) => n);
	expect(numbers).toEqual(numbers.map((_, index) => job.historyCut + index + 1));
	expect(job.attempts).toBe(job.historyCut + numbers.length);
	if (event === null) expect([job.state, job.phase]).toEqual(before.state === 'running' ? ['queued', null] : [job.state, job.phase]);
	proof(job, witness);
}

/** A doubt only ever ends by a Pin, a person, or three complete scans of which the last began past the horizon. */
function proof(job: Job, witness: Witness): void {
	if (witness.doubtSince === null || job.inDoubt || job.mayExist) return;
	if (job.state === 'succeeded') {
		witness.doubtSince = null;
		return;
	}
	const since = witness.doubtSince;
	const absences = witness.absences.filter((at) => at >= since);
	expect(absences.length).toBeGreaterThanOrEqual(POLICY.absentScans);
	expect(absences.at(-1)).toBeGreaterThanOrEqual(since + POLICY.horizonMs);
	witness.doubtSince = null;
}
