import { FAST_PACE, TestWorld } from '../../support/world';

let world: TestWorld;
afterEach(() => world.stop());

it('keeps the Pins of an account beyond its cap of a day waiting, without an attempt, and no other account', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	await world.serve(engine, 'acme-us', { ...FAST_PACE, pinsPerDay: 2 });
	await world.serve(engine, 'acme-eu');
	const results = await engine.enqueue([1, 2, 3].map((n) => world.request(n)));
	const ids = results.map((result) => (result.ok ? result.job.id : ''));
	await world.until(async () => (world.sandbox.control.calls({ operation: 'createPin' }).items.length > 0 ? true : null));
	const [other] = await engine.enqueue([world.request(4, { account: 'acme-eu', boardId: world.board('acme-eu') })]);
	expect((await world.ended(engine, [other?.ok ? other.job.id : '']))[0]).toMatchObject({ state: 'succeeded' });
	const states = (await Promise.all(ids.map((id) => engine.get(id)))).map(({ state, attempts }) => `${state} ${attempts}`);
	expect(states.sort()).toEqual(['queued 0', 'queued 0', 'succeeded 1']);
	expect((await engine.accounts()).find(({ account }) => account === 'acme-us')).toMatchObject({ headroom: 0, waiting: 2, pace: { pinsPerDay: 2 } });
});
