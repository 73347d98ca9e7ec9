import type { Engine, JobView } from '../../../src';
import { policyOf } from '../../../src/job/policy';
import { JobStore } from '../../../src/store/job-store';
import { Namespace } from '../../../src/store/namespace';
import { redisSettings } from '../../support/redis';
import { TestWorld, UNHURRIED } from '../../support/world';

const ANN = { by: 'Ann' }, BOB = { by: 'Bob' };
const MANY = 41;

let world: TestWorld;
let engine: Engine;
let failed: JobView[];

/** Jobs for a board of another account: all of them fail for one cause. */
async function failAll(count: number): Promise<JobView[]> {
	const foreign = world.board('acme-eu');
	const results = await engine.enqueue(Array.from({ length: count }, (_, n) => world.request(n, { boardId: foreign })));
	return world.ended(engine, results.map((result) => (result.ok ? result.job.id : '')), 60_000);
}

beforeEach(async () => {
	world = await TestWorld.start({ timeFactor: 200, engine: { policy: UNHURRIED } });
	engine = world.engine();
	await world.serve(engine);
});
afterEach(() => world.stop());

const opened = async () => (await engine.eventsSince(null, 10_000)).events.filter(({ type }) => type === 'failure_group.opened');
const boardsKnown = () => world.until(async () => ((await engine.accounts()).find(({ account }) => account === 'acme-us')?.boardsAt ? true : null));

it('41 failures of one cause are one group and one event, one correction mends them, and the next failure is news again', async () => {
	failed = await failAll(MANY);
	const [group, ...others] = await engine.failures.groups({ recentAfter: 0 });
	expect(others).toEqual([]);
	expect(group).toMatchObject({ queue: 'client', code: 'board_not_permitted', account: 'acme-us', count: MANY, recent: MANY, fix: ['boardId', 'account'] });
	expect(group!.title).toBe(`board ${world.board('acme-eu')} of acme-us: 41 jobs`);
	expect(await opened()).toMatchObject([{ data: { cause: group!.cause, about: `board ${world.board('acme-eu')} of acme-us`, hint: group!.hint } }]);
	await boardsKnown();

	const dry = await engine.failures.requeueMany({ filter: { cause: group!.cause } }, { boardId: world.board() }, ANN, { dryRun: true });
	expect([dry.bulk, dry.requeued.length, (await engine.get(failed[0]!.id)).state]).toEqual([null, MANY, 'failed']);
	const { bulk, requeued, refused } = await engine.failures.requeueMany({ filter: { cause: group!.cause } }, { boardId: world.board() }, ANN);
	expect([requeued.length, refused]).toEqual([MANY, []]);
	await world.until(async () => ((await engine.failures.progress(bulk!)).done ? true : null), 60_000);
	expect(await engine.failures.progress(bulk!)).toMatchObject({ total: MANY, requeued: MANY, refused: 0, percent: 100, by: 'Ann', states: { succeeded: MANY } });
	expect(world.sandbox.control.summary()).toMatchObject({ pins: MANY, double: 0 });
	expect(await engine.failures.groups()).toEqual([]);

	const [again] = await world.ended(engine, (await engine.enqueue([world.request(99, { boardId: world.board('acme-eu') })])).map((result) => (result.ok ? result.job.id : '')));
	expect(again).toMatchObject({ state: 'failed', queue: { cause: group!.cause } });
	expect(await opened()).toHaveLength(2);
}, 120_000);

