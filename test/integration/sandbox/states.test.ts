import { aClock, World, type Json } from './client';

const clock = aClock();
let world: World;
beforeEach(async () => {
	world = await World.start({ now: clock.now });
});
afterEach(() => world.stop());

const basic = () => {
	const { id, secret } = world.control.world().apps[0]!;
	return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
};
const grant = async (form: Record<string, string>, authorization = basic()) => {
	const response = await fetch(`${world.sandbox.url}/oauth/token`, { method: 'POST', headers: { authorization }, body: new URLSearchParams(form) });
	return { status: response.status, body: (await response.json()) as Json };
};

describe('tokens', () => {
	it('answers 401 with code 2 to a token that is unknown, revoked or expired', async () => {
		const dead = { status: 401, body: { code: 2, message: 'Authentication failed.' } };
		expect(await world.post({}, { token: 'pina_unknown' })).toMatchObject(dead);
		const { accessToken } = world.shop;
		world.control.changeAccount('shop', { revoke: 'access' });
		expect(await world.post({}, { token: accessToken! })).toMatchObject(dead);
		const short = world.control.issueToken('shop', { lifeMs: 1000 });
		expect((await world.post({}, { token: short.accessToken })).status).toBe(201);
		clock.move(1000);
		expect(await world.post({}, { token: short.accessToken })).toMatchObject(dead);
	});

	it('renews a dead account by its refresh token, once', async () => {
		const { refreshToken } = world.shop;
		world.control.changeAccount('shop', { revoke: 'access' });
		const renewed = await grant({ grant_type: 'refresh_token', refresh_token: refreshToken! });
		expect(renewed).toMatchObject({ status: 200, body: { token_type: 'bearer', expires_in: 2_592_000, scope: expect.stringContaining('pins:write') } });
		expect((await world.post({}, { token: renewed.body.access_token })).status).toBe(201);
		expect(await grant({ grant_type: 'refresh_token', refresh_token: refreshToken! })).toMatchObject({ status: 401 });
		expect((await grant({ grant_type: 'refresh_token', refresh_token: renewed.body.refresh_token })).status).toBe(200);
	});

	it('gives nothing to a wrong app, a wrong grant, or when the refresh token is dead too', async () => {
		const { refreshToken } = world.shop;
		expect((await grant({ grant_type: 'refresh_token', refresh_token: refreshToken! }, 'Basic eDp5')).status).toBe(401);
		expect((await grant({ grant_type: 'password' })).status).toBe(400);
		world.control.changeAccount('shop', { revoke: 'all' });
		expect((await grant({ grant_type: 'refresh_token', refresh_token: refreshToken! })).status).toBe(401);
	});

	it('lets a browser consent and trades its code for tokens, once', async () => {
		const back = 'http://127.0.0.1:5678/rest/oauth2-credential/callback';
		const query = new URLSearchParams({ client_id: world.control.world().apps[0]!.id, redirect_uri: back, response_type: 'code', state: 's&1', scope: 'pins:read,boards:read' });
		const page = await fetch(`${world.sandbox.origin}/oauth/?${query}`);
		expect(await page.text()).toMatch(/Continue as shop[^]*Continue as other/);
		query.set('account', 'other');
		const sent = await fetch(`${world.sandbox.origin}/oauth/?${query}`, { redirect: 'manual' });
		const location = new URL(sent.headers.get('location')!);
		expect([sent.status, location.origin + location.pathname, location.searchParams.get('state')]).toEqual([302, back, 's&1']);
		const form = { grant_type: 'authorization_code', code: location.searchParams.get('code')!, redirect_uri: back };
		const pair = await grant(form);
		expect(pair).toMatchObject({ status: 200, body: { scope: 'pins:read boards:read' } });
		const boards = await world.call('GET', '/v5/boards', undefined, { token: pair.body.access_token });
		expect(boards.body.items).toHaveLength(2);
		expect((await grant(form)).status).toBe(401);
	});

	it('keeps consent to apps it knows', async () => {
		expect((await fetch(`${world.sandbox.origin}/oauth/?client_id=1&response_type=code&redirect_uri=http://evil.example`)).status).toBe(400);
	});

	it('are the same in each sandbox of one seed', async () => {
		const [one, two] = [await World.start({ seed: 7 }), await World.start({ seed: 7 })];
		expect({ ...one.shop }).toEqual({ ...two.shop });
		expect(one.shop.accessToken).not.toBe(world.shop.accessToken);
		await Promise.all([one.stop(), two.stop()]);
	});
});

