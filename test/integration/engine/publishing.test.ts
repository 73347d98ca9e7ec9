import type { EnqueueResult, JobView } from '../../../src';
import { prefixOf } from '../../../src/store/keys';
import { openRedis } from '../../support/redis';
import { TestWorld, UNHURRIED } from '../../support/world';

let world: TestWorld;
afterEach(() => world.stop());

function jobs(results: EnqueueResult[]): JobView[] {
	return results.map((result) => {
		if (!result.ok) throw result.error;
		return result.job;
	});
}

const ids = (results: EnqueueResult[]) => jobs(results).map(({ id }) => id);

it('publishes each enqueued Pin once, for two accounts', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	await world.serve(engine, 'acme-us');
	await world.serve(engine, 'acme-eu');
	const requests = Array.from({ length: 12 }, (_, n) => world.request(n, { account: n % 2 ? 'acme-eu' : 'acme-us' }));
	const ended = await world.ended(engine, ids(await engine.enqueue(requests)));
	expect(ended.map(({ state }) => state)).toEqual(Array(12).fill('succeeded'));
	expect(ended.every(({ pinId }) => /^\d+$/.test(pinId!))).toBe(true);
	expect(world.sandbox.control.pins().items).toHaveLength(12);
});

it('publishes the rows of a sheet from top to bottom, and Pins of one minute in the order of their runs', async () => {
	world = await TestWorld.start({ engine: { policy: UNHURRIED } });
	const engine = world.engine();
	const scheduledAt = new Date(Date.now() + 1000).toISOString();
	const rows = Array.from({ length: 12 }, (_, n) => world.request(n, { boardId: world.board() }));
	const runs = [rows.slice(0, 4), rows.slice(4, 8)].map((run) => run.map((row) => ({ ...row, scheduledAt })));
	const enqueued: string[] = [];
	for (const run of [rows.slice(8), ...runs]) enqueued.push(...ids(await engine.enqueue(run)));
	const due = (await Promise.all(enqueued.map((id) => engine.get(id)))).map(({ nextAttemptAt }) => nextAttemptAt);
	expect(new Set(due.slice(4)).size).toBe(1);
	await world.serve(engine);
	await world.ended(engine, enqueued);
	expect(world.sandbox.control.pins().items.map(({ title }) => title)).toEqual([8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 6, 7].map((n) => `Pin ${n}`));
});

it('answers the same requests, in another order, with the jobs that exist', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	const requests = Array.from({ length: 5 }, (_, n) => world.request(n));
	const first = jobs(await engine.enqueue(requests));
	const again = jobs(await engine.enqueue([...requests].reverse()));
	expect(first.map(({ existing }) => existing)).toEqual(Array(5).fill(false));
	expect(again.map(({ existing }) => existing)).toEqual(Array(5).fill(true));
	expect(again.map(({ id }) => id).reverse()).toEqual(first.map(({ id }) => id));
});

it('finds the Pin of an attempt in doubt instead of sending again', async () => {
	world = await TestWorld.start({ sandbox: { faults: { commitThen500: 1 } } });
	const engine = world.engine();
	await world.serve(engine);
	const [job] = await world.ended(engine, ids(await engine.enqueue([world.request(1)])));
	expect(job).toMatchObject({ state: 'succeeded', recovered: true, attempts: 1 });
	expect(world.sandbox.control.pins().items).toHaveLength(1);
});

it('sends again only when the Pin is proven absent', async () => {
	world = await TestWorld.start({ timeFactor: 600 });
	world.sandbox.control.addFault({ fault: 'hangBefore', match: { operation: 'createPin' } });
	const engine = world.engine();
	await world.serve(engine);
	const [job] = await world.ended(engine, ids(await engine.enqueue([world.request(1)])), 30_000);
	expect(job).toMatchObject({ state: 'succeeded', recovered: false });
	// A busy machine may be too late for a permit of 33 ms: such an attempt sends nothing.
	expect(job!.attemptHistory.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'not_sent')).toEqual(['unknown', 'published']);
	expect(world.sandbox.control.pins().items).toHaveLength(1);
});

it('holds a dead account under one incident, and publishes all of its jobs once it is renewed', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	await world.serve(engine);
	await world.ended(engine, ids(await engine.enqueue([world.request(99)]))); // the token has been found good
	world.sandbox.control.changeAccount('acme-us', { revoke: 'all' });
	const enqueued = ids(await engine.enqueue(Array.from({ length: 10 }, (_, n) => world.request(n))));
	const incidents = await world.until(async () => {
		const held = (await engine.holds()).filter(({ kind }) => kind === 'token_dead');
		return held.length > 0 ? held : null;
	});
	expect(incidents).toHaveLength(1);
	expect((await engine.get(enqueued[0]!)).incident?.kind).toBe('token_dead');
	const posts = world.sandbox.control.calls({ operation: 'createPin', status: '401' }).items.length;
	world.tokens.set('acme-us', world.sandbox.control.issueToken('acme-us').accessToken);
	const ended = await world.ended(engine, enqueued);
	expect(ended.map(({ state }) => state)).toEqual(Array(10).fill('succeeded'));
	expect(posts).toBeGreaterThan(0);
	expect(posts).toBeLessThanOrEqual(5); // those under way when the first was refused: never one per job
	expect(ended.every(({ attemptHistory }) => attemptHistory.length <= 2)).toBe(true);
	expect(world.sandbox.control.pins().items).toHaveLength(11);
});

