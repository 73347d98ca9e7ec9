import { dataOf, eventOfState, isJobEvent, payloadOf, type AccountEvent, type JobEvent } from '../../../src/job/event';
import type { Incident } from '../../../src/job/hold';
import type { Attempt, Job } from '../../../src/job/job';
import { viewAsOf, viewOf } from '../../../src/job/view';
import { requeue, resolve } from '../../../src/job/corrections';
import { aDoubt, aJob, aJobInDoubt, aRunningJob, HOUR, MINUTE, NOW, POLICY } from './builders';

const DAY = 24 * HOUR;
const anAttempt = (n: number, changes: Partial<Attempt> = {}): Attempt => ({
	n, revision: 1, startedAt: NOW + n * MINUTE, endedAt: NOW + n * MINUTE + 1000, outcome: 'not_sent', class: 'retry', code: 'network_unreachable',
	httpStatus: null, pinterestCode: null, requestId: null, message: 'No DNS', ...changes,
});
const anIncident = (changes: Partial<Incident> = {}): Incident => ({
	id: 'inc_1', account: 'acme-us', kind: 'no_worker', until: null, code: 'no_worker', message: '', since: NOW, waiting: 41, ...changes,
});
const failedWith = (code: string, changes: Partial<Job> = {}): Job => aJob({
	state: 'failed', dueAt: null, finishedAt: NOW, queue: { name: 'ops', owner: null, since: NOW, snoozedUntil: null }, lastError: { class: 'route', code, message: 'm', httpStatus: 404 }, ...changes,
}, { boardName: 'Summer' });
const undecided = failedWith('outcome_unknown', { inDoubt: aDoubt() });

