import type { JobView } from '../../../src';
import { FAST_PACE, TestWorld } from '../../support/world';

let world: TestWorld;
afterEach(() => world.stop());

type Engine = ReturnType<TestWorld['engine']>;

const sourceOf = (token: ReturnType<TestWorld['tokenSource']>, account: string) => ({ account, client: 'Acme', token, pace: FAST_PACE });
const serveAs = (engine: Engine, account: string) => engine.serve(sourceOf(world.tokenSource('acme-us'), account));
const aliasesKnown = (engine: Engine) => world.until(async () => ((await engine.accounts()).some(({ aliases }) => aliases.length > 0) ? true : null));

async function enqueued(engine: Engine, n: number, account: string): Promise<JobView> {
	const [result] = await engine.enqueue([{ ...world.request(n), account }]);
	if (!result?.ok) throw result?.error ?? new Error('Nothing was enqueued.');
	return result.job;
}

async function theAccount(engine: Engine) {
	const accounts = await engine.accounts();
	expect(accounts).toHaveLength(1);
	return accounts[0]!;
}

it('publishes one Pin of a row that was enqueued under the old name and the new one, whoever serves either', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	const old = await serveAs(engine, 'acme-us');
	const first = await enqueued(engine, 1, 'acme-us');
	await world.ended(engine, [first.id]);
	await old.stop();
	// The new name is used before its worker has told whose it is.
	const [before, other] = [await enqueued(engine, 1, 'acme-usa'), await enqueued(engine, 2, 'acme-usa')];
	expect([before.account, before.incident?.kind]).toEqual(['acme-usa', 'no_worker']);
	await serveAs(engine, 'acme-usa');
	await aliasesKnown(engine);
	const asked = [1, 3].map((n) => world.request(n, { account: 'acme-us' })).map((request) => ({ ...request, account: 'acme-usa' }));
	expect(await engine.known([...asked, { ...asked[0]!, boardId: 'no board' }])).toEqual([true, false, false]);
	const [again, late] = [await enqueued(engine, 1, 'acme-usa'), await enqueued(engine, 3, 'acme-usa')];
	expect(again).toMatchObject({ id: first.id, existing: true, account: 'acme-us', state: 'succeeded' });
	const ended = await world.ended(engine, [before.id, other.id, late.id]);
	expect(ended.map(({ account, state, client }) => [account, state, client])).toEqual([
		['acme-us', 'canceled', 'Acme'], ['acme-us', 'succeeded', 'Acme'], ['acme-us', 'succeeded', 'Acme'],
	]);
	expect(world.sandbox.control.pins({}).items).toHaveLength(3);
	expect(await theAccount(engine)).toMatchObject({ account: 'acme-us', aliases: ['acme-usa'], served: true, waiting: 0 });
	expect((await engine.list({ account: 'acme-usa' })).jobs).toHaveLength(4);
});

it('serves both names at once, and goes on with one when the other stops', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	await serveAs(engine, 'acme-us');
	await world.until(async () => ((await engine.accounts())[0]?.username ? true : null));
	const renamed = await serveAs(engine, 'acme-usa');
	await aliasesKnown(engine);
	const both = [await enqueued(engine, 1, 'acme-us'), await enqueued(engine, 2, 'acme-usa')];
	await world.ended(engine, both.map(({ id }) => id));
	await renamed.stop();
	const [job] = await world.ended(engine, [(await enqueued(engine, 3, 'acme-usa')).id]);
	expect(job).toMatchObject({ account: 'acme-us', state: 'succeeded' });
	expect(world.sandbox.control.pins({}).items).toHaveLength(3);
});

it('gives a job that names no client the label of the worker, and one that does its own', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	const before = await enqueued(engine, 1, 'acme-us');
	expect(before.client).toBeNull();
	await world.serve(engine);
	const [named] = await engine.enqueue([world.request(2, { client: 'Beta' })]);
	const ended = await world.ended(engine, [before.id, named!.ok ? named!.job.id : '']);
	expect(ended.map(({ client }) => client)).toEqual(['Acme', 'Beta']);
	const { events } = await engine.eventsSince(null, 100);
	expect(events.filter(({ type }) => type === 'job.succeeded').map(({ data }) => data.client).sort()).toEqual(['Acme', 'Beta']);
	expect((await engine.list({ client: 'Acme' })).jobs.map(({ id }) => id)).toEqual([before.id]);
});

it('does not take a run without a client for a change of the client', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	await world.serve(engine);
	await world.until(async () => ((await engine.accounts())[0]?.username ? true : null));
	const later = { scheduledAt: Date.now() + 86_400_000 };
	await engine.enqueue([world.request(1, later)]);
	const [changed] = await engine.enqueue([world.request(1, { ...later, title: 'Other' })], { whenWaiting: 'update' });
	expect(changed).toMatchObject({ ok: true, job: { revision: 2, client: 'Acme', title: 'Other' } });
});