it('fixes a foreign board under the same key, and knows the corrected row again', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	await world.serve(engine);
	const wrong = world.request(1, { boardId: world.board('acme-eu') });
	const [failed] = await world.ended(engine, ids(await engine.enqueue([wrong])));
	expect(failed).toMatchObject({ state: 'failed', queue: { name: 'client' } });
	expect(failed!.fix?.fields).toContain('boardId');
	const right = world.board('acme-us');
	await engine.requeue(failed!.id, { boardId: right }, { by: 'Ops' });
	const [fixed] = await world.ended(engine, [failed!.id]);
	expect(fixed).toMatchObject({ state: 'succeeded', revision: 2, id: failed!.id });
	const [again] = jobs(await engine.enqueue([{ ...wrong, boardId: right }]));
	expect(again).toMatchObject({ existing: true, id: failed!.id, pinId: fixed!.pinId });
	expect(world.sandbox.control.pins().items).toHaveLength(1);
});

it('accepts jobs of an account that nobody serves, holds them, and publishes them when a worker comes', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	const enqueued = ids(await engine.enqueue([world.request(1)]));
	expect((await engine.get(enqueued[0]!)).incident?.kind).toBe('no_worker');
	await world.serve(engine);
	const [job] = await world.ended(engine, enqueued);
	expect(job).toMatchObject({ state: 'succeeded', incident: null });
});

it('gives back what was not sent when it closes, for the next worker', async () => {
	world = await TestWorld.start({ timeFactor: 20, sandbox: { writeLatencyMs: 200 } });
	const first = world.engine();
	await world.serve(first);
	const enqueued = ids(await first.enqueue(Array.from({ length: 12 }, (_, n) => world.request(n))));
	await world.until(async () => (world.sandbox.control.pins().items.length > 0 ? true : null));
	await first.close();
	const second = world.engine();
	await world.serve(second);
	const ended = await world.ended(second, enqueued);
	expect(ended.map(({ state }) => state)).toEqual(Array(12).fill('succeeded'));
	expect(ended.every(({ attempts }) => attempts === 1)).toBe(true);
	expect(world.sandbox.control.pins().items).toHaveLength(12);
});

it('has ended what it sent, and sends nothing more, once it serves an account no longer', async () => {
	world = await TestWorld.start({ timeFactor: 20, sandbox: { writeLatencyMs: 300 } });
	const engine = world.engine();
	const served = await world.serve(engine);
	const enqueued = ids(await engine.enqueue(Array.from({ length: 12 }, (_, n) => world.request(n))));
	const posts = () => world.sandbox.control.calls({ operation: 'createPin', limit: Infinity }).items.length;
	await world.until(() => Promise.resolve(world.sandbox.control.pins().items.length > 0 ? true : null));
	await served.stop();
	const sent = posts(), states = (await Promise.all(enqueued.map((id) => engine.get(id)))).map(({ state }) => state);
	expect(states.sort()).toEqual([...Array<string>(12 - sent).fill('queued'), ...Array<string>(sent).fill('succeeded')]);
	expect(sent).toBeLessThan(12);
	await new Promise((resolve) => setTimeout(resolve, 1000));
	expect(posts()).toBe(sent);

	await world.serve(engine);
	const ended = await world.ended(engine, enqueued);
	expect(ended.map(({ state, attempts }) => [state, attempts])).toEqual(Array(12).fill(['succeeded', 1]));
	expect(world.sandbox.control.pins().items).toHaveLength(12);
});

it('refuses the row alone whose job has lost its content in Redis, when a sheet runs again', async () => {
	world = await TestWorld.start();
	const engine = world.engine(), rows = [0, 1, 2].map((n) => world.request(n));
	const enqueued = ids(await engine.enqueue(rows.slice(0, 2)));
	const redis = openRedis();
	expect(await redis.del(`${prefixOf(world.namespace)}content:${enqueued[0]}`)).toBe(1);
	redis.disconnect();
	expect(await engine.enqueue(rows)).toMatchObject([
		{ ok: false, error: { code: 'idempotency_conflict', details: { jobId: enqueued[0] } } }, { ok: true, job: { id: enqueued[1], existing: true } }, { ok: true, job: { existing: false } },
	]);
});
