import type { Change } from '../../../src/job/change';
import { tooLate } from '../../../src/job/deadline';
import type { LeasedJob } from '../../../src/job/job';
import type { Outcome } from '../../../src/job/outcome';
import { policyOf, type Policy } from '../../../src/job/policy';
import { giveBack, transition } from '../../../src/job/transition';
import {
	absent, aDoubt, aJobInDoubt, aRunningJob, dice, HOUR, MINUTE, notSent, NOW, POLICY, published, refused, SECOND, unknown,
} from './builders';

const HORIZON = NOW + 30 * MINUTE;
const decide = (job: LeasedJob, outcome: Outcome, now = NOW, policy: Policy = POLICY, random = 0.5): Change => transition(job, outcome, policy, now, dice(random));
const lost = (afterPermit: boolean, sendBy: number | null = null): Outcome => ({ kind: 'lease_lost', afterPermit, sendBy });

describe('a published attempt', () => {
	it('ends the job with its Pin, as its owner, with one event', () => {
		const change = decide(aRunningJob({ lastError: { class: 'retry', code: 'x', message: '', httpStatus: null } }), published('77'), NOW + SECOND);
		expect(change).toMatchObject({ from: 'running', event: 'job.succeeded', pin: { id: '77', by: 'answer' }, hold: null });
		expect(change.job).toMatchObject({
			state: 'succeeded', phase: null, seq: 3, pinId: '77', recovered: false, finishedAt: NOW + SECOND, dueAt: null, lease: null, lastError: null,
			attemptHistory: [{ n: 1, outcome: 'published', startedAt: NOW, endedAt: NOW + SECOND, httpStatus: 201, requestId: 'rid-1' }],
		});
	});

	it('is a success even after its deadline', () => {
		expect(decide(aRunningJob({ publishBefore: NOW - HOUR }), published()).job.state).toBe('succeeded');
	});
});

