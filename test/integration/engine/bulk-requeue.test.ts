import type { Engine } from '../../../src';
import { figures } from '../../support/figures';
import { FAST_PACE, TestWorld, UNHURRIED } from '../../support/world';

let world: TestWorld;
afterEach(() => world.stop());

const JOBS = 500;
const GONE = '999999';
const OPS = { by: 'Ops' };

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

it('takes 500 failed jobs back with a corrected board within 5 s, shows how far they are, and sends them without a burst', async () => {
	// So fast that 500 failures and 500 Pins fit a test; every limit of Pinterest is sped up alike.
	world = await TestWorld.start({ timeFactor: 600, engine: { policy: UNHURRIED } });
	const engine = world.engine();
	await world.serve(engine);
	const ids = await failures(engine, JOBS);
	expect(await engine.failures.groups()).toMatchObject([{ code: 'board_not_found', count: JOBS, title: `board ${GONE} of acme-us: ${JOBS} jobs`, fix: ['boardId', 'account'] }]);
	const refused = world.sandbox.control.calls({ operation: 'createPin' }).items.length;

	const startedAt = performance.now(), cpuBefore = process.cpuUsage();
	const { bulk, requeued, refused: left } = await engine.failures.requeueMany({ filter: { account: 'acme-us', code: 'board_not_found' } }, { boardId: world.board() }, OPS);
	const acceptedMs = Math.round(performance.now() - startedAt);
	const cpu = process.cpuUsage(cpuBefore);

	expect(left).toEqual([]);
	expect(requeued).toHaveLength(JOBS);
	expect(acceptedMs).toBeLessThanOrEqual(5000);
	const seen: number[] = [];
	const watching = world.until(async () => {
		const { percent } = await engine.failures.progress(bulk!);
		seen.push(percent);
		return percent === 100 ? true : null;
	}, 300_000);
	const end = await done(engine, bulk!, 300_000);
	await watching;
	expect(end).toMatchObject({ total: JOBS, requeued: JOBS, refused: 0, percent: 100, by: 'Ops', states: { succeeded: JOBS } });
	expect(seen).toEqual([...seen].sort((a, b) => a - b));
	expect(new Set(seen).size).toBeGreaterThan(5);

	const { double, missing, pins, rates } = world.sandbox.control.summary();
	const pace = rates.accounts['acme-us']!, board = rates.boards[world.board()]!;
	expect({ double, missing, pins }).toEqual({ double: 0, missing: 0, pins: JOBS });
	expect(pace).toMatchObject({ status429: 0, calledBeforeReset: 0 });
	expect(pace.maxWritesPerMinute).toBeLessThanOrEqual(FAST_PACE.writesPerMinute!);
	expect(board.maxInFlight).toBe(1);
	expect(world.sandbox.control.calls({ operation: 'createPin' }).items).toHaveLength(refused + JOBS);
	expect(await engine.get(ids[0]!)).toMatchObject({ revision: 2, revisions: [{ revision: 2, by: 'Ops', changes: { boardId: { from: GONE, to: world.board() } } }] });
	expect(await engine.failures.groups()).toEqual([]);
	figures('500 failed jobs requeued by a filter', {
		'ms to accept': acceptedMs, 'ms of CPU for it': Math.round((cpu.user + cpu.system) / 1000), 'steps of the progress seen': new Set(seen).size, '429s': pace.status429, 'most writes a minute': pace.maxWritesPerMinute,
		'shortest ms between two writes to the board': board.minGapMs ?? '-',
	});
}, 600_000);

it('says what each job refuses, and counts only those it has put back: a Pin that was there before is no progress', async () => {
	world = await TestWorld.start({ timeFactor: 200, engine: { policy: UNHURRIED } });
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
	world = await TestWorld.start({ timeFactor: 200, engine: { policy: UNHURRIED } });
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
