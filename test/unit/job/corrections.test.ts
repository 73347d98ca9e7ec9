import { isEngineError, type EngineErrorCode } from '../../../src/errors';
import {
	cancel, correctionOf, goOn, isSecondPin, lateEvidence, requeue, resolve, sendBack, update, type Actor, type Correction, type Decided, type Verdict,
} from '../../../src/job/corrections';
import { keyOf } from '../../../src/job/idempotency';
import type { Job } from '../../../src/job/job';
import { aDoubt, anAttempt, aJob, aJobInDoubt, aRunningJob, evidence, HOUR, MINUTE, NOW, parsed, POLICY } from './builders';

const LATER = NOW + HOUR;
const aFailedJob = (changes: Partial<Job> = {}, request = {}): Job => aJob({
	state: 'failed', seq: 4, attempts: 2, dueAt: null, finishedAt: NOW, queue: { name: 'ops', owner: null, since: NOW, snoozedUntil: null }, groupKey: 'board_not_found|acme-us|1234',
	lastError: { class: 'route', code: 'board_not_found', message: 'Board not found.', httpStatus: 404 },
	used: { classes: { retry: 8 }, codes: { image_broken: 1 }, afterAbsence: 3 }, lostLeases: 2, ...changes,
}, request);
const undecided = (changes: Partial<Job> = {}): Job => aFailedJob({
	inDoubt: aDoubt({ absentScans: 1 }), looks: [evidence(NOW)], looksCut: 2,
	lastError: { class: 'route', code: 'outcome_unknown', message: 'Several.', httpStatus: null }, ...changes,
});
const succeededJob = aJob({ state: 'succeeded', pinId: '9', dueAt: null, finishedAt: NOW });
const changed = (decided: Decided) => {
	if (isEngineError(decided)) throw decided;
	return decided;
};
const again = (job: Job, correction: Correction = {}, actor: Actor = {}) => requeue(job, correction, actor, LATER, POLICY);
const amend = (job: Job, correction: Correction, actor: Actor = {}) => update(job, correction, actor, LATER, POLICY);
const rule = (job: Job, verdict: Verdict, actor: Actor = {}) => resolve(job, verdict, actor, LATER, POLICY);

