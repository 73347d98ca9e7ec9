import { FAST_PACE, TestWorld } from '../../support/world';

let world: TestWorld;
afterEach(() => world.stop());

it('keeps the Pins of an account beyond its cap of a day waiting, without an attempt, and no other account, until it is lifted', async () => {
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

	// The Worker is published again without the cap.
	const from = performance.now();
	await world.serve(engine, 'acme-us');
	const ended = await world.ended(engine, ids);
	expect(ended.map(({ state, attempts }) => `${state} ${attempts}`)).toEqual(Array(3).fill('succeeded 1'));
	// At the pace of the account, with as many boards as it has: nothing of a day is waited for.
	expect(performance.now() - from).toBeLessThan(5000);
});

it('takes none of the cap for a Pin that Pinterest did not make, or that was never sent', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	world.sandbox.control.addFault({ match: { operation: 'createPin', title: 'Busy' }, fault: 'busy409', times: 2 });
	world.sandbox.control.addFault({ match: { operation: 'createPin', title: 'Wrong' }, fault: { commits: 'no', ending: { kind: 'answer', status: 400, body: { code: 1, message: 'Invalid link' } } } });
	// One at once, and the next in hours.
	await world.serve(engine, 'acme-us', { ...FAST_PACE, pinsPerDay: 2 });
	const [wrong] = await engine.enqueue([world.request(1, { title: 'Wrong' })]);
	expect((await world.ended(engine, [wrong?.ok ? wrong.job.id : '']))[0]).toMatchObject({ state: 'failed' });
	const [busy] = await engine.enqueue([world.request(2, { title: 'Busy' })]);
	expect((await world.ended(engine, [busy?.ok ? busy.job.id : '']))[0]).toMatchObject({ state: 'succeeded', attempts: 3 });
	expect((await engine.accounts()).find(({ account }) => account === 'acme-us')).toMatchObject({ headroom: 0 });
});
