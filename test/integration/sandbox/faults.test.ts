import { connect } from 'node:net';
import { once } from 'node:events';
import { World } from './client';

let world: World;
const pins = () => world.control.pins().items.length;
const lastCall = () => world.control.calls().items.at(-1)!;

beforeEach(async () => {
	world = await World.start({ hangMs: 300 });
});
afterEach(() => world.stop());

describe('a call that ends badly before the Pin is made', () => {
	it('is reset at the socket', async () => {
		world.control.addFault({ fault: 'resetBefore' });
		expect(await world.raw()).toMatchObject({ text: '', end: 'reset' });
		expect(pins()).toBe(0);
		expect(lastCall()).toMatchObject({ fault: 'resetBefore', status: null, committed: false });
	});

	it('is reset while its body is still being sent, when nothing of the body matters to the fault', async () => {
		world.control.addFault({ match: { method: 'POST' }, fault: 'resetBefore' });
		const socket = connect(world.sandbox.port, '127.0.0.1');
		socket.write(`POST /v5/pins HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.shop.accessToken}\r\nContent-Length: 1000\r\n\r\n{`);
		const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
		expect(error.code).toBe('ECONNRESET');
		expect(lastCall()).toMatchObject({ operation: 'createPin', account: 'shop', fault: 'resetBefore' });
	});

	it('is reset once its whole body was sent, when the fault says so, whatever it asks for', async () => {
		world.control.addFault({ match: { method: 'POST' }, fault: 'resetAfterBody' });
		const socket = connect(world.sandbox.port, '127.0.0.1');
		socket.write(`POST /v5/pins HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.shop.accessToken}\r\nContent-Length: 2\r\n\r\n{`);
		await expect(Promise.race([once(socket, 'error'), new Promise((resolve) => setTimeout(resolve, 200, 'still open'))])).resolves.toBe('still open');
		socket.write('}');
		const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
		expect(error.code).toBe('ECONNRESET');
		expect(lastCall()).toMatchObject({ fault: 'resetAfterBody', status: null, committed: false });
	});

	it('is closed without an answer', async () => {
		world.control.addFault({ fault: 'closeBefore' });
		expect(await world.raw()).toMatchObject({ text: '', end: 'closed' });
		expect(pins()).toBe(0);
	});

	it('hangs for the set time and is then closed', async () => {
		world.control.addFault({ fault: 'hangBefore' });
		const { text, ms } = await world.raw();
		expect(text).toBe('');
		expect(ms).toBeGreaterThan(250);
		expect(pins()).toBe(0);
	});

	it.each([
		['error500Before', 500, 0],
		['error503Before', 503, 0],
		['error2787Before', 400, 2787],
		['busy409', 409, 409],
		['spam429', 429, 8],
		['429', 429, 8],
	] as const)('%s answers %i with code %i', async (fault, status, code) => {
		world.control.addFault({ fault });
		expect(await world.post()).toMatchObject({ status, body: { code, status: 'failure' } });
		expect(pins()).toBe(0);
		expect((await world.post()).status).toBe(201);
	});
});

describe('a call that ends badly after the Pin was made', () => {
	it.each([
		['commitThenHang', 'closed'],
		['commitThenReset', 'reset'],
		['commitThenClose', 'closed'],
	] as const)('%s says nothing, yet the Pin is there', async (fault, end) => {
		world.control.addFault({ fault });
		expect(await world.raw()).toMatchObject({ text: '', end });
		expect(pins()).toBe(1);
		expect(lastCall()).toMatchObject({ fault, status: null, committed: true, pinId: world.control.pins().items[0]!.id });
	});

	it.each([
		['commitThen500', 500, 0],
		['commitThen408', 408, 0],
		['commitThen2787', 400, 2787],
	] as const)('%s answers %i', async (fault, status, code) => {
		world.control.addFault({ fault });
		expect(await world.post()).toMatchObject({ status, body: { code } });
		expect(pins()).toBe(1);
	});

	it.each(['cutBody', 'stallBody'] as const)('%s sends 201 and half of the body it promised', async (fault) => {
		world.control.addFault({ fault });
		const [head, body] = (await world.raw()).text.split('\r\n\r\n') as [string, string];
		const promised = Number(/content-length: (\d+)/i.exec(head)![1]);
		expect(head).toContain('201');
		expect(body.length).toBe(promised >> 1);
		expect(pins()).toBe(1);
	});

	it('noId2xx answers 201 without an id', async () => {
		world.control.addFault({ fault: 'noId2xx' });
		const { status, body } = await world.post();
		expect({ status, keys: Object.keys(body) }).toEqual({ status: 201, keys: expect.not.arrayContaining(['id']) });
		expect(pins()).toBe(1);
	});

	it('notJson2xx answers 201 with a page', async () => {
		world.control.addFault({ fault: 'notJson2xx' });
		const authorization = `Bearer ${world.shop.accessToken}`;
		const answer = await fetch(`${world.sandbox.url}/pins`, { method: 'POST', headers: { authorization }, body: JSON.stringify(world.aPin()) });
		expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([201, 'text/html', expect.stringContaining('<html>')]);
		expect(pins()).toBe(1);
	});

	it('does not spoil the answer of a Pin that is refused anyway', async () => {
		world.control.addFault({ fault: 'commitThenHang' });
		expect(await world.post({ board_id: '1' })).toMatchObject({ status: 404, body: { code: 40 } });
		expect(lastCall()).toMatchObject({ fault: null, committed: false });
	});
});