describe('requeue', () => {
	it('puts a failed job back under its key as its next revision, with everything it may use', () => {
		const { change, aliases } = changed(again(aFailedJob(), {}, { by: 'ann' }));
		expect(change).toMatchObject({ from: 'failed', event: 'job.requeued', hold: null, pin: null });
		expect(change.job).toMatchObject({
			id: aFailedJob().id, state: 'queued', phase: null, revision: 2, seq: 5, dueAt: LATER, finishedAt: null, queue: null, groupKey: null, lastError: null,
			used: { classes: {}, codes: {}, afterAbsence: 0 }, lostLeases: 0, attempts: 2, requeues: 0, revisions: [{ revision: 2, at: LATER, by: 'ann', changes: {} }],
		});
		expect(aliases).toEqual([]);
	});

	it('corrects fields, and keeps who changed what from which value to which', () => {
		const { change } = changed(again(aFailedJob({}, { sectionId: '7', boardName: 'Summer' }), { boardId: '99', title: 'Hats' }));
		expect(change.job.content).toMatchObject({ boardId: '99', sectionId: null, boardName: null, title: 'Hats', link: 'https://shop.example/summer' });
		expect(change.job.revisions[0]?.changes).toEqual({
			boardId: { from: '1234', to: '99' }, sectionId: { from: '7', to: null }, boardName: { from: 'Summer', to: null }, title: { from: 'Summer', to: 'Hats' },
		});
	});

	it('also claims the key that the corrected content derives, so that the corrected sheet finds the job', () => {
		const job = aFailedJob({}, { source: null });
		expect(changed(again(job, { boardId: '99' })).change.job.id).toBe(job.id);
		expect(changed(again(job, { boardId: '99' })).aliases).toEqual([keyOf(parsed({ source: null, boardId: '99' }))]);
		expect(changed(again(aFailedJob(), { account: 'acme-de' })).aliases).toEqual([keyOf(parsed({ account: 'acme-de' }))]);
	});

	it('brings a canceled job back', () => {
		expect(changed(again(aJob({ state: 'canceled', dueAt: null, finishedAt: NOW }))).change.job).toMatchObject({ state: 'queued', dueAt: LATER });
	});

	it('counts only what no person did', () => {
		expect(changed(again(aFailedJob({ requeues: 4 }), {}, { automatic: true })).change.job.requeues).toBe(5);
		expect(changed(again(aFailedJob({ requeues: 5 }), {}, { by: 'ann' })).change.job.requeues).toBe(5);
	});

	it('waits for a new schedule', () => {
		expect(changed(again(aFailedJob(), { scheduledAt: LATER + HOUR })).change.job.dueAt).toBeGreaterThanOrEqual(LATER + HOUR);
	});

	it.each<[string, Job, Correction, Actor, EngineErrorCode, RegExp]>([
		['a job that is under way', aRunningJob(), {}, {}, 'job_not_failed', /under way/],
		['a published job', succeededJob, {}, {}, 'job_not_failed', /new Source Record ID/],
		['a job in doubt', undecided(), {}, {}, 'job_in_doubt', /Resolve Unknown/],
		['an abandoned job', aFailedJob({ mayExist: true, queue: null }), {}, {}, 'job_in_doubt', /Resolve Unknown/],
		['another revision than the one looked at', aFailedJob({ revision: 3 }), {}, { revision: 2 }, 'revision_moved', /revision 3/],
		['a loop from job.failed', aFailedJob({ requeues: 5 }), {}, { automatic: true }, 'requeue_limit', /without a person/],
		['a bad correction', aFailedJob(), { boardId: 'Summer' }, {}, 'invalid_request', /number of the id/],
		['a deadline that has passed', aFailedJob({ publishBefore: NOW }), {}, {}, 'invalid_request', /later/],
	])('refuses %s', (_name, job, correction, actor, code, hint) => {
		const decided = again(job, correction, actor);
		expect(decided).toMatchObject({ code });
		expect((decided as { hint: string }).hint).toMatch(hint);
	});

	it('is a no-op the second time when it names the revision it saw', () => {
		const { change } = changed(again(aFailedJob(), {}, { revision: 1 }));
		expect(again({ ...change.job, state: 'failed' }, {}, { revision: 1 })).toMatchObject({ code: 'revision_moved' });
	});
});

describe('update', () => {
	it.each([['queued', {}], ['retry_scheduled', { state: 'retry_scheduled', phase: 'publish', dueAt: NOW + MINUTE } as const]])('changes a job that is %s in its place', (_name, changes) => {
		const job = aJob(changes);
		const { change } = changed(amend(job, { title: 'Hats' }, { by: 'ann' }));
		expect(change).toMatchObject({ from: job.state, event: 'job.updated' });
		expect(change.job).toMatchObject({ state: job.state, phase: job.phase, dueAt: job.dueAt, revision: 2, seq: 2, content: { title: 'Hats' } });
	});

	it('moves the turn of a job only with its schedule', () => {
		expect(changed(amend(aJob(), { scheduledAt: LATER + HOUR })).change.job.dueAt).toBeGreaterThanOrEqual(LATER + HOUR);
		expect(changed(amend(aJob({ dueAt: LATER + HOUR }, { scheduledAt: LATER }), { scheduledAt: null })).change.job.dueAt).toBe(LATER);
	});

	it('that changes nothing is no event and no revision', () => {
		const { change, aliases } = changed(amend(aJob(), { title: ' Summer ', boardId: '1234' }));
		expect(change).toMatchObject({ event: null, job: { revision: 1, seq: 1 } });
		expect(aliases).toEqual([]);
	});

	it('takes a whole request for a correction, so that what it leaves empty is cleared', () => {
		const { change } = changed(amend(aJob(), correctionOf(parsed({ title: null, description: 'New' }))));
		expect(change.job.content).toMatchObject({ title: null, description: 'New', altText: 'A hat' });
	});

	it.each<[string, Job, EngineErrorCode]>([
		['is being published', aRunningJob(), 'job_not_waiting'], ['is in doubt', aJobInDoubt(), 'job_in_doubt'],
		['is published', succeededJob, 'job_not_waiting'], ['has failed', aFailedJob(), 'job_not_waiting'], ['is canceled', aJob({ state: 'canceled' }), 'job_not_waiting'],
	])('and cancel refuse a job that %s', (_name, job, code) => {
		expect(amend(job, { title: 'Hats' })).toMatchObject({ code });
		expect(cancel(job, {}, LATER)).toMatchObject({ code });
	});
});