describe('an attempt that made no Pin', () => {
	it('is tried again soon when nothing was sent', () => {
		const change = decide(aRunningJob(), notSent('network_unreachable'));
		expect(change).toMatchObject({ event: 'job.retry_scheduled', hold: null });
		expect(change.job).toMatchObject({
			state: 'retry_scheduled', phase: 'publish', dueAt: NOW + 2500, inDoubt: null, used: { classes: { retry: 1 } },
			lastError: { class: 'retry', code: 'network_unreachable' }, attemptHistory: [{ outcome: 'not_sent', class: 'retry' }],
		});
	});

	it('goes on as one that needs time when the quick tries are used up, and fails when those are too', () => {
		const used = (classes: object) => aRunningJob({ attempts: 21, used: { classes, codes: {}, afterAbsence: 0 } });
		expect(decide(used({ retry: 8 }), notSent('network_unreachable')).job)
			.toMatchObject({ state: 'retry_scheduled', dueAt: NOW + 45 * SECOND, used: { classes: { retry: 8, retry_later: 1 } }, lastError: { class: 'retry_later' } });
		expect(decide(used({ retry: 8, retry_later: 12 }), notSent('network_unreachable')).job).toMatchObject({
			state: 'failed', queue: { name: 'ops', since: NOW }, groupKey: 'network_unreachable|@app',
			lastError: { class: 'route', code: 'network_unreachable', message: expect.stringMatching(/^Gave up after 21 attempts\. /) },
		});
	});

	it.each([['retry', 8, 'network_unreachable'], ['retry_later', 12, 'proxy_refused']] as const)('of class %s has %i tries, the last one included', (name, tries, code) => {
		const after = (n: number) => decide(aRunningJob({ used: { classes: { [name]: n }, codes: {}, afterAbsence: 0 } }), notSent(code)).job;
		expect(after(tries - 1)).toMatchObject({ state: 'retry_scheduled', used: { classes: { [name]: tries } }, lastError: { class: name } });
		expect(after(tries)).not.toMatchObject({ state: 'retry_scheduled', lastError: { class: name } });
	});

	it('counts each class by itself', () => {
		const job = aRunningJob({ used: { classes: { retry_later: 12 }, codes: {}, afterAbsence: 0 } });
		expect(decide(job, notSent('network_unreachable')).job.state).toBe('retry_scheduled');
		expect(decide(job, notSent('proxy_refused')).job).toMatchObject({ state: 'failed', queue: { name: 'engineering' } });
	});

	it.each([
		['image_unreachable', 2, 'client', 'route'],
		['image_broken', 1, 'client', 'route'],
		['tls_failed', 3, 'engineering', 'stop'],
		['board_busy', 12, 'ops', 'route'],
	] as const)('is tried again as often as its own rule says: %s, %d times, then %s', (code, tries, queue, errorClass) => {
		const after = (uses: number) => decide(aRunningJob({ used: { classes: {}, codes: { [code]: uses }, afterAbsence: 0 } }), refused(code)).job;
		expect(after(tries - 1)).toMatchObject({ state: 'retry_scheduled', used: { classes: {}, codes: { [code]: tries } } });
		expect(after(tries)).toMatchObject({ state: 'failed', queue: { name: queue }, lastError: { class: errorClass, code } });
	});

	it('waits minutes, not seconds, before it shows Pinterest a broken image again', () => {
		expect(decide(aRunningJob(), refused('image_broken'), NOW, POLICY, 0).job.dueAt).toBe(NOW + 150 * SECOND);
		expect(decide(aRunningJob(), refused('image_broken'), NOW, policyOf(60), 0).job.dueAt).toBe(NOW + 2500);
	});

	it.each([
		['board_not_found', 'ops', 'board_not_found|acme-us|1234'],
		['board_not_permitted', 'client', 'board_not_permitted|acme-us|1234'],
		['section_not_found', 'ops', 'section_not_found|acme-us|1234|'],
		['link_blocked', 'client', 'link_blocked|acme-us|shop.example'],
		['image_too_small', 'client', 'image_too_small|acme-us|cdn.example'],
		['request_invalid', 'engineering', 'request_invalid|400|1'],
		['unmapped', 'engineering', 'unmapped|400|1'],
		['media_missing', 'engineering', 'media_missing|acme-us|cdn.example'],
	] as const)('fails at once in one queue when a person has to act: %s, %s', (code, queue, groupKey) => {
		const change = decide(aRunningJob(), refused(code, { httpStatus: 400, pinterestCode: 1 }));
		expect(change.event).toBe('job.failed');
		expect(change.job).toMatchObject({ state: 'failed', queue: { name: queue, owner: null, since: NOW }, groupKey, finishedAt: NOW, dueAt: null, inDoubt: null });
	});
});

describe('a failure that holds', () => {
	it.each([
		['token_dead', 'acme-us', 'token_dead', null],
		['scope_missing', 'acme-us', 'scope_missing', null],
		['token_unreadable', 'acme-us', 'token_dead', null],
		['trial_app', '@app', 'trial_app', null],
		['app_not_approved', '@app', 'app_not_approved', null],
		['spam_block', 'acme-us', 'spam_block', NOW + 45 * MINUTE],
		['rate_limited', 'acme-us', 'rate_limited', NOW + 45 * SECOND],
		['quota_exhausted', '@app', 'quota_exhausted', NOW + 45 * SECOND],
	] as const)('stops the account or the app, not the job: %s', (code, account, kind, until) => {
		const change = decide(aRunningJob(), refused(code));
		expect(change.hold).toMatchObject({ account, kind, until, code });
		expect(change.job).toMatchObject({ state: 'retry_scheduled', phase: 'publish', dueAt: until ?? NOW, used: { classes: {}, codes: { [code]: 1 } } });
	});

	it('lasts as long as the headers say and up to a tenth more, at most 2 s', () => {
		const until = (waitMs: number) => decide(aRunningJob(), refused('rate_limited', { waitMs }), NOW, POLICY, 0.5).hold?.until;
		expect([until(10 * SECOND), until(30 * SECOND)]).toEqual([NOW + 10_500, NOW + 31_000]);
	});

	it('never fails the job, however often it is met', () => {
		for (const code of ['rate_limited', 'spam_block', 'token_dead', 'quota_exhausted'] as const) {
			const job = aRunningJob({ used: { classes: { retry: 8, retry_later: 12 }, codes: { [code]: 500 }, afterAbsence: 0 } });
			const { state, used } = decide(job, refused(code)).job;
			// Nor does it use up the tries of another failure.
			expect({ state, classes: used.classes }).toEqual({ state: 'retry_scheduled', classes: job.used.classes });
		}
	});

	it('grows when no header says how long', () => {
		const job = aRunningJob({ used: { classes: {}, codes: { rate_limited: 2 }, afterAbsence: 0 } });
		expect(decide(job, refused('rate_limited')).hold?.until).toBe(NOW + 3 * MINUTE);
	});

	it('follows when renewing the token twice did not help', () => {
		const job = aRunningJob({ used: { classes: {}, codes: { token_refreshed: 2 }, afterAbsence: 0 } });
		expect(decide(aRunningJob(), refused('token_refreshed'))).toMatchObject({ hold: null, job: { phase: 'publish', dueAt: NOW + 750 } });
		expect(decide(job, refused('token_refreshed'))).toMatchObject({ hold: { kind: 'token_dead' }, job: { state: 'retry_scheduled', lastError: { code: 'token_dead' } } });
	});
});

