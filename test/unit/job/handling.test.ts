import { isEngineError } from '../../../src/errors';
import { handle, type HandlingRequest } from '../../../src/job/handling';
import type { Job } from '../../../src/job/job';
import type { Actor, Decided } from '../../../src/job/revision';
import { aDoubt, aJob, HOUR, NOW } from './builders';

const DAY = 24 * HOUR;
const ANN = { by: 'Ann' }, BOB = { by: 'Bob' };
const open = { name: 'ops', owner: null, since: NOW - HOUR, snoozedUntil: null } as const;
const aFailedJob = (changes: Partial<Job> = {}): Job => aJob({ state: 'failed', seq: 3, queue: open, groupKey: 'board_not_found|acme-us|1234', finishedAt: NOW - HOUR, ...changes });

function accepted(decided: Decided): Job {
	if (isEngineError(decided)) throw decided;
	expect(decided).toMatchObject({ aliases: [], change: { event: null, pin: null, hold: null } });
	return decided.change.job;
}

const after = (job: Job, request: HandlingRequest, actor: Actor = ANN) => accepted(handle(job, request, actor, NOW));
const refusal = (job: Job, request: HandlingRequest, actor: Actor = ANN) => handle(job, request, actor, NOW);

describe('handling a failure', () => {
	it.each<[HandlingRequest, Partial<Job['queue'] & object> | null, Partial<Job['handling'][number]>]>([
		[{ what: 'claim' }, { owner: 'Ann', snoozedUntil: null }, { what: 'claimed', by: 'Ann' }],
		[{ what: 'claim', owner: 'Bob' }, { owner: 'Bob' }, { what: 'claimed', by: 'Ann' }],
		[{ what: 'release' }, { owner: null }, { what: 'released' }],
		[{ what: 'note', note: '  Asked Acme  ' }, { owner: null }, { what: 'noted', note: 'Asked Acme' }],
		[{ what: 'snooze', until: NOW + HOUR, note: 'Until they answer' }, { snoozedUntil: NOW + HOUR }, { what: 'snoozed', until: NOW + HOUR, note: 'Until they answer' }],
		[{ what: 'resolve', note: 'Not wanted' }, null, { what: 'resolved', note: 'Not wanted' }],
	])('%j is no event: it changes the queue, and keeps who did it and when', (request, queue, entry) => {
		const job = aFailedJob();
		const handled = after(job, request);
		expect(handled).toMatchObject({ state: 'failed', seq: job.seq, revision: job.revision, edits: job.edits + 1, handling: [{ at: NOW, note: null, until: null, ...entry }] });
		if (queue) expect(handled.queue).toMatchObject(queue);
		else expect(handled).toMatchObject({ queue: null, groupKey: null });
	});

	it('wakes a failure for whoever claims it', () => {
		expect(after(aFailedJob({ queue: { ...open, snoozedUntil: NOW + DAY } }), { what: 'claim' }).queue).toMatchObject({ owner: 'Ann', snoozedUntil: null });
	});

	it('leaves a claimed failure with its owner, unless it is taken over', () => {
		const anns = aFailedJob({ queue: { ...open, owner: 'Ann' } });
		expect(refusal(anns, { what: 'claim' }, BOB)).toMatchObject({ code: 'already_claimed', details: { owner: 'Ann' } });
		expect(after(anns, { what: 'claim', takeOver: true }, BOB).queue).toMatchObject({ owner: 'Bob' });
		expect(after(anns, { what: 'claim' }).queue).toMatchObject({ owner: 'Ann' });
	});

	it('needs a name to claim for', () => {
		expect(refusal(aFailedJob(), { what: 'claim' }, {})).toMatchObject({ code: 'invalid_request', details: { field: 'doneBy' } });
	});

	it.each<[string, HandlingRequest, object]>([
		['an empty note', { what: 'note', note: '   ' }, { field: 'note' }],
		['a note of more than 500 characters', { what: 'note', note: 'ä'.repeat(501) }, { field: 'note' }],
		['a note of that length with a snooze', { what: 'snooze', until: NOW + HOUR, note: 'x'.repeat(501) }, { field: 'note' }],
		['a time that is over', { what: 'snooze', until: NOW }, { field: 'until' }],
		['a time in more than 90 days', { what: 'snooze', until: NOW + 90 * DAY + 1 }, { field: 'until' }],
	])('refuses %s', (_what, request, details) => {
		expect(refusal(aFailedJob(), request)).toMatchObject({ code: 'invalid_request', details });
	});

	it.each<[string, HandlingRequest]>([
		['a note of 500 characters, however many bytes', { what: 'note', note: '😀'.repeat(500) }],
		['a snooze of 90 days', { what: 'snooze', until: NOW + 90 * DAY }],
	])('takes %s', (_what, request) => {
		expect(after(aFailedJob(), request).handling).toHaveLength(1);
	});

	it.each<[string, Partial<Job>, string]>([
		['was resolved', { queue: null, groupKey: null }, 'Somebody has resolved it already.'],
		['was requeued', { state: 'queued', queue: null, groupKey: null }, 'The job is queued.'],
	])('is refused for a job that %s', (_what, changes, hint) => {
		for (const request of [{ what: 'claim' }, { what: 'release' }, { what: 'note', note: 'x' }, { what: 'resolve' }] as const) {
			expect(refusal(aFailedJob(changes), request)).toMatchObject({ code: 'failure_not_open', details: { hint } });
		}
	});

	it('closes none whose Pin may exist: that takes a verdict', () => {
		const doubtful = aFailedJob({ inDoubt: aDoubt() });
		expect(refusal(doubtful, { what: 'resolve' })).toMatchObject({ code: 'job_in_doubt' });
		expect(after(doubtful, { what: 'note', note: 'Not on the board' }).inDoubt).toEqual(doubtful.inDoubt);
	});

	it('is refused for another revision than was seen', () => {
		expect(refusal(aFailedJob({ revision: 2 }), { what: 'claim' }, { by: 'Ann', revision: 1 })).toMatchObject({ code: 'revision_moved' });
	});

	it('keeps the last 20 entries and counts the others', () => {
		let job = aFailedJob();
		for (let n = 0; n < 23; n++) job = after(job, { what: 'note', note: `note ${n}` });
		expect(job).toMatchObject({ handlingCut: 3, edits: 23 });
		expect(job.handling.map(({ note }) => note)).toEqual(Array.from({ length: 20 }, (_, n) => `note ${n + 3}`));
	});
});