describe('cancel', () => {
	it('takes a waiting job back, and says who did it', () => {
		const { change } = changed(cancel(aJob(), { by: 'ann' }, LATER));
		expect(change).toMatchObject({ from: 'queued', event: 'job.canceled' });
		expect(change.job).toMatchObject({ state: 'canceled', phase: null, dueAt: null, finishedAt: LATER, revisions: [{ by: 'ann', changes: { state: { from: 'queued', to: 'canceled' } } }] });
	});
});

describe('a verdict', () => {
	it('that the Pin is there ends the job with it', () => {
		const { change } = changed(rule(undecided(), { verdict: 'published', pinId: ' 501 ' }, { by: 'ann' }));
		expect(change).toMatchObject({ from: 'failed', event: 'job.succeeded', pin: { id: '501', by: 'adopted' } });
		expect(change.job).toMatchObject({ state: 'succeeded', pinId: '501', recovered: true, inDoubt: null, queue: null, groupKey: null });
		expect(change.job.revisions).toEqual([{ revision: 1, at: LATER, by: 'ann', changes: { verdict: { from: { looks: 3, absentScans: 1, lastLook: `scan at ${NOW}` }, to: 'published' } } }]);
	});

	it('that it is not there sends the job again under its key', () => {
		const { change } = changed(rule(undecided(), { verdict: 'absent' }));
		expect(change).toMatchObject({ from: 'failed', event: 'job.requeued' });
		expect(change.job).toMatchObject({ state: 'queued', revision: 2, dueAt: LATER, inDoubt: null, mayExist: false, used: { afterAbsence: 0 } });
	});

	it('to abandon closes the job; its key never sends again', () => {
		const { change } = changed(rule(undecided(), { verdict: 'abandon' }));
		expect(change).toMatchObject({ event: null, job: { state: 'failed', queue: null, mayExist: true, inDoubt: null, seq: 4 } });
		expect(again(change.job)).toMatchObject({ code: 'job_in_doubt' });
	});

	it('can be given before the machine gives up, and after it was abandoned', () => {
		expect(changed(rule(aJobInDoubt(), { verdict: 'published', pinId: '501' })).change).toMatchObject({ from: 'retry_scheduled', event: 'job.succeeded' });
		expect(changed(rule(aJobInDoubt(), { verdict: 'absent' })).change).toMatchObject({ from: 'retry_scheduled', job: { state: 'queued' } });
		expect(changed(rule(aJobInDoubt(), { verdict: 'abandon' })).change).toMatchObject({ event: 'job.failed', job: { state: 'failed', queue: null, mayExist: true } });
		const abandoned = aFailedJob({ mayExist: true, queue: null });
		expect(changed(rule(abandoned, { verdict: 'absent' })).change.job).toMatchObject({ state: 'queued', mayExist: false });
	});

	it.each<[string, Job, Verdict, EngineErrorCode]>([
		['on a job that is not in doubt', aFailedJob(), { verdict: 'absent' }, 'not_in_doubt'],
		['on a published job', succeededJob, { verdict: 'absent' }, 'not_in_doubt'],
		['with an address for the id', undecided(), { verdict: 'published', pinId: 'https://pinterest.com/pin/1/' }, 'invalid_request'],
	])('is refused %s', (_name, job, verdict, code) => {
		expect(rule(job, verdict)).toMatchObject({ code });
	});
});