describe('a deadline', () => {
	it.each([
		['Publish Before', { publishBefore: NOW + SECOND }],
		['the patience of 72 hours', { createdAt: NOW - 72 * HOUR }],
		['the patience since its schedule', { createdAt: NOW - 100 * HOUR, scheduledAt: NOW - 72 * HOUR }],
	])('ends a job that cannot be sent again in time: %s', (_name, changes) => {
		const change = decide(aRunningJob(changes), notSent('network_unreachable'));
		expect(change.job).toMatchObject({ state: 'failed', queue: { name: 'ops' }, lastError: { code: 'deadline_passed', message: expect.stringContaining('Its time is over') } });
	});

	it('keeps the hold that was met on the way', () => {
		expect(decide(aRunningJob({ publishBefore: NOW + SECOND }), refused('rate_limited'))).toMatchObject({ job: { state: 'failed' }, hold: { kind: 'rate_limited' } });
	});

	it('starts anew with each correction', () => {
		const revisions = [{ revision: 2, at: NOW - HOUR, by: null, changes: {} }];
		expect(decide(aRunningJob({ createdAt: NOW - 500 * HOUR, revisions }), notSent('network_unreachable')).job.state).toBe('retry_scheduled');
	});

	it('is checked before a claimed job is sent', () => {
		expect(tooLate(aRunningJob({ publishBefore: NOW }), POLICY, NOW)).toBeNull();
		const outcome = tooLate(aRunningJob({ publishBefore: NOW - 1 }), POLICY, NOW);
		expect(decide(aRunningJob(), outcome!).job).toMatchObject({ state: 'failed', lastError: { code: 'deadline_passed' } });
	});

	it('does not end the looking', () => {
		const late = { publishBefore: NOW - HOUR };
		expect(decide(aRunningJob(late), unknown()).job).toMatchObject({ state: 'retry_scheduled', phase: 'reconcile' });
		expect(decide(aJobInDoubt({}, late), absent(NOW + MINUTE)).job).toMatchObject({ state: 'retry_scheduled', phase: 'reconcile' });
	});
});

describe('an unknown outcome', () => {
	it('is looked for before anything is sent again, from the send deadline on', () => {
		const change = decide(aRunningJob({}, NOW + 20 * SECOND), unknown(), NOW + 10 * SECOND);
		expect(change).toMatchObject({ event: 'job.retry_scheduled', pin: null });
		expect(change.job).toMatchObject({
			state: 'retry_scheduled', phase: 'reconcile', dueAt: NOW + 25 * SECOND,
			inDoubt: { notBefore: NOW - 2 * MINUTE, sendBy: NOW + 20 * SECOND, step: 0, absentScans: 0 },
			lastError: { class: 'retry', code: 'response_timeout' }, attemptHistory: [{ outcome: 'unknown' }], used: { classes: {} },
		});
	});

	it('reaches back to the first attempt, since its Pin may be that one\'s', () => {
		const history = [{ ...decide(aRunningJob(), notSent('network_unreachable')).job.attemptHistory[0]!, startedAt: NOW - HOUR }];
		expect(decide(aRunningJob({ attempts: 2, attemptHistory: history }), unknown()).job.inDoubt?.notBefore).toBe(NOW - HOUR - 2 * MINUTE);
	});

	it('stays, whatever a later call says', () => {
		const job = { ...aRunningJob({ inDoubt: aDoubt({ sendBy: NOW + MINUTE, absentScans: 2 }) }) };
		for (const outcome of [refused('board_not_found'), notSent('network_unreachable'), refused('token_dead')]) {
			expect(decide(job, outcome).job).toMatchObject({ state: 'retry_scheduled', phase: 'reconcile', inDoubt: { sendBy: NOW + MINUTE, absentScans: 0 } });
		}
	});
});