describe('states', () => {
	it('refuses a token without the scopes, with code 3', async () => {
		world.control.changeAccount('shop', { scopes: ['pins:read', 'boards:read'] });
		expect(await world.post()).toMatchObject({ status: 401, body: { code: 3, message: expect.stringContaining('sufficient permissions') } });
		expect((await world.get('/v5/boards')).status).toBe(200);
	});

	it('refuses every call of an app that was not approved', async () => {
		world.control.changeApp({ access: 'none' });
		const refused = { status: 401, body: { code: 3, message: expect.stringContaining('consumer type is not supported') } };
		expect(await world.post()).toMatchObject(refused);
		expect(await world.get('/v5/user_account')).toMatchObject(refused);
	});

	it('refuses the Pins of a trial app, not its reads', async () => {
		world.control.changeApp({ access: 'trial' });
		expect(await world.post()).toMatchObject({ status: 403, body: { code: 29, message: expect.stringContaining('Trial access') } });
		expect((await world.get('/v5/boards')).status).toBe(200);
	});

	it('blocks the writes of one account as spam for a while', async () => {
		world.control.changeAccount('shop', { spamForMs: 60_000 });
		const blocked = await world.post();
		expect(blocked.status).toBe(429);
		expect(JSON.stringify(blocked.body)).toMatch(/spam/);
		expect((await world.get('/v5/boards')).status).toBe(200);
		clock.move(60_000);
		expect((await world.post()).status).toBe(201);
	});

	it('forbids reads of boards and Pins, not creating', async () => {
		world.control.changeAccount('shop', { readsForbidden: true });
		const { id } = (await world.post()).body;
		for (const path of [`/v5/pins/${id}`, `/v5/boards/${world.board}`, `/v5/boards/${world.board}/pins`]) {
			expect(await world.get(path)).toMatchObject({ status: 403, body: { message: expect.stringContaining('PINNER_DATA_ACCESS_DENIED') } });
		}
	});

	it('has a board busy for a while, and gone', async () => {
		world.control.changeBoard(world.board, { busyForMs: 1000 });
		expect(await world.post()).toMatchObject({ status: 409, body: { code: 409 } });
		clock.move(1000);
		expect((await world.post()).status).toBe(201);
		const board = world.board;
		world.control.changeBoard(board, { removed: true });
		expect(await world.post({ board_id: board })).toMatchObject({ status: 404, body: { code: 40 } });
	});
});

describe('rate limits', () => {
	it('tells them in the headers Pinterest uses', async () => {
		const { headers } = await world.get('/v5/user_account');
		expect(headers.get('x-ratelimit-limit')).toBe('100, 100;w=1;name="safety_net_app_id_user_id", 1000;w=60;name="org_read"');
		expect(headers.get('x-ratelimit-remaining')).toBe('99');
		expect(headers.get('x-ratelimit-reset')).toBe('1');
	});

	it('refuses the call beyond the limit of an account until its window ends', async () => {
		world.control.setRates({ orgWrite: { limit: 2, windowMs: 60_000 } });
		clock.move(60_000 - (clock.now() % 60_000));
		const statuses = [(await world.post()).status, (await world.post()).status];
		clock.move(20_000);
		const refused = await world.post();
		expect([...statuses, refused.status]).toEqual([201, 201, 429]);
		expect([refused.headers.get('x-ratelimit-remaining'), refused.headers.get('x-ratelimit-reset')]).toEqual(['0', '40']);
		expect((await world.post()).status).toBe(429);
		const other = world.control.account('other');
		expect((await world.post({ board_id: other.boards[0]!.id }, { token: other.accessToken! })).status).toBe(201);
		clock.move(40_000);
		expect((await world.post()).status).toBe(201);
		expect(world.control.summary().rates.accounts.shop).toMatchObject({ status429: 2, calledBeforeReset: 1, maxWritesPerMinute: 4 });
	});

	it('enforces a limit it does not tell', async () => {
		world.control.setRates({ hiddenWrite: { limit: 1, windowMs: 60_000 } });
		clock.move(60_000 - (clock.now() % 60_000));
		await world.post();
		const refused = await world.post();
		expect([refused.status, refused.headers.get('x-ratelimit-remaining')]).toEqual([429, '99']);
		expect(refused.headers.get('x-ratelimit-limit')).not.toContain('hidden');
	});

	it('counts a whole day over all accounts of a trial', async () => {
		world.control.changeApp({ daily: true });
		world.control.setRates({ appDayWrite: { limit: 1, windowMs: 86_400_000 } });
		expect((await world.post()).status).toBe(201);
		const other = world.control.account('other');
		expect((await world.post({ board_id: other.boards[0]!.id }, { token: other.accessToken! })).status).toBe(429);
	});

	it('refuses writes to one board that come too close together', async () => {
		world.control.setRates({ boardGapMs: 3000 });
		await world.post();
		clock.move(2000);
		expect((await world.post()).status).toBe(429);
		expect((await world.post({ board_id: world.shop.boards[1]!.id })).status).toBe(201);
		clock.move(1000);
		expect((await world.post()).status).toBe(201);
		expect(world.control.summary().rates.boards[world.board]).toMatchObject({ writes: 3, minGapMs: 1000, maxInFlight: 1 });
	});

	it('shortens its windows as time is faster', async () => {
		const fast = await World.start({ now: clock.now, timeFactor: 30, rates: { orgWrite: { limit: 1, windowMs: 60_000 } } });
		clock.move(2000 - (clock.now() % 2000));
		await fast.post();
		const refused = await fast.post();
		expect([refused.status, refused.headers.get('x-ratelimit-reset')]).toEqual([429, '2']);
		expect(refused.headers.get('x-ratelimit-limit')).toContain('1;w=2;name="org_write"');
		clock.move(2000);
		expect((await fast.post()).status).toBe(201);
		await fast.stop();
	});
});