describe('a hold that a person has ended', () => {
	const met = (code: string, changes: Partial<Job> = {}) =>
		aJob({ state: 'retry_scheduled', phase: 'publish', seq: 3, dueAt: LATER + HOUR, lastError: { class: 'retry_later', code, message: 'No.', httpStatus: 429 }, ...changes });

	it('lets the job that met it go on at once, which is no event and uses up nothing', () => {
		const { change } = changed(goOn(met('spam_block'), ['spam_block'], LATER));
		expect(change).toMatchObject({ event: null, job: { ...met('spam_block'), dueAt: LATER, edits: 1 } });
	});

	it.each([
		['a job that met another one', met('rate_limited')], ['a job that is in doubt', met('spam_block', { inDoubt: aDoubt() })],
		['a job that runs by now', { ...aRunningJob(), lastError: met('spam_block').lastError }], ['a job that waits for something else', met('network_unreachable')], ['a job that met nothing', aJob()],
	])('leaves %s alone', (_name, job) => {
		expect(goOn(job, ['spam_block'], LATER)).toMatchObject({ code: 'job_not_waiting' });
	});
});

describe('late evidence', () => {
	it.each([
		['queued', aJob()], ['running', aRunningJob()], ['in doubt', aJobInDoubt()], ['failed', undecided()], ['canceled', aJob({ state: 'canceled', dueAt: null })],
	])('ends a job that is %s with its Pin', (_name, job) => {
		expect(lateEvidence(job, '501', LATER)).toMatchObject({ event: 'job.succeeded', pin: { id: '501', by: 'answer' }, job: { state: 'succeeded', pinId: '501', inDoubt: null } });
	});

	it('changes nothing when the Pin is known, and warns once of a second one', () => {
		expect(lateEvidence(succeededJob, '9', LATER)).toMatchObject({ event: null, job: { warnings: [] } });
		const { job } = lateEvidence(succeededJob, '10', LATER);
		expect(job).toMatchObject({ pinId: '9', warnings: [expect.stringContaining('A second Pin turned up: 10 beside 9')] });
		expect(lateEvidence(job, '10', LATER).job.warnings).toHaveLength(1);
	});

	it('beats a Pin that was taken for the job\'s own by looking, when it was sent only once', () => {
		const adopter = aJob({ state: 'succeeded', pinId: '9', recovered: true, dueAt: null, seq: 4, attemptHistory: [anAttempt()] });
		const change = lateEvidence(adopter, '10', LATER);
		expect(change).toMatchObject({ from: 'succeeded', event: 'job.succeeded', pin: { id: '10', by: 'answer' } });
		expect(change.job).toMatchObject({ state: 'succeeded', pinId: '10', recovered: false, seq: 5, warnings: [expect.stringContaining('Pin 9, found on the board, was another\'s')] });
		expect(isSecondPin(adopter, '10')).toBe(false);
	});

	it.each([
		['it was sent twice', { recovered: true, attemptHistory: [anAttempt(), anAttempt({ n: 2 })] }],
		['earlier attempts are no longer on record', { recovered: true, attemptHistory: [anAttempt()], historyCut: 1 }],
		['Pinterest had named the first one', { recovered: false, attemptHistory: [anAttempt({ outcome: 'published' })] }],
	])('is of a second Pin when %s', (_name, changes) => {
		const job: Job = { ...succeededJob, ...changes };
		expect(isSecondPin(job, '10')).toBe(true);
		expect(lateEvidence(job, '10', LATER)).toMatchObject({ event: null, pin: null, job: { pinId: '9' } });
	});
});

it('looks again for the Pin of a job whose adopted one was another\'s', () => {
	const adopter = aJob({ state: 'succeeded', pinId: '9', recovered: true, dueAt: null, finishedAt: NOW, seq: 4, used: { classes: {}, codes: {}, afterAbsence: 1 } });
	const change = sendBack(adopter, LATER, POLICY);
	expect(change).toMatchObject({ from: 'succeeded', event: 'job.retry_scheduled', pin: null });
	expect(change.job).toMatchObject({
		state: 'retry_scheduled', phase: 'reconcile', pinId: null, recovered: false, finishedAt: null, inDoubt: { sendBy: LATER, step: 0 }, used: { afterAbsence: 1 },
		lastError: { code: 'pin_displaced' },
	});
});