describe('a lost lease', () => {
	it('before the permit puts the job back: no event, no attempt', () => {
		const change = decide(aRunningJob(), lost(false), NOW + MINUTE);
		expect(change.event).toBeNull();
		expect(change.job).toMatchObject({ state: 'queued', phase: null, seq: 2, attempts: 0, dueAt: NOW + MINUTE, startedAt: null, lostLeases: 1, attemptHistory: [] });
	});

	it('after the permit leaves the outcome unknown until the send deadline and the looks have passed', () => {
		expect(decide(aRunningJob(), lost(true, NOW + 20 * SECOND), NOW + MINUTE).job)
			.toMatchObject({ phase: 'reconcile', inDoubt: { sendBy: NOW + 20 * SECOND }, lostLeases: 1, attemptHistory: [{ n: 1, outcome: 'unknown', code: 'lease_lost' }] });
	});

	it('for the third time makes it a poison job for engineering', () => {
		expect(decide(aRunningJob({ lostLeases: 2 }), lost(false)).job).toMatchObject({ state: 'failed', queue: { name: 'engineering' }, lastError: { code: 'poison' }, inDoubt: null });
	});

	it.each([['refused', refused('rate_limited')], ['unknown', unknown()]])('counts anew after an attempt that a worker lived to call %s', (_kind, outcome) => {
		expect(decide(aRunningJob({ lostLeases: 2 }), outcome).job.lostLeases).toBe(0);
	});

	it('for the third time after the permit is looked for first, and is poison only when no Pin is there', () => {
		expect(decide(aRunningJob({ lostLeases: 2 }), lost(true, NOW)).job).toMatchObject({ phase: 'reconcile', lostLeases: 3 });
		expect(decide(aJobInDoubt({ absentScans: 2 }, { lostLeases: 3 }), absent(HORIZON), HORIZON).job)
			.toMatchObject({ state: 'failed', lastError: { code: 'poison' }, inDoubt: null });
	});

	it('during a look is a look that saw nothing', () => {
		expect(decide(aJobInDoubt({ step: 1 }), lost(false), NOW + MINUTE)).toMatchObject({ event: null, job: { state: 'retry_scheduled', phase: 'reconcile', inDoubt: { step: 2, absentScans: 0 } } });
	});

	it('is not counted when a worker gives the job back by itself', () => {
		expect(giveBack(aRunningJob({ dueAt: NOW - 1000 }), NOW)).toMatchObject({ job: { dueAt: NOW - 1000 } });
		expect(giveBack(aRunningJob(), NOW + 1)).toMatchObject({ event: null, job: { state: 'queued', attempts: 0, lostLeases: 0, dueAt: NOW + 1, lease: null } });
		expect(giveBack(aJobInDoubt(), NOW + 1)).toMatchObject({ event: null, job: { state: 'retry_scheduled', phase: 'reconcile', dueAt: NOW } });
	});
});

it('keeps the latest attempts and counts what was cut', () => {
	const one = decide(aRunningJob(), notSent('network_unreachable')).job.attemptHistory[0]!;
	const full = Array.from({ length: POLICY.historyCap }, (_, index) => ({ ...one, n: index + 1 }));
	const { job } = decide(aRunningJob({ attempts: 31, attemptHistory: full }), notSent('network_unreachable'));
	expect(job.attemptHistory.map(({ n }) => n)).toEqual(Array.from({ length: 30 }, (_, index) => index + 2));
	expect(job.historyCut).toBe(1);
});

it('refuses an outcome nobody decided about', () => {
	expect(() => decide(aRunningJob(), { kind: 'maybe' } as unknown as Outcome)).toThrow('Nobody decided');
});