describe('a scripted fault', () => {
	it('waits for the call it names, as many times as it says', async () => {
		world.control.addFault({ match: { account: 'shop', title: 'Boots' }, fault: 'error500Before', times: 2 });
		const statuses = [];
		for (const title of ['Sandals', 'Boots', 'Red Boots', 'Boots']) statuses.push((await world.post({ title })).status);
		expect(statuses).toEqual([201, 500, 500, 201]);
	});

	it('lets as many calls pass as it is told to', async () => {
		world.control.addFault({ match: { operation: 'getUserAccount' }, fault: 'error503Before', skip: 1 });
		expect((await world.get('/v5/user_account')).status).toBe(200);
		expect((await world.get('/v5/user_account')).status).toBe(503);
	});

	it('answers whatever it was given', async () => {
		const ending = { kind: 'answer' as const, status: 418, body: { code: 77, message: 'new' }, headers: { 'Retry-After': '9' } };
		world.control.addFault({ fault: { commits: 'no', ending } });
		const { status, body, headers } = await world.post();
		expect({ status, body, retryAfter: headers.get('retry-after') }).toEqual({ status: 418, body: { code: 77, message: 'new' }, retryAfter: '9' });
	});

	it('does not use up a refresh token when it strikes before', async () => {
		world.control.addFault({ match: { operation: 'oauthToken' }, fault: 'error500Before' });
		const before = world.shop.refreshToken;
		const response = await fetch(`${world.sandbox.url}/oauth/token`, { method: 'POST', body: `grant_type=refresh_token&refresh_token=${before}` });
		expect(response.status).toBe(500);
		expect(world.shop.refreshToken).toBe(before);
	});
});

describe('faults by chance', () => {
	const titles = Array.from({ length: 40 }, (_, index) => `Pin ${index}`);
	const run = async (order: string[]) => {
		const chances = { error500Before: 0.2, commitThen500: 0.2, '429': 0.2 };
		const other = await World.start({ seed: 'x', faults: chances, rates: { orgWrite: null } });
		const met = new Map<string, string | null>();
		for (const title of order) {
			await other.post({ title });
			met.set(title, other.control.calls().items.at(-1)!.fault);
		}
		await other.stop();
		return met;
	};

	it('are the same for the same Pins in another order', async () => {
		const forth = await run(titles);
		const back = await run([...titles].reverse());
		expect(titles.map((title) => back.get(title))).toEqual(titles.map((title) => forth.get(title)));
		expect(new Set(forth.values())).toEqual(new Set([null, 'error500Before', 'commitThen500', '429']));
	});

	it('are thrown anew for each try of a Pin', async () => {
		const other = await World.start({ faults: { error500Before: 0.5 } });
		const statuses = [];
		for (let n = 0; n < 20; n += 1) statuses.push((await other.post()).status);
		expect(new Set(statuses)).toEqual(new Set([201, 500]));
		await other.stop();
	});

	it('refuse chances that make no sense', async () => {
		await expect(World.start({ faults: { '429': 0.7, cutBody: 0.7 } })).rejects.toThrow('at most 1');
		await expect(World.start({ faults: { teapot: 0.1 } as never })).rejects.toThrow('Unknown fault "teapot"');
	});
});

it('notes a client that left before its body was whole', async () => {
	const socket = connect(world.sandbox.port, '127.0.0.1');
	socket.write('POST /v5/pins HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{');
	while (world.control.calls().items.length === 0) await new Promise(setImmediate);
	socket.destroy();
	while (world.control.calls().items[0]!.ms === null) await new Promise(setImmediate);
	expect(lastCall()).toMatchObject({ aborted: true, status: null, committed: false });
});

it('notes a client that was killed between the Pin and its answer', async () => {
	const slow = await World.start({ writeLatencyMs: 5000 });
	const killed = slow.raw().catch(() => null);
	while (slow.control.pins().items.length === 0) await new Promise(setImmediate);
	expect(slow.control.calls().items[0]).toMatchObject({ committed: true, status: null, ms: null });
	await slow.stop();
	await killed;
	expect(slow.control.calls().items[0]).toMatchObject({ committed: true, aborted: true });
});

it('stops at once although a call hangs', async () => {
	world.control.addFault({ fault: 'commitThenHang' });
	const hanging = world.raw();
	while (pins() === 0) await new Promise(setImmediate);
	const other = Date.now();
	await world.stop();
	expect(Date.now() - other).toBeLessThan(200);
	expect((await hanging).text).toBe('');
	world = await World.start();
});