it('keeps who has a failure, what was noted, until when it sleeps and who closed it', async () => {
	failed = await failAll(3);
	const [first, second, third] = failed.map(({ id }) => id) as [string, string, string];
	await engine.failures.handle(first, { what: 'claim' }, ANN);
	await expect(engine.failures.handle(first, { what: 'claim' }, BOB)).rejects.toMatchObject({ code: 'already_claimed' });
	expect((await engine.list({ owner: 'Ann' })).jobs.map(({ id }) => id)).toEqual([first]);
	expect((await engine.list({ owner: null })).jobs.map(({ id }) => id).sort()).toEqual([second, third].sort());
	const taken = await engine.failures.handle(first, { what: 'claim', takeOver: true }, BOB);
	expect(taken).toMatchObject({ state: 'failed', seq: failed[0]!.seq, queue: { owner: 'Bob' }, handling: [{ by: 'Ann', what: 'claimed' }, { by: 'Bob', what: 'claimed' }] });

	const until = Date.now() + 3_600_000;
	await engine.failures.handle(second, { what: 'snooze', until, note: 'Asked Acme' }, ANN);
	const awake = await engine.list({ queue: 'client', awakeAt: Date.now() });
	expect(awake.jobs.map(({ id }) => id).sort()).toEqual([first, third].sort());
	expect((await engine.list({ queue: 'client', awakeAt: until + 1 })).jobs).toHaveLength(3);

	const waiting = async () => (await engine.health()).findings.find(({ code }) => code === 'failures_open')?.message;
	expect((await engine.failures.groups({ awake: true }))[0]).toMatchObject({ count: 3, snoozed: 1, title: expect.stringContaining(': 3 jobs, 1 snoozed') });
	expect(await waiting()).toContain('client: 2');
	for (const id of [first, third]) await engine.failures.handle(id, { what: 'snooze', until }, ANN);
	expect([await engine.failures.groups({ awake: true }), await engine.failures.groups({ recentAfter: 0 })]).toEqual([[], [expect.objectContaining({ count: 3, snoozed: 3, recent: 0 })]]);
	expect([await waiting(), (await engine.health()).failures.client]).toEqual([undefined, 3]);

	const closed = await engine.failures.handle(third, { what: 'resolve', note: 'Not wanted any more' }, ANN);
	expect(closed).toMatchObject({ state: 'failed', queue: null, nextAction: expect.stringContaining('closed by Ann') });
	await expect(engine.failures.handle(third, { what: 'note', note: 'late' }, BOB)).rejects.toMatchObject({ code: 'failure_not_open' });
	expect((await engine.failures.groups())[0]).toMatchObject({ count: 2 });
	expect((await engine.requeue(third, { boardId: world.board() }, ANN, { check: false })).state).toBe('queued');
});

it('loses no word when many people write at once', async () => {
	failed = await failAll(1);
	const { id } = failed[0]!;
	const notes = Array.from({ length: 5 }, (_, n) => `note ${n}`);
	await Promise.all(notes.map((note) => engine.failures.handle(id, { what: 'note', note }, ANN)));
	expect((await engine.get(id)).handling.map(({ note }) => note).sort()).toEqual(notes);
});

it('refuses a correction that would fail again before anything is written, and finds a board that was just made', async () => {
	failed = await failAll(1);
	const { id } = failed[0]!;
	await boardsKnown();
	await expect(engine.requeue(id, { boardId: world.board('acme-eu', 1) }, ANN)).rejects.toMatchObject({
		code: 'preflight_failed', details: { field: 'boardId', problems: [{ message: expect.stringContaining(`Board ${world.board('acme-eu', 1)} is none of the`) }] },
	});
	await expect(engine.requeue(id, { media: { kind: 'image_url', url: 'http://127.0.0.1:1/lamp.jpg' } }, ANN)).rejects.toMatchObject({
		code: 'preflight_failed', message: expect.stringContaining('not an address of the public internet'),
	});
	expect(await engine.get(id)).toMatchObject({ state: 'failed', revision: 1 });
	expect(await engine.requeue(id, { boardId: world.board() }, ANN)).toMatchObject({
		state: 'queued', revision: 2, revisions: [{ by: 'Ann', changes: { boardId: { from: world.board('acme-eu'), to: world.board() } } }],
	});
});

it('shows a second Pin of a job as a failure of its own until somebody has dealt with it', async () => {
	const [job] = await world.ended(engine, (await engine.enqueue([world.request(1)])).map((result) => (result.ok ? result.job.id : '')));
	// What a worker says that was thought to be dead.
	const namespace = new Namespace({ redis: redisSettings(), name: world.namespace, horizonMs: 1000 });
	await new JobStore(namespace, policyOf()).evidence(job!.id, '4711', () => { throw new Error('It has its Pin.'); });
	await namespace.close();

	const [group, ...others] = await engine.failures.groups({ queue: 'ops', code: 'double_pin', recentAfter: 0 });
	expect(others).toEqual([]);
	expect(group).toMatchObject({ jobId: job!.id, account: 'acme-us', count: 1, recent: 1, title: `job ${job!.id}: 1 job`, message: `Pins ${job!.pinId} and 4711 belong to one job.` });
	expect(group!.hint).toContain('delete one');
	expect(await opened()).toMatchObject([{ data: { cause: group!.cause, jobId: job!.id, queue: 'ops', hint: group!.hint } }]);
	expect(await engine.failures.handle(job!.id, { what: 'resolve', note: 'Deleted 4711' }, ANN)).toMatchObject({ id: job!.id, state: 'succeeded' });
	expect(await engine.failures.groups()).toEqual([]);
});