describe('the view of a job', () => {
	it('has exactly the fields of the contract', () => {
		expect(Object.keys(viewOf(aJob()))).toEqual([
			'id', 'existing', 'state', 'phase', 'revision', 'seq', 'account', 'client', 'board', 'link', 'source', 'creative', 'title', 'description', 'scheduledAt', 'publishBefore', 'whenLate',
			'createdAt', 'nextAttemptAt', 'finishedAt', 'attempts', 'attemptHistory', 'lastError', 'nextAction', 'fix', 'queue', 'handling', 'revisions', 'doubt', 'looks', 'looksCut',
			'incident', 'warnings', 'pinId', 'pinUrl',
			'recovered', 'metadata', 'n8n',
		]);
	});

	it('answers what somebody asks when a job fails, without a look at any log', () => {
		const job = failedWith('board_not_found', { attempts: 1, attemptHistory: [anAttempt(1, { outcome: 'refused', code: 'board_not_found', httpStatus: 404, requestId: 'rid' })] });
		expect(viewOf(job)).toMatchObject({
			account: 'acme-us', board: { id: '1234', sectionId: null, name: 'Summer' }, link: 'https://shop.example/summer', title: 'Summer', description: 'Hats',
			creative: { kind: 'image_url', ref: 'https://cdn.example/hat.jpg', sha256: null },
			attemptHistory: [{ n: 1, startedAt: '2026-11-24T10:01:00.000Z', endedAt: '2026-11-24T10:01:01.000Z', outcome: 'refused', code: 'board_not_found', httpStatus: 404, requestId: 'rid' }],
			lastError: {
				class: 'route', code: 'board_not_found', message: 'm', hint: expect.stringContaining('Board “Summer” (1234) does not exist for acme-us'),
				clientMessage: 'The board does not exist. Please name another one.',
			},
			queue: { name: 'ops', owner: null, since: '2026-11-24T10:00:00.000Z' }, fix: { operation: 'requeue', fields: ['boardId', 'account'] },
		});
	});

	it('says when the next attempt is while one is awaited, not while it runs', () => {
		expect(viewOf(aJob({ dueAt: NOW })).nextAttemptAt).toBe('2026-11-24T10:00:00.000Z');
		expect(viewOf(aRunningJob({ dueAt: NOW })).nextAttemptAt).toBeNull();
	});

	it('promises no client another try when there is none', () => {
		const lastError = { class: 'retry', code: 'network_unreachable', message: 'm', httpStatus: null } as const;
		expect(viewOf(aJob({ state: 'retry_scheduled', phase: 'publish', lastError })).lastError?.clientMessage).toBe('Not published yet; it will be tried again.');
		expect(viewOf(failedWith('network_unreachable'))).toMatchObject({ lastError: { clientMessage: 'Not published: we are looking into it.' }, nextAction: expect.stringMatching(/Then requeue this job\.$/) });
		expect(viewOf(failedWith('image_unreachable')).lastError?.clientMessage).toMatch(/Please send/);
	});

	it('says who has it, until when it sleeps, what it shares with others, and the last ten things that were done about it', () => {
		const handling = Array.from({ length: 12 }, (_, n) => ({ at: NOW + n * MINUTE, by: 'Ann', what: 'noted' as const, note: `note ${n}`, until: n === 11 ? NOW + DAY : null }));
		const queue = { name: 'ops', owner: 'Ann', since: NOW, snoozedUntil: NOW + DAY } as const;
		const view = viewOf(failedWith('board_not_found', { queue, groupKey: 'board_not_found|acme-us|1234', handling }));
		expect(view.queue).toEqual({ name: 'ops', owner: 'Ann', since: '2026-11-24T10:00:00.000Z', snoozedUntil: '2026-11-25T10:00:00.000Z', cause: 'board_not_found|acme-us|1234' });
		expect(view.handling.map(({ note }) => note)).toEqual(handling.slice(2).map(({ note }) => note));
		expect(view.handling.at(-1)).toEqual({ at: '2026-11-24T10:11:00.000Z', by: 'Ann', what: 'noted', note: 'note 11', until: '2026-11-25T10:00:00.000Z' });
	});

	it('says what was changed from what to what, instants in ISO', () => {
		const changes = { boardId: { from: '1', to: '2' }, scheduledAt: { from: null, to: NOW }, publishBefore: { from: NOW, to: NOW + DAY } };
		const revisions = Array.from({ length: 12 }, (_, n) => ({ revision: n + 2, at: NOW, by: null, changes }));
		const view = viewOf(aJob({ revisions, revision: 13 }));
		expect(view.revisions.map(({ revision }) => revision)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
		expect(view.revisions[0]).toEqual({ revision: 4, at: '2026-11-24T10:00:00.000Z', by: null, changes: {
			boardId: { from: '1', to: '2' }, scheduledAt: { from: null, to: '2026-11-24T10:00:00.000Z' }, publishBefore: { from: '2026-11-24T10:00:00.000Z', to: '2026-11-25T10:00:00.000Z' },
		} });
	});

	it('says of a doubt what was seen so far', () => {
		const look = { at: NOW, scan: 'complete', pages: 2, candidates: 0, note: '300 Pins on 2 pages, none matches.' } as const;
		const view = viewOf(aJobInDoubt({ absentScans: 1 }, { looks: [{ ...look, skewMs: 5 }], looksCut: 3 }));
		expect(view.doubt).toEqual({ sendBy: '2026-11-24T10:00:00.000Z', absentScans: 1 });
		expect(view).toMatchObject({ looks: [{ ...look, at: '2026-11-24T10:00:00.000Z' }], looksCut: 3 });
		expect(viewOf(aJob())).toMatchObject({ doubt: null, looks: [], looksCut: 0 });
	});

	it('shows the last ten looks and counts the others', () => {
		const looks = Array.from({ length: 12 }, (_, n) => ({ at: NOW + n, scan: 'complete' as const, pages: 1, candidates: 0, note: `${n}` }));
		const view = viewOf(aJob({ looks, looksCut: 2 }));
		expect([view.looks.map(({ note }) => note), view.looksCut]).toEqual([['2', '3', '4', '5', '6', '7', '8', '9', '10', '11'], 4]);
	});

	it('says who closed a failure, and how it comes back', () => {
		const handling = [{ at: NOW, by: 'Ann', what: 'resolved' as const, note: null, until: null }];
		expect(viewOf(failedWith('board_not_found', { queue: null, groupKey: null, handling })).nextAction).toBe('Nothing: it was closed by Ann. Requeue brings it back.');
		expect(viewOf(failedWith('board_not_found', { queue: null, handling: [{ ...handling[0]!, by: null }] })).nextAction).toBe('Nothing: it was closed by hand. Requeue brings it back.');
	});

	it('names a creative by the user\'s own name for it', () => {
		expect(viewOf(aJob({}, { assetId: 'hat' })).creative.ref).toBe('hat');
		const media = { kind: 'image_base64', sha256: 'a'.repeat(64), contentType: 'image/png', bytes: 9 } as const;
		expect(viewOf(aJob({}, { media })).creative).toEqual({ kind: 'image_base64', ref: `sha256:${'a'.repeat(64)}`, sha256: 'a'.repeat(64) });
	});

	it('has the address of the Pin, given or made', () => {
		expect(viewOf(aJob({ state: 'succeeded', pinId: '77' })).pinUrl).toBe('https://www.pinterest.com/pin/77/');
		expect(viewOf(aJob({ state: 'succeeded', pinId: '77', pinUrl: 'https://pin.it/x' })).pinUrl).toBe('https://pin.it/x');
		expect(viewOf(aJob()).pinUrl).toBeNull();
	});

	const FILE = { kind: 'image_base64', sha256: 'a'.repeat(64), contentType: 'image/png', bytes: 9 } as const;
	const LATE = { class: 'route', code: 'deadline_passed', message: '', httpStatus: null } as const;
	it.each<[string, Job, Incident | null, RegExp]>([
		['queued', aJob(), null, /^Waiting for its turn; due at 10:00 UTC\.$/],
		['scheduled', aJob({ dueAt: NOW + DAY }, { scheduledAt: NOW + DAY }), null, /^Waiting: scheduled on 2026-11-25 at 10:00 UTC\.$/],
		['running', aRunningJob(), null, /^Publishing now\.$/],
		['tried again', aJob({ state: 'retry_scheduled', phase: 'publish', dueAt: NOW + 5 * MINUTE }), null, /^Waiting: sending again at 10:05 UTC\.$/],
		['looked for', aJobInDoubt({}, { dueAt: NOW + 5 * MINUTE }), null, /^Waiting: looking for the Pin on the board before sending again at 10:05 UTC\.$/],
		['on its way', aJob({ phase: 'media', dueAt: NOW + MINUTE }), null, /^Waiting: the video is handed to Pinterest at 10:01 UTC\.$/],
		['preparing', aJob({ state: 'retry_scheduled', phase: 'media', dueAt: NOW + MINUTE, upload: { mediaId: '7', at: NOW, readyAt: null, polls: 1, sha256: '', bytes: 9 } }), null, /^Waiting: Pinterest is preparing the video; asking again at 10:01 UTC\.$/],
		['without a worker', aJob(), anIncident(), /^Held: No worker publishes for acme-us\./],
		['told to slow down', aJob(), anIncident({ kind: 'rate_limited', until: NOW + MINUTE }), /The hold ends at 10:01 UTC\.$/],
		['held by the app', aJob(), anIncident({ kind: 'token_dead', account: '@app' }), /^Held: .* the app\. /],
		['paused', aJob(), anIncident({ kind: 'paused', message: 'ann paused acme-us: texts are checked.' }), /^Held: ann paused acme-us: texts are checked\. It goes on with Pinterest Requeue → Hold → Resume\.$/],
		['paused until a time', aJobInDoubt(), anIncident({ kind: 'paused', message: 'ann paused everything.', until: NOW + MINUTE }), /^Held: ann paused everything\. It goes on at 10:01 UTC, or sooner with Pinterest Requeue → Hold → Resume\. The Pin is looked for/],
		['held while in doubt', aJobInDoubt(), anIncident({ kind: 'token_dead' }), /Reconnect its credential.*looked for before anything is sent again\.$/],
		['published', aJob({ state: 'succeeded', pinId: '1' }), null, /^Done\.$/],
		['found', aJob({ state: 'succeeded', pinId: '1', recovered: true }), null, /^Done: the Pin was found on the board\.$/],
		['canceled', aJob({ state: 'canceled' }), null, /^Nothing: it was canceled\. Requeue brings it back\.$/],
		['canceled, its bytes no longer kept', aJob({ state: 'canceled' }, { media: FILE }), null, /^Nothing: it was canceled\. Requeue with its image once more brings it back\.$/],
		['skipped, its bytes no longer kept', aJob({ state: 'canceled', lastError: LATE }, { media: FILE, publishBefore: NOW + MINUTE }), null, /has passed\. Requeue with a later one and its image once more brings it back\.$/],
		['canceled when its Pin may exist', aJob({ state: 'canceled', mayExist: true }), null, /its Pin may exist all the same\. Look at the board, then use Resolve Unknown/],
		['failed', failedWith('board_not_found'), null, /^Board “Summer” \(1234\) does not exist for acme-us\. Requeue with another board\./],
		['undecided', undecided, null, /Look at board “Summer” \(1234\), then give a verdict/],
		['abandoned', failedWith('outcome_unknown', { mayExist: true, queue: null }), null, /This key is not sent again/],
	])('says what happens next to a job that is %s', (_name, job, incident, sentence) => {
		expect(viewOf(job, { incident }).nextAction).toMatch(sentence);
	});

	it.each<[string, Job, object | null]>([
		['nobody has to act', aJob(), null],
		['the machine is still looking', aJobInDoubt(), null],
		['it is canceled', aJob({ state: 'canceled' }), null],
		['fields are wrong', failedWith('link_blocked'), { operation: 'requeue', fields: ['link'] }],
		['only time was short', failedWith('network_unreachable'), { operation: 'requeue', fields: [] }],
		['the outcome is unknown', undecided, { operation: 'resolveUnknown', fields: [] }],
		['it was abandoned', failedWith('outcome_unknown', { mayExist: true, queue: null }), { operation: 'resolveUnknown', fields: [] }],
	])('says what mends a job when %s', (_name, job, fix) => {
		expect(viewOf(job).fix).toEqual(fix);
	});

	it('shows what it waits under', () => {
		expect(viewOf(aJob(), { incident: anIncident(), existing: true })).toMatchObject({
			existing: true, incident: { id: 'inc_1', kind: 'no_worker', since: '2026-11-24T10:00:00.000Z', waiting: 41 },
		});
	});
});

describe('the view as of an event', () => {
	const event = (job: Job, at: number, snapshot: Partial<JobEvent['snapshot']> = {}): JobEvent => {
		const { state, phase, revision, seq, dueAt, attempts } = job;
		return { id: 'evt_1', cursor: '1-0', type: eventOfState(state, phase), at, jobId: job.id, seq, snapshot: { state, phase, revision, seq, dueAt, attempts, ...snapshot } };
	};

	it('shows nothing of what came later', () => {
		const now = aJob({ state: 'succeeded', seq: 5, attempts: 2, pinId: '7', recovered: true, dueAt: null, finishedAt: NOW + HOUR, attemptHistory: [anAttempt(1), anAttempt(2)] });
		const view = viewAsOf(now, event(aJob({ state: 'retry_scheduled', phase: 'publish', seq: 3, attempts: 1, dueAt: NOW + 2 * MINUTE }), NOW + MINUTE + 1000));
		expect(view).toMatchObject({ state: 'retry_scheduled', phase: 'publish', seq: 3, attempts: 1, pinId: null, pinUrl: null, recovered: false, finishedAt: null, nextAttemptAt: '2026-11-24T10:02:00.000Z' });
		expect(view.attemptHistory.map(({ n }) => n)).toEqual([1]);
	});

	it('does not show the attempt that an event only began', () => {
		const now = aJob({ state: 'failed', attempts: 2, attemptHistory: [anAttempt(1), anAttempt(2)], queue: { name: 'ops', owner: null, since: NOW, snoozedUntil: null } });
		const view = viewAsOf(now, event(aRunningJob({ attempts: 2 }), NOW + 2 * MINUTE));
		expect(view).toMatchObject({ state: 'running', attempts: 2, queue: null });
		expect(view.attemptHistory).toHaveLength(1);
	});

	it('shows the content of its own revision', () => {
		const first = failedWith('board_not_found');
		const decided = requeue(first, { boardId: '99', title: 'Hats', description: 'Of straw', client: 'Acme' }, { by: 'ann' }, NOW + HOUR, POLICY);
		if (!('change' in decided)) throw decided;
		const view = viewAsOf(decided.change.job, event(first, NOW, { lastError: first.lastError, queue: first.queue }));
		expect(view).toMatchObject({ revision: 1, client: null, title: 'Summer', description: 'Hats', board: { id: '1234', name: 'Summer' }, lastError: { code: 'board_not_found' } });
		expect(viewAsOf(decided.change.job, event(decided.change.job, NOW + HOUR))).toMatchObject({ revision: 2, client: 'Acme', title: 'Hats', description: 'Of straw', board: { id: '99', name: null } });
	});

	it('shows who had it then, and nothing of what was done about it later', () => {
		const note = (n: number) => ({ at: NOW + n, by: 'Ann', what: 'noted' as const, note: `note ${n}`, until: null });
		const then = failedWith('board_not_found', { groupKey: 'board_not_found|acme-us|1234', handling: [note(1)] });
		const later = { ...then, queue: { ...then.queue!, owner: 'Bob', snoozedUntil: NOW + DAY }, handling: [note(1), note(2)] };
		const { queue, groupKey, handling, lastError } = then;
		expect(viewAsOf(later, event(then, NOW, { queue, groupKey, handling, lastError }))).toMatchObject({ queue: { owner: null, snoozedUntil: null, cause: groupKey }, handling: [{ note: 'note 1' }] });
	});

	it('keeps a verdict out of the content', () => {
		const decided = resolve(undecided, { verdict: 'absent' }, {}, NOW + HOUR, POLICY);
		if (!('change' in decided)) throw decided;
		const view = viewAsOf(decided.change.job, event(undecided, NOW, { queue: undecided.queue }));
		expect(view).toMatchObject({ state: 'failed', title: 'Summer' });
		expect(view).not.toHaveProperty('verdict');
	});

	it('makes the payload of a webhook', () => {
		const job = aJob();
		expect(payloadOf(event(job, NOW), job)).toEqual({ type: 'job.queued', timestamp: '2026-11-24T10:00:00.000Z', data: viewOf(job) });
	});

	it('says what is known of a job whose record is gone', () => {
		const told = event(aJob(), NOW);
		expect(dataOf(told, null)).toEqual({ id: told.jobId, state: 'queued', phase: null, revision: 1, seq: 1, attempts: 0 });
	});

	it('tells of an account with instants in ISO and what to do', () => {
		const told: AccountEvent = { id: 'evt_2', cursor: '2-0', type: 'account.held', at: NOW, account: 'acme-us', incident: { ...anIncident({ until: NOW + MINUTE }) } };
		expect(isJobEvent(told)).toBe(false);
		expect(payloadOf(told, null)).toMatchObject({
			type: 'account.held',
			data: { account: 'acme-us', kind: 'no_worker', since: '2026-11-24T10:00:00.000Z', until: '2026-11-24T10:01:00.000Z', waiting: 41, hint: expect.stringContaining('No worker publishes for acme-us') },
		});
	});

	it('tells of the first failure of a cause with what to do', () => {
		const told: AccountEvent = { id: 'evt_3', cursor: '3-0', type: 'failure_group.opened', at: NOW, account: 'acme-us', incident: { groupKey: 'board_not_found|acme-us|77', code: 'board_not_found' } };
		expect(dataOf(told, null)).toEqual({
			account: 'acme-us', cause: 'board_not_found|acme-us|77', about: 'board 77 of acme-us', code: 'board_not_found',
			hint: 'Board 77 does not exist for acme-us. Requeue with another board. A board of the sandbox exists only there.',
			clientMessage: 'The board does not exist. Please name another one.', fix: ['boardId', 'account'],
		});
		expect(dataOf({ ...told, incident: { jobId: 'pj_1' } }, null)).toEqual({ account: 'acme-us', jobId: 'pj_1' });
	});
});
