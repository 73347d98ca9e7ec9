import type { Engine } from '../../../src';
import { figures } from '../../support/figures';
import { FAST_PACE, TestWorld, UNHURRIED } from '../../support/world';

let world: TestWorld;
afterEach(() => world.stop());

const JOBS = 41;

async function enqueued(engine: Engine, numbers: number[]): Promise<string[]> {
	const results = await engine.enqueue(numbers.map((n) => world.request(n)));
	return results.map((result) => {
		if (!result.ok) throw result.error;
		return result.job.id;
	});
}

const some = Array.from({ length: JOBS }, (_, n) => n);
const posts = () => world.sandbox.control.calls({ operation: 'createPin' }).items;
const heldFor = (engine: Engine, kind: string) => world.until(async () => (await engine.holds()).find((hold) => hold.kind === kind) ?? null);

async function toldOf(engine: Engine, type: string, kind: string): Promise<Record<string, unknown>[]> {
	const { events } = await engine.eventsSince(null, 10_000);
	return events.filter((event) => event.type === type && event.data.kind === kind).map(({ data }) => data);
}

it('holds 41 jobs behind a dead token under one incident and one event, uses up no attempt, and publishes all of them, paced, once the credential is renewed', async () => {
	world = await TestWorld.start({ engine: { policy: UNHURRIED } });
	const engine = world.engine();
	await world.serve(engine);
	await world.ended(engine, await enqueued(engine, [99]));
	// The owner takes the app's right away; the first who notices is the worker's own check, a read.
	world.sandbox.control.changeAccount('acme-us', { revoke: 'all' });
	await engine.pacing.check('acme-us');
	const incident = await heldFor(engine, 'token_dead');
	const before = posts().length;
	const ids = await enqueued(engine, some);

	// Somebody asks, which is a read, and is told that nothing has changed.
	const checks = () => world.sandbox.control.calls({ operation: 'getUserAccount', status: '401' }).items.length;
	const checked = checks();
	await engine.pacing.check('acme-us');
	await world.until(() => Promise.resolve(checks() > checked ? true : null));
	const held = await Promise.all(ids.map((id) => engine.get(id)));
	const incidents = (await engine.holds()).filter(({ account }) => account === 'acme-us');
	const postsWhileHeld = posts().length - before;
	const events = await toldOf(engine, 'account.held', 'token_dead');

	expect(incidents).toMatchObject([{ id: incident.id, kind: 'token_dead', waiting: JOBS }]);
	expect(events).toMatchObject([{ account: 'acme-us', kind: 'token_dead', hint: expect.stringContaining('Reconnect') }]);
	expect(held.map(({ state, attempts, incident: seen }) => [state, attempts, seen?.id])).toEqual(Array(JOBS).fill(['queued', 0, incident.id]));
	expect(postsWhileHeld).toBe(0);
	expect((await engine.list({ incident: incident.id, limit: 100 })).jobs.map(({ id }) => id).sort()).toEqual([...ids].sort());

	let touches = 0;
	const reconnect = () => {
		touches++;
		world.tokens.set('acme-us', world.sandbox.control.issueToken('acme-us').accessToken);
	};
	reconnect();
	const ended = await world.ended(engine, ids, 60_000);

	expect(ended.map(({ state, attempts }) => [state, attempts])).toEqual(Array(JOBS).fill(['succeeded', 1]));
	const { double, missing, pins, rates } = world.sandbox.control.summary();
	const pace = rates.accounts['acme-us']!;
	expect({ double, missing, pins }).toEqual({ double: 0, missing: 0, pins: JOBS + 1 });
	expect(pace).toMatchObject({ status429: 0, calledBeforeReset: 0 });
	expect(pace.maxWritesPerMinute).toBeLessThanOrEqual(FAST_PACE.writesPerMinute!);
	expect(Math.max(...Object.values(rates.boards).map(({ maxInFlight }) => maxInFlight))).toBe(1);
	expect(await toldOf(engine, 'account.released', 'token_dead')).toMatchObject([{ account: 'acme-us', releasedBy: null }]);
	expect(await engine.holds()).toEqual([]);
	figures('41 jobs behind one dead token', {
		incidents: incidents.length, events: events.length, 'attempts used': held.reduce((sum, { attempts }) => sum + attempts, 0), 'POSTs while held': postsWhileHeld,
		published: ended.filter(({ state }) => state === 'succeeded').length, 'human touches': touches, '429s': pace.status429, 'most writes a minute': pace.maxWritesPerMinute,
	});
}, 120_000);

it('tells once of a token that dies in the middle of a batch, and costs no job more than the call that was refused', async () => {
	world = await TestWorld.start({ engine: { policy: UNHURRIED } });
	const engine = world.engine();
	await world.serve(engine);
	await world.ended(engine, await enqueued(engine, [99]));
	world.sandbox.control.changeAccount('acme-us', { revoke: 'all' });
	const ids = await enqueued(engine, some);
	await heldFor(engine, 'token_dead');
	await world.until(async () => ((await engine.list({ states: ['running'] })).jobs.length === 0 ? true : null));
	const refused = posts().filter(({ status }) => status === 401).length;
	// Those under way when the first was refused.
	expect(refused).toBeGreaterThan(0);
	expect(refused).toBeLessThanOrEqual(FAST_PACE.concurrent);
	expect(await toldOf(engine, 'account.held', 'token_dead')).toHaveLength(1);
	world.tokens.set('acme-us', world.sandbox.control.issueToken('acme-us').accessToken);
	const ended = await world.ended(engine, ids, 60_000);
	expect(ended.map(({ state }) => state)).toEqual(Array(JOBS).fill('succeeded'));
	expect(ended.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(JOBS + refused);
	expect(world.sandbox.control.summary()).toMatchObject({ double: 0, missing: 0, pins: JOBS + 1 });
}, 120_000);
