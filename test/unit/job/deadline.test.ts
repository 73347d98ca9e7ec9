import type { Change } from '../../../src/job/change';
import { requeue, update } from '../../../src/job/corrections';
import { deadlineOf, endOfWaiting, tooLate } from '../../../src/job/deadline';
import type { Job, LeasedJob, WhenLate } from '../../../src/job/job';
import type { Outcome } from '../../../src/job/outcome';
import { transition } from '../../../src/job/transition';
import { viewOf } from '../../../src/job/view';
import { absent, aFailure, aJob, aJobInDoubt, anAttempt, aRunningJob, dice, evidence, HOUR, MINUTE, notSent, NOW, POLICY, published, refused, SECOND, unknown } from './builders';

const HORIZON = NOW + 30 * MINUTE;
const decide = (job: LeasedJob, outcome: Outcome, now = NOW): Change => transition(job, outcome, POLICY, now, dice(0.5));
const before = (publishBefore: number, whenLate: WhenLate, more: Partial<Job> = {}): Partial<Job> => ({ publishBefore, whenLate, ...more });

describe('the end of a job that waits', () => {
	it.each<[string, Partial<Job>, number]>([
		['the end of its patience', {}, NOW + 72 * HOUR],
		['Publish Before', before(NOW + HOUR, 'ask'), NOW + HOUR],
		['Publish Before when it is to be skipped', before(NOW + HOUR, 'skip'), NOW + HOUR],
		['the end of its patience when that comes first', before(NOW + 100 * HOUR, 'skip'), NOW + 72 * HOUR],
		['the end of its patience when it may be late', before(NOW + HOUR, 'publish'), NOW + 72 * HOUR],
	])('is %s', (_name, changes, at) => {
		const job = aRunningJob(changes);
		expect(deadlineOf(job, POLICY)).toBe(at);
		expect(tooLate(job, POLICY, at)).toBeNull();
		expect(tooLate(job, POLICY, at + 1)).toMatchObject({ kind: 'not_sent', failure: { code: 'deadline_passed' } });
	});
});

describe('a job that waits without a claim', () => {
	const over = before(NOW - 1, 'ask');
	const at = (job: Job, now = NOW) => endOfWaiting(job, { policy: POLICY, now });

	it.each<[string, Job, object]>([
		['fails when a person is to be asked', aJob(over), { event: 'job.failed', job: { state: 'failed', queue: { name: 'ops' }, lastError: { code: 'deadline_passed' }, attempts: 0, attemptHistory: [] } }],
		['is canceled when it is to be skipped', aJob({ ...over, whenLate: 'skip' }), { event: 'job.canceled', job: { state: 'canceled', queue: null } }],
		['fails after its patience', aJob({ createdAt: NOW - 73 * HOUR, whenLate: 'publish', publishBefore: NOW - HOUR }), { event: 'job.failed' }],
		['ends between two tries', aJob({ ...over, state: 'retry_scheduled', phase: 'publish' }), { event: 'job.failed' }],
		['ends before its video is ready', aJob({ ...over, state: 'retry_scheduled', phase: 'media' }), { event: 'job.failed' }],
	])('%s', (_name, job, change) => {
		expect(at(job)).toMatchObject(change);
	});

	it.each<[string, Job]>([
		['in time', aJob(before(NOW, 'skip'))], ['that may be late', aJob({ ...over, whenLate: 'publish' })], ['that runs', aRunningJob(over)], ['in doubt', { ...aJobInDoubt({}, over), lease: null }],
		['whose video is handed over', { ...aJob({ ...over, phase: 'media' }), lease: aRunningJob().lease }], ['that has ended', aJob({ ...over, state: 'succeeded', pinId: '1' })],
	])('is left alone when it is one %s', (_name, job) => {
		expect(at(job)).toBeNull();
	});
});

