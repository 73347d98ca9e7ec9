import type { Change } from '../../../src/job/change';
import type { LeasedJob } from '../../../src/job/job';
import type { LookOutcome, Outcome } from '../../../src/job/outcome';
import type { Policy } from '../../../src/job/policy';
import { afterLookAlongOf } from '../../../src/job/look';
import { transition } from '../../../src/job/transition';
import { absent, aFailure, aJobInDoubt, aRunningJob, dice, evidence, HOUR, MINUTE, NOW, POLICY, SECOND, unknown } from './builders';

const HORIZON = NOW + 30 * MINUTE;
const decide = (job: LeasedJob, outcome: Outcome, now = NOW, policy: Policy = POLICY): Change => transition(job, outcome, policy, now, dice(0.5));

describe('a look', () => {
	const found: LookOutcome = { kind: 'found', pinId: '501', pinUrl: null, evidence: evidence(NOW, 'complete', 1) };
	const several: LookOutcome = { kind: 'ambiguous', pinIds: ['1', '2'], evidence: evidence(NOW, 'complete', 2) };
	const contested: LookOutcome = { kind: 'contested', evidence: evidence(NOW, 'complete', 1) };
	const unreadable = (code: Parameters<typeof aFailure>[0] = 'read_failed', scan: 'incomplete' | 'forbidden' = 'incomplete'): LookOutcome =>
		({ kind: 'unreadable', failure: aFailure(code), evidence: evidence(NOW, scan) });

	it('that finds the Pin ends the job, recovered', () => {
		const change = decide(aJobInDoubt(), found, NOW + MINUTE);
		expect(change).toMatchObject({ from: 'retry_scheduled', event: 'job.succeeded', pin: { id: '501', by: 'adopted' } });
		expect(change.job).toMatchObject({ state: 'succeeded', pinId: '501', recovered: true, inDoubt: null, attempts: 1, seq: 4 });
	});

	it.each([['absent', absent(NOW)], ['contested', contested], ['ambiguous', several], ['unreadable', unreadable()]])(
		'that settles nothing (%s) keeps the state, costs no attempt and is no event', (_name, outcome) => {
			const job = aJobInDoubt({ step: 3 });
			const change = decide(job, outcome);
			expect(change).toMatchObject({ event: null, pin: null, hold: null });
			expect(change.job).toMatchObject({ state: 'retry_scheduled', phase: 'reconcile', seq: job.seq, attempts: 1, inDoubt: { step: 4 }, looks: [{ at: NOW }], lastError: job.lastError });
			expect(change.job.dueAt).toBe(NOW + 300 * SECOND);
		},
	);

	it('that proves absence lets the job be sent again under the same key', () => {
		const change = decide(aJobInDoubt({ absentScans: 2 }), absent(HORIZON), HORIZON);
		expect(change.event).toBe('job.retry_scheduled');
		expect(change.job).toMatchObject({ state: 'retry_scheduled', phase: 'publish', inDoubt: null, lookedAt: HORIZON, used: { afterAbsence: 1 }, dueAt: HORIZON + 2500 });
	});

	it.each<[string, Partial<LeasedJob>, Partial<Policy>, object]>([
		['a person decides where machines never send again', {}, { neverResend: true }, { lastError: { code: 'outcome_unknown' }, inDoubt: { absentScans: 3 } }],
		['a person decides when it was sent three times again', { used: { classes: {}, codes: {}, afterAbsence: 3 } }, {}, { lastError: { code: 'outcome_unknown' }, inDoubt: { absentScans: 3 } }],
		['its time is over', { publishBefore: NOW + MINUTE }, {}, { lastError: { code: 'deadline_passed' }, inDoubt: null }],
	])('that proves absence ends the job when %s', (_name, changes, policy, expected) => {
		const change = decide(aJobInDoubt({ absentScans: 2 }, changes), absent(HORIZON), HORIZON, { ...POLICY, ...policy });
		expect(change.job).toMatchObject({ state: 'failed', queue: { name: 'ops' }, ...expected });
	});

	it('keeps the word that a person decides from whenever it was given, when the job came into doubt or while it was looked for', () => {
		const careful = { ...POLICY, neverResend: true };
		const sent = transition(aRunningJob(), unknown(), careful, NOW, dice(0)).job;
		const looked = decide(aJobInDoubt(), absent(NOW), NOW, careful).job;
		for (const { inDoubt } of [sent, looked]) {
			const change = decide(aJobInDoubt({ ...inDoubt!, absentScans: 2 }), absent(NOW + HOUR), NOW + HOUR);
			expect(change.job).toMatchObject({ state: 'failed', lastError: { code: 'outcome_unknown' }, inDoubt: { neverResend: true } });
		}
	});

	it.each([['ambiguous', several, 8], ['forbidden', unreadable('reads_forbidden', 'forbidden'), 8], ['unreadable', unreadable(), 11], ['contested', contested, 11]])(
		'that is the last and still %s leaves the verdict to a person, with its evidence', (_name, outcome, step) => {
			const change = decide(aJobInDoubt({ step, absentScans: 2 }), outcome);
			expect(change).toMatchObject({ event: 'job.failed' });
			expect(change.job).toMatchObject({ state: 'failed', queue: { name: 'ops' }, lastError: { code: 'outcome_unknown', message: `scan at ${NOW}` }, inDoubt: { step: step + 1 }, groupKey: `outcome_unknown|${change.job.id}|1234` });
		},
	);

	it('that Pinterest postpones holds the account and is no look', () => {
		const change = decide(aJobInDoubt({ step: 11 }), unreadable('rate_limited'), NOW + HOUR);
		expect(change).toMatchObject({ event: null, hold: { account: 'acme-us', kind: 'rate_limited', until: NOW + HOUR + 45 * SECOND } });
		expect(change.job).toMatchObject({ phase: 'reconcile', dueAt: NOW + HOUR + 45 * SECOND, inDoubt: { step: 11 }, looks: [], used: { codes: { rate_limited: 1 } } });
	});

	it('that fails on a dead token holds the account and stays due', () => {
		expect(decide(aJobInDoubt({ step: 2 }), unreadable('token_dead'))).toMatchObject({ hold: { kind: 'token_dead', until: null }, job: { phase: 'reconcile', inDoubt: { step: 3 } } });
	});

	const earlier = evidence(NOW - MINUTE);

	it.each<[string, Change]>([
		['finds the Pin', decide(aJobInDoubt({}, { looks: [earlier] }), found)],
		['proves absence', decide(aJobInDoubt({ absentScans: 2 }, { looks: [earlier] }), absent(HORIZON), HORIZON)],
		['leaves it to a person', decide(aJobInDoubt({ step: 8 }, { looks: [earlier] }), several)],
		['is taken before a send', decide(aRunningJob({ looks: [earlier] }), absent(NOW))],
	])('that %s stays on record with those before it', (_name, change) => {
		expect(change.job.looks).toHaveLength(2);
		expect(change.job).toMatchObject({ looks: [earlier, {}], looksCut: 0 });
	});

	it('is cut from the record when twenty came later, and counted', () => {
		const looks = Array.from({ length: POLICY.looksCap }, (_, n) => evidence(NOW + n));
		const { job } = decide(aJobInDoubt({}, { looks, looksCut: 1 }), absent(NOW + MINUTE));
		expect([job.looks.length, job.looks[0], job.looks.at(-1)?.at, job.looksCut]).toEqual([POLICY.looksCap, looks[1], NOW + MINUTE, 2]);
	});

	it('does not use up the tries of a send', () => {
		expect(decide(aJobInDoubt(), unreadable('board_busy')).job.used).toEqual({ classes: {}, codes: {}, afterAbsence: 0 });
	});

	describe('along with others, before its own is due', () => {
		const along = (outcome: LookOutcome, job = aJobInDoubt({ step: 3, absentScans: 2 })) => afterLookAlongOf(job, outcome, { policy: POLICY, now: NOW, random: dice(0.5) });

		it('ends the job when it finds the Pin', () => {
			expect(along(found)).toMatchObject({ event: 'job.succeeded', pin: { id: '501', by: 'adopted' }, job: { state: 'succeeded', recovered: true } });
		});

		it.each([['absent', absent(HORIZON)], ['unreadable', unreadable()]])('counts for nothing when it is %s', (_name, outcome) => {
			expect(along(outcome)).toBeNull();
		});

		it.each([['several', several], ['a twin\'s', contested]])('lets absence be counted anew when it sees %s, and leaves the plan as it is', (_name, outcome) => {
			const job = aJobInDoubt({ step: 3, absentScans: 2 });
			expect(along(outcome, job)).toMatchObject({ event: null, job: { dueAt: job.dueAt, inDoubt: { step: 3, absentScans: 0 }, looks: [{ at: NOW }] } });
		});
	});

	describe('before a first send (acknowledged writes may be gone)', () => {
		it('that finds the Pin ends the job without an attempt', () => {
			expect(decide(aRunningJob(), found)).toMatchObject({ event: 'job.succeeded', job: { recovered: true, attempts: 0, attemptHistory: [] } });
		});

		it('that finds nothing gives the job back, as looked for', () => {
			expect(decide(aRunningJob(), absent(NOW))).toMatchObject({ event: null, job: { state: 'queued', attempts: 0, lookedAt: NOW, inDoubt: null } });
		});

		it.each([['several', several], ['contested', contested], ['unreadable', unreadable()]])('brings the job into doubt when it sees %s', (_name, outcome) => {
			const change = decide(aRunningJob(), outcome, NOW + SECOND);
			expect(change).toMatchObject({ event: 'job.retry_scheduled', job: { phase: 'reconcile', attempts: 0, startedAt: null, inDoubt: { sendBy: NOW + SECOND, absentScans: 0 } } });
		});
	});
});
