import { isEngineError } from '../../../src/errors';
import { changeOf, type Change } from '../../../src/job/change';
import { handle, type HandlingRequest } from '../../../src/job/handling';
import type { Job } from '../../../src/job/job';
import { underFirstName } from '../../../src/job/rename';
import { viewOf } from '../../../src/job/view';
import { contradictions } from './invariants';
import { policy, StoreWorld } from './store-world';

let world: StoreWorld;
beforeEach(() => {
	world = new StoreWorld();
});
afterEach(() => world.end());

const requeued = (job: Job): Change => changeOf(job, {
	state: 'queued', dueAt: world.time, finishedAt: null, queue: null, groupKey: null, lastError: null, revision: job.revision + 1,
}, 'job.requeued');

const revise = (job: Job, change: Change) => world.jobs.revise(job.id, { expectedRevision: job.revision, expectedSeq: job.seq, change, aliases: [] });

describe('what people do with a failure', () => {
	const handled = (job: Job, request: HandlingRequest, by = 'Ann'): Change => {
		const decided = handle(job, request, { by }, world.time);
		if (isEngineError(decided)) throw decided;
		return decided.change;
	};
	const causes = async () => (await world.list.causes(0)).map(({ cause, count, recent }) => [cause.groupKey, cause.jobId, count, recent]);

	it('is refused when somebody else did something meanwhile: no word is lost', async () => {
		const job = await world.failedJob();
		expect(await revise(job, handled(job, { what: 'note', note: 'first' }))).toMatchObject({ kind: 'revised' });
		const answer = await revise(job, handled(job, { what: 'claim' }, 'Bob'));
		expect(answer).toMatchObject({ kind: 'moved', job: { handling: [{ note: 'first' }], queue: { owner: null } } });
		if (answer.kind !== 'moved') return;
		await revise(answer.job, handled(answer.job, { what: 'claim' }, 'Bob'));
		expect(await world.jobs.get(job.id)).toMatchObject({ seq: job.seq, edits: 2, queue: { owner: 'Bob' }, handling: [{ by: 'Ann', note: 'first' }, { by: 'Bob', what: 'claimed' }] });
		expect(await contradictions(world)).toEqual([]);
	});

	it('is refused when it was requeued meanwhile, and a requeue when there is a note that it had not seen', async () => {
		const [job, other] = [await world.failedJob({ boardId: '1' }), await world.failedJob({ boardId: '2' })];
		await revise(job, requeued(job));
		expect((await revise(job, handled(job, { what: 'note', note: 'late' }))).kind).toBe('moved');
		await revise(other, handled(other, { what: 'note', note: 'Wait for the new photo' }));
		expect(await revise(other, requeued(other))).toMatchObject({ kind: 'moved', job: { handling: [{ note: 'Wait for the new photo' }] } });
	});

	it('is refused when it was moved to the first name of its account meanwhile, though that is no event', async () => {
		const job = await world.failedJob();
		await revise(job, underFirstName(job, 'first', world.time).change);
		expect(await revise(job, handled(job, { what: 'note', note: 'late' }))).toMatchObject({ kind: 'moved', job: { account: 'first' } });
		expect(await contradictions(world)).toEqual([]);
	});

	it('is kept of a record that knew no such thing', async () => {
		const job = await world.failedJob();
		const doc = JSON.parse((await world.redis.get(world.key('doc', job.id)))!) as Record<string, unknown>;
		const { handling: _handling, handlingCut: _cut, ...rest } = doc;
		await world.redis.set(world.key('doc', job.id), JSON.stringify({ ...rest, queue: { name: 'ops', owner: null, since: world.time } }));
		const read = (await world.jobs.get(job.id))!;
		expect(read).toMatchObject({ edits: 0, handling: [], handlingCut: 0, queue: { snoozedUntil: null } });
		expect(viewOf(read).queue).toMatchObject({ snoozedUntil: null });
		expect((await revise(read, handled(read, { what: 'note', note: 'first' }))).kind).toBe('revised');
	});

	it('counts the open failures of each cause from the first to the last, whatever becomes of them', async () => {
		const [a, b, c] = [await world.failedJob({ boardId: '1' }), await world.failedJob({ boardId: '2' }), await world.failedJob({ boardId: '3' })];
		const cause = a.groupKey!;
		expect(await causes()).toEqual([[cause, a.id, 3, 3]]);
		await revise(a, handled(a, { what: 'claim' }));
		await revise(b, handled(b, { what: 'resolve' }));
		expect(await causes()).toEqual([[cause, a.id, 2, 2]]);
		await revise(c, underFirstName(c, 'first', world.time).change);
		expect(await causes()).toEqual([[cause, a.id, 2, 2]]);
		const [claimed, moved] = [(await world.jobs.get(a.id))!, (await world.jobs.get(c.id))!];
		await revise(claimed, requeued(claimed));
		expect(await contradictions(world)).toEqual([]);
		await revise(moved, requeued(moved));
		expect([await causes(), await contradictions(world)]).toEqual([[], []]);

		// Emptied and filled again: that is news, told by whoever is the first now.
		world.time += 60_000;
		const again = await world.failedJob({ boardId: '4' });
		expect(await causes()).toEqual([[cause, again.id, 1, 1]]);
		const opened = (await world.outbox.since(null, 1000)).filter(({ type }) => type === 'failure_group.opened');
		expect(opened).toMatchObject([{ incident: { jobId: a.id } }, { incident: { jobId: again.id } }]);
		// What was closed goes when its time is over, and takes nothing along that is open.
		world.time += 2 * policy.retentionMs;
		expect(await world.jobs.purge(10)).toBe(1);
		expect((await world.jobs.find(b.id)).kind).toBe('tombstone');
		expect([(await causes()).map(([, , count]) => count), await contradictions(world)]).toEqual([[1], []]);
	});

	it('of a snoozed failure is counted apart, and tells of it again when its time is over', async () => {
		const [a, b] = [await world.failedJob({ boardId: '1' }), await world.failedJob({ boardId: '2' })];
		const counted = async (since = 0) => (await world.list.causes(since)).map(({ count, snoozed, recent }) => [count, snoozed, recent]);
		const inQueues = async () => (({ failures, snoozed }) => [failures.ops, snoozed.failures.ops, Object.values(snoozed.groups)])(await world.list.counts());
		await revise(a, handled(a, { what: 'snooze', until: world.time + 60_000 }));
		expect([await counted(), await inQueues()]).toEqual([[[2, 1, 1]], [2, 1, [1]]]);
		await revise(b, handled(b, { what: 'snooze', until: world.time + 120_000 }));
		expect([await counted(), await inQueues()]).toEqual([[[2, 2, 0]], [2, 2, [2]]]);

		world.time += 60_000;
		// Awake since just now: news for whoever asks what is new since a moment ago, though it failed long before.
		expect(await counted(world.time - 1)).toEqual([[2, 1, 1]]);
		expect(await counted(world.time + 1)).toEqual([[2, 1, 0]]);
		const [awake, asleep] = [(await world.jobs.get(a.id))!, (await world.jobs.get(b.id))!];
		await revise(awake, handled(awake, { what: 'note', note: 'Asked again' }));
		expect([await counted(), await contradictions(world)]).toEqual([[[2, 1, 1]], []]);
		await revise(asleep, handled(asleep, { what: 'claim' }));
		expect([await counted(), await inQueues(), await contradictions(world)]).toEqual([[[2, 0, 2]], [2, 0, []], []]);
	});

	it.each([
		['is requeued', requeued],
		['is resolved', (job: Job) => handled(job, { what: 'resolve' })],
	])('ends a snooze when it %s', async (_how, change) => {
		const job = await world.failedJob();
		await revise(job, handled(job, { what: 'snooze', until: world.time + 60_000 }));
		const snoozed = (await world.jobs.get(job.id))!;
		await revise(snoozed, change(snoozed));
		expect([await world.redis.exists(world.key('snoozed')), await contradictions(world)]).toEqual([0, []]);
	});
});
