import { World, type Json } from './client';

let world: World;
beforeEach(async () => {
	world = await World.start({ accounts: undefined, world: { accounts: [{ name: 'shop', token: 'pina_canary_5512' }, { name: 'other' }] } });
});
afterEach(() => world.stop());

const steer = async (method: string, path: string, body?: unknown) => {
	const response = await fetch(`${world.sandbox.origin}/_sandbox${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
	return { status: response.status, body: (await response.json()) as Json };
};

describe('what it counts', () => {
	it('calls the second Pin of one content double', async () => {
		await world.post();
		await world.post();
		await world.post({ title: 'Boots' });
		expect(world.control.summary()).toMatchObject({ pins: 3, groups: 2, double: 1, missing: 0 });
	});

	it('tells double, missing and unexpected Pins by what was expected', async () => {
		for (const title of ['Twins', 'Twins', 'Once', 'Once', 'Stranger']) await world.post({ title });
		const expected = [{ title: 'Twins', count: 2 }, { title: 'Once' }, { title: 'Never' }, { title: 'Also never', count: 2 }];
		expect(world.control.summary({ expected })).toMatchObject({ pins: 5, double: 1, missing: 3, unexpected: 1 });
		expect(world.control.summary({ expected }).differences).toContainEqual({ group: { title: 'Never' }, expected: 1, pins: [] });
	});

	it('takes one field more or less as asked: the same Pin with another image is another content', async () => {
		await world.post();
		await world.post({ media_source: { source_type: 'image_url', url: 'https://cdn.example.com/b.jpg' } });
		expect(world.control.summary().double).toBe(0);
		expect(world.control.summary({ groupBy: ['account', 'board', 'title'] }).double).toBe(1);
	});

	it('counts a Pin nobody was told of', async () => {
		world.control.addFault({ fault: 'commitThenReset' });
		await world.raw();
		await world.post();
		expect(world.control.summary()).toMatchObject({ pins: 2, double: 1, calls: { byOperation: { createPin: { none: 1, 201: 1 } }, byFault: { commitThenReset: 1 } } });
	});

	it('leaves out the Pins that were there before', () => {
		world.control.fillBoard(world.board, 5);
		expect(world.control.summary()).toMatchObject({ pins: 0, double: 0 });
	});

	it('sees how many writes to a board are under way at once', async () => {
		world.control.addFault({ fault: 'commitThenHang', times: 2 });
		const hanging = [world.raw(), world.raw()];
		while (world.control.pins().items.length < 2) await new Promise(setImmediate);
		expect(world.control.summary().rates.boards[world.board]).toMatchObject({ writes: 2, maxInFlight: 2 });
		await world.stop();
		await Promise.all(hanging);
		world = await World.start();
	});
});

describe('what it keeps of a call', () => {
	it('knows token and content by hashes only', async () => {
		await world.post();
		const kept = JSON.stringify([world.control.calls(), world.control.summary(), world.control.pins()]);
		expect(kept).not.toContain('canary');
		expect(world.control.calls().items[0]).toMatchObject({
			...{ n: 1, method: 'POST', path: '/v5/pins', operation: 'createPin', account: 'shop', token: expect.stringMatching(/^[0-9a-f]{12}$/) },
			...{ status: 201, nth: 1, committed: true, board: world.board, link: 'https://example.com/sandals', aborted: false },
		});
	});

	it('gives them in parts, filtered', async () => {
		for (const title of ['a', 'b', 'c']) await world.post({ title });
		await world.get('/v5/boards');
		const first = world.control.calls({ operation: 'createPin', limit: 2 });
		expect([first.items.map(({ n }) => n), first.next]).toEqual([[1, 2], 2]);
		const rest = world.control.calls({ operation: 'createPin', limit: 2, after: first.next! });
		expect([rest.items.map(({ n }) => n), rest.next]).toEqual([[3], null]);
		expect(world.control.calls({ status: '200' }).items).toHaveLength(1);
	});

	it('drops the oldest calls beyond its size and says how many, never a Pin', async () => {
		const small = await World.start({ keepCalls: 10 });
		for (let n = 0; n < 30; n += 1) await small.post({ title: `${n}` });
		expect(small.control.summary()).toMatchObject({ pins: 30, calls: { dropped: expect.any(Number) } });
		expect(small.control.summary().calls).toMatchObject({ calls: 30 - small.control.summary().calls.dropped });
		expect(small.control.calls().items.length).toBeLessThanOrEqual(11);
		await small.stop();
	});
});

describe('steering over HTTP', () => {
	it('shows the world, its ledger and the summary', async () => {
		await world.post();
		expect((await steer('GET', '/world')).body).toEqual(JSON.parse(JSON.stringify(world.control.world())));
		expect((await steer('GET', '/ledger?account=shop&limit=1')).body).toMatchObject({ calls: { items: [{ n: 1 }] }, pins: { items: [{ title: 'Sandals' }] } });
		expect((await steer('GET', '/ledger/calls?after=1')).body).toEqual({ items: [], next: null });
		expect((await steer('POST', '/summary', { expected: [{ title: 'Boots' }] })).body).toMatchObject({ missing: 1, unexpected: 1 });
		expect(world.control.calls().items).toHaveLength(1);
	});

	it('scripts and clears faults', async () => {
		expect((await steer('POST', '/faults', { match: { link: 'sandals' }, fault: 'error500Before', times: 2 })).status).toBe(200);
		expect((await world.post()).status).toBe(500);
		expect((await steer('GET', '/faults')).body).toMatchObject([{ times: 1 }]);
		await steer('DELETE', '/faults');
		expect((await world.post()).status).toBe(201);
		await steer('POST', '/fault-shares', { faults: { error503Before: 1 } });
		expect((await world.post()).status).toBe(503);
	});

	it('changes accounts, boards, apps, tokens, rates, reads, images and media', async () => {
		await steer('POST', '/accounts/shop', { revoke: 'access' });
		const token = (await steer('POST', '/tokens', { account: 'shop' })).body.accessToken as string;
		expect((await world.post({}, { token })).status).toBe(201);
		await steer('POST', '/accounts', { name: 'new one', boards: [{ id: '77', name: 'B', sections: ['S'] }] });
		await steer('POST', '/accounts/new%20one', { readsForbidden: true });
		const added = await steer('POST', '/boards', { account: 'new one', name: 'C' });
		expect((await steer('POST', `/boards/${added.body.id}/pins`, { count: 3 })).body).toHaveLength(3);
		await steer('POST', '/boards/77', { removed: true });
		expect(world.control.account('new one').boards.map(({ name }) => name)).toEqual(['C']);
		await steer('POST', '/images', { url: 'https://cdn.example.com/a.jpg', verdict: 'broken' });
		expect((await world.post({}, { token })).body.code).toBe(235);
		await steer('POST', '/rates', { orgRead: { limit: 0, windowMs: 60_000 } });
		expect((await world.get('/v5/boards')).status).toBe(429);
		await steer('POST', '/consistency', { order: 'newest' });
		await steer('POST', '/media', { processMs: 1, failNext: 1 });
		await steer('POST', '/apps', { access: 'none' });
		expect((await world.post({}, { token })).body.code).toBe(3);
		const { id } = world.control.pins().items[0]!;
		await steer('DELETE', `/pins/${id}`);
		expect(world.control.summary().deleted).toBe(1);
	});

	it.each([
		['POST', '/faults', { fault: 'teapot' }, 'must be equal to one of the allowed values'],
		['POST', '/rates', { orgWrit: null }, 'orgWrit'],
		['POST', '/accounts/nobody', {}, 'No account is called "nobody"'],
		['POST', '/boards/1', { removed: true }, 'There is no board 1'],
		['POST', '/fault-shares', { faults: { '429': 0.6, cutBody: 0.6 } }, 'at most 1'],
	])('refuses %s %s %j', async (method, path, body, words) => {
		expect(await steer(method, path, body)).toMatchObject({ status: 400, body: { message: expect.stringContaining(words) } });
	});

	it('answers 404 to a control call it does not have', async () => {
		expect((await steer('GET', '/nothing')).status).toBe(404);
	});
});
