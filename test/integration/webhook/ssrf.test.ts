import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { isIPv6, type Socket } from 'node:net';
import { post } from '../../../src/webhook/post';
import { UrlGuard } from '../../../src/webhook/url-guard';
import { FORBIDDEN, INSIDE, OWN_N8N } from '../../support/forbidden-addresses';
import { TestWorld } from '../../support/world';
import { EventEndpoint, status } from './a-receiver';

/** Sockets of this process that have connected somewhere. */
const connected: Socket[] = [];
const watch = (message: unknown) => {
	const { socket } = message as { socket: Socket };
	socket.once('connect', () => connected.push(socket));
};
beforeAll(() => subscribe('net.client.socket', watch));
afterAll(() => unsubscribe('net.client.socket', watch));
beforeEach(() => void (connected.length = 0));

const BODY = Buffer.from('{}');
const send = (url: string, guard: UrlGuard) => post(url, { 'content-type': 'application/json' }, BODY, { guard, timeoutMs: 2000, now: Date.now });
/** A name that resolves to one list of addresses after another, the last one for ever. */
function resolving(...answers: string[][]): { guard: UrlGuard; asked: () => number } {
	let asked = 0;
	const guard = new UrlGuard([OWN_N8N], (_host, _options, answer) => {
		const addresses = answers[Math.min(asked++, answers.length - 1)]!;
		answer(null, addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 })));
	});
	return { guard, asked: () => asked };
}

const literal = (address: string) => `https://${isIPv6(address) ? `[${address}]` : address}/`;
const addresses = Object.entries(INSIDE).flatMap(([range, inside]) => inside.map((address) => [range, address] as const));
const byName = 'https://hooks.example.com/';

// How a delivery is led, and where to.
const TABLE: [how: string, url: string, guard: () => UrlGuard][] = [
	...FORBIDDEN.map(([name, url]): [string, string, () => UrlGuard] => [name, url, () => new UrlGuard([OWN_N8N])]),
	...addresses.map(([range, address]): [string, string, () => UrlGuard] => [`written: ${address} of ${range}`, literal(address), () => new UrlGuard([OWN_N8N])]),
	...addresses.map(([range, address]): [string, string, () => UrlGuard] => [`a name for ${address} of ${range}`, byName, () => resolving([address]).guard]),
	...addresses.map(([range, address]): [string, string, () => UrlGuard] => [`a name for ${address} of ${range} behind a public address`, byName, () => resolving(['1.1.1.1', address]).guard]),
];

describe('a delivery connects to nothing', () => {
	it.each(TABLE)('led by %s', async (_how, url, guard) => {
		expect(await send(url, guard())).toEqual({ kind: 'unreachable', message: expect.stringMatching(/not a URL|user and password|https only|Port \d+ is not allowed|not an address of the public internet/) as string });
		expect(connected).toEqual([]);
	});

	it('by a name that becomes another one between the look and the connection: it is looked up once', async () => {
		// The second answer would be that of a name server that has changed its mind.
		const name = resolving(['10.0.0.1'], ['127.0.0.1']);
		expect(await send(byName, name.guard)).toMatchObject({ kind: 'unreachable' });
		expect(name.asked()).toBe(1);
		const rebinding = resolving(['127.0.0.1'], ['1.1.1.1']);
		expect(await send(byName, rebinding.guard)).toMatchObject({ message: expect.stringContaining('127.0.0.1 is not') as string });
		expect([rebinding.asked(), connected.length]).toEqual([1, 0]);
	});
});

it.each([301, 302, 303, 307, 308])('a redirect by %i is not followed: it is a failure', async (code) => {
	const [inside, own] = [await EventEndpoint.start(), await EventEndpoint.start()];
	own.answer = status(code, '', { location: `${inside.origin}/latest/meta-data` });
	expect(await send(own.origin, new UrlGuard([own.origin, inside.origin]))).toMatchObject({ kind: 'answered', status: code });
	// One socket is seen by what saw none above.
	expect([own.calls.length, inside.connections, connected.length]).toEqual([1, 0, 1]);
	await Promise.all([inside.stop(), own.stop()]);
});

it('none of them can be subscribed, and nothing is written', async () => {
	const world = await TestWorld.start();
	const { endpoints } = world.engine();
	for (const url of [...FORBIDDEN.map(([, url]) => url), ...addresses.map(([, address]) => literal(address))]) {
		await expect(endpoints.create({ url, label: 'Inside', events: ['job.succeeded'], probe: false })).rejects.toMatchObject({ code: 'subscription_unreachable' });
	}
	expect(await endpoints.list()).toEqual([]);
	await world.stop();
});