describe('a job that is to be skipped', () => {
	const late = before(NOW - SECOND, 'skip');
	const skipped = { state: 'canceled', phase: null, dueAt: null, queue: null, groupKey: null, inDoubt: null, lastError: { class: 'route', code: 'deadline_passed' } };

	it.each<[string, LeasedJob, Outcome, number]>([
		['when its turn comes too late', aRunningJob(late), notSent('deadline_passed'), NOW],
		['when it cannot be tried again in time', aRunningJob(before(NOW + SECOND, 'skip')), notSent('network_unreachable'), NOW],
		['when a hold it meets ends too late', aRunningJob(before(NOW + SECOND, 'skip')), refused('rate_limited'), NOW],
		['once its Pin is proven absent', aJobInDoubt({ absentScans: 2 }, late), absent(HORIZON), HORIZON],
	])('is canceled %s, and stands in no queue', (_name, job, outcome, now) => {
		const change = decide(job, outcome, now);
		expect(change).toMatchObject({ event: 'job.canceled', job: { ...skipped, finishedAt: now } });
		expect(viewOf(change.job)).toMatchObject({ fix: null, queue: null, nextAction: expect.stringMatching(/^Nothing: it was skipped, since Publish Before \(2026-11-24 \d\d:\d\d UTC\) has passed\./) as string });
	});

	it('keeps the hold that was met on the way', () => {
		expect(decide(aRunningJob(before(NOW + SECOND, 'skip')), refused('rate_limited')).hold).toMatchObject({ kind: 'rate_limited' });
	});

	it.each<[string, LeasedJob, Outcome, object]>([
		['while it is in doubt', aRunningJob(late), unknown(), { state: 'retry_scheduled', phase: 'reconcile' }],
		['while a look settles nothing', aJobInDoubt({}, late), absent(NOW), { state: 'retry_scheduled', phase: 'reconcile' }],
		['when its Pin is found', aJobInDoubt({}, late), { kind: 'found', pinId: '5', pinUrl: null, evidence: evidence(NOW, 'complete', 1) }, { state: 'succeeded', pinId: '5', warnings: [] }],
		['when Pinterest names its Pin', aRunningJob(late), published('5'), { state: 'succeeded', pinId: '5', warnings: [] }],
		['when Pinterest refuses it in time', aRunningJob(before(NOW + HOUR, 'skip')), refused('board_not_found'), { state: 'failed', queue: { name: 'ops' } }],
		['when its patience ends before', aRunningJob(before(NOW + HOUR, 'skip', { createdAt: NOW - 73 * HOUR })), notSent('deadline_passed'), { state: 'failed', queue: { name: 'ops' } }],
	])('is not canceled %s', (_name, job, outcome, after) => {
		expect(decide(job, outcome).job).toMatchObject(after);
	});

	it('is not told apart by what it failed of before somebody canceled it', () => {
		expect(viewOf(aJob({ state: 'canceled', lastError: { class: 'retry', code: 'network_unreachable', message: '', httpStatus: null } })).nextAction).toBe('Nothing: it was canceled. Requeue brings it back.');
	});

	it('comes back with a later time, or as one that may be late, and is refused with the time that has passed', () => {
		const { job } = decide(aRunningJob(late), notSent('deadline_passed'));
		const again = (correction: Parameters<typeof requeue>[1]) => requeue(job, correction, {}, NOW, POLICY);
		expect(again({})).toMatchObject({ code: 'invalid_request', details: { field: 'publishBefore' } });
		expect(again({ publishBefore: NOW + HOUR })).toMatchObject({ change: { event: 'job.requeued', job: { state: 'queued', whenLate: 'skip', lastError: null } } });
		expect(again({ publishBefore: null })).toMatchObject({ change: { job: { publishBefore: null, whenLate: null } } });
		expect(again({ whenLate: 'publish' })).toMatchObject({ change: { job: { whenLate: 'publish', revisions: [{ changes: { whenLate: { from: 'skip', to: 'publish' } } }] } } });
	});
});

describe('a job that may be late', () => {
	const late = before(NOW - HOUR, 'publish');
	const warning = 'Published late: Publish Before was 2026-11-24 09:00 UTC.';
	const found: Outcome = { kind: 'found', pinId: '5', pinUrl: null, evidence: evidence(NOW, 'complete', 1) };

	it('is tried again after Publish Before', () => {
		expect(decide(aRunningJob(late), notSent('network_unreachable')).job).toMatchObject({ state: 'retry_scheduled', warnings: [] });
	});

	it('ends for a person with its patience', () => {
		expect(decide(aRunningJob({ ...late, createdAt: NOW - 73 * HOUR }), notSent('deadline_passed')).job).toMatchObject({ state: 'failed', queue: { name: 'ops' } });
	});

	it.each<[string, LeasedJob, Outcome, string[]]>([
		['sent late', aRunningJob(late), published(), [warning]],
		['sent in time, and answered late', aRunningJob({ ...late, startedAt: NOW - 2 * HOUR }), published(), []],
		['found, and sent late', aJobInDoubt({}, { ...late, attemptHistory: [anAttempt()] }), found, [warning]],
		['found late, and sent in time', aJobInDoubt({}, { ...late, attemptHistory: [anAttempt({ startedAt: NOW - 2 * HOUR })] }), found, []],
		['not sent in time, and then late', aRunningJob({ ...late, warnings: ['Another.'], attemptHistory: [anAttempt({ outcome: 'not_sent', startedAt: NOW - 2 * HOUR })] }), published(), ['Another.', warning]],
	])('says so when it was %s', (_name, job, outcome, warnings) => {
		expect(decide(job, outcome).job).toMatchObject({ state: 'succeeded', warnings });
	});

	it('may be corrected and requeued though its time has passed', () => {
		const waits = aJob(late);
		expect(update(waits, { title: 'Hats' }, {}, NOW, POLICY)).toMatchObject({ change: { event: 'job.updated', job: { publishBefore: NOW - HOUR, whenLate: 'publish' } } });
		const { job } = decide(aRunningJob(late), { kind: 'refused', failure: aFailure('board_not_found') });
		expect(requeue(job, { boardId: '2' }, {}, NOW, POLICY)).toMatchObject({
			change: { event: 'job.requeued', job: { whenLate: 'publish', warnings: ['Publish Before (2026-11-24 09:00 UTC) has passed, so the Pin is published late.'] } },
		});
	});
});
