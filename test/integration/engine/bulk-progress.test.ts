import type { Engine } from '../../../src';
import { TestWorld } from '../../support/world';

let world: TestWorld;
afterEach(() => world.stop());

const GONE = '999999';
const OPS = { by: 'Ops' };
/** A call has the time that it has: a machine that is busy puts no job in doubt. */
const UNHURRIED = { timeFactor: 200, engine: { policy: { sendBudgetMs: 5000, leaseMs: 20_000, heartbeatMs: 3000 } } };

/** Accepts jobs for a board that has gone, and waits until all of them have failed by that. */
async function failures(engine: Engine, count: number): Promise<string[]> {
	const results = await engine.enqueue(Array.from({ length: count }, (_, n) => world.request(n, { boardId: GONE })));
	await world.until(async () => ((await engine.health()).failures.ops === count ? true : null), 240_000);
	return results.map((result) => (result.ok ? result.job.id : ''));
}

const done = (engine: Engine, bulk: string, withinMs: number) => world.until(async () => {
	const progress = await engine.failures.progress(bulk);
	return progress.done ? progress : null;
}, withinMs, async () => JSON.stringify(await engine.failures.progress(bulk)));

it('says what each job refuses, and counts only those it has put back: a Pin that was there before is no progress', async () => {
	world = await TestWorld.start(UNHURRIED);
	const engine = world.engine();
	await world.serve(engine);
	const [published] = await world.ended(engine, (await engine.enqueue([world.request(90)])).map((result) => (result.ok ? result.job.id : '')));
	const ids = await failures(engine, 2);
	// The board is busy for a while, so that the progress can be looked at.
	world.sandbox.control.addFault({ match: { operation: 'createPin' }, fault: { commits: 'no', ending: { kind: 'answer', status: 409, body: { code: 409 } } }, times: 3 });
	const { bulk, requeued, refused } = await engine.failures.requeueMany({ ids: [...ids, ids[0]!, published!.id] }, { boardId: world.board() }, OPS, { check: false });
	expect(requeued.map(({ id }) => id).sort()).toEqual([...ids].sort());
	expect(refused).toMatchObject([{ id: published!.id, error: { code: 'job_not_failed' } }]);
	const first = await engine.failures.progress(bulk!);
	expect(first).toMatchObject({ total: 3, requeued: 2, refused: 1, refusals: [{ jobId: published!.id, code: 'job_not_failed' }] });
	expect(Object.values(first.states).reduce((sum, count) => sum + count, 0)).toBe(2);
	expect(first.percent).toBe(50 * (first.states.succeeded + first.states.failed));
	expect(await done(engine, bulk!, 30_000)).toMatchObject({ percent: 100, states: { succeeded: 2 } });
}, 60_000);

it('is over at once when every job refused', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	const [waiting] = await engine.enqueue([world.request(1)]);
	if (!waiting?.ok) throw new Error('Nothing was enqueued.');
	const { bulk } = await engine.failures.requeueMany({ ids: [waiting.job.id] }, {}, OPS);
	expect(await engine.failures.progress(bulk!)).toMatchObject({ total: 1, requeued: 0, refused: 1, done: true, percent: 100 });
});

it('refuses ids that nobody knows before it puts anything back', async () => {
	world = await TestWorld.start(UNHURRIED);
	const engine = world.engine();
	await world.serve(engine);
	const ids = await failures(engine, 1);
	await expect(engine.failures.requeueMany({ ids: [...ids, 'pj_nobody'] }, {}, OPS)).rejects.toMatchObject({ code: 'job_not_found' });
	expect((await engine.get(ids[0]!)).state).toBe('failed');
	await expect(engine.failures.progress('bulk_nothing')).rejects.toMatchObject({ code: 'bulk_not_found' });
});

it('refuses more ids than it puts back at once, before it looks for any of them', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	const many = Array.from({ length: 10_001 }, (_, n) => `pj_${n}`);
	await expect(engine.failures.requeueMany({ ids: many }, {}, OPS)).rejects.toMatchObject({ code: 'invalid_request', message: '10001 jobs are more than 10000 at once.' });
	await expect(engine.failures.requeueMany({ ids: many.slice(0, 3) }, {}, OPS, { limit: 2 })).rejects.toMatchObject({ code: 'invalid_request' });
});
