import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createHash } from 'node:crypto';
import { isIPv6, type Socket } from 'node:net';
import { openSource, SourceBroken, type Opened, type Source, type SourceLimits } from '../../../src/publish/source';
import { Sandbox, type FileSpec } from '../../../src/sandbox';
import { UrlGuard } from '../../../src/webhook/url-guard';
import { FORBIDDEN, INSIDE } from '../../support/forbidden-addresses';
import { rawServer, reset, type RawBehaviour, type RawServer } from './raw-server';

const servers: RawServer[] = [];
let sandbox: Sandbox;
beforeAll(async () => { sandbox = await Sandbox.start({ seed: 7 }); });
afterAll(() => sandbox.stop());
afterEach(async () => { await Promise.all(servers.splice(0).map((server) => server.close())); });

async function serve(behaviour: RawBehaviour): Promise<RawServer> {
	const server = await rawServer(behaviour);
	servers.push(server);
	return server;
}

const FTYP = '\0\0\0\x18ftypisom';
const LIMITS: SourceLimits = { headMs: 300, idleMs: 300, maxBytes: 1000 };
const never = new AbortController().signal;
/** Trusts the servers of the test alone: they have private addresses. */
const guard = () => new UrlGuard([sandbox.origin, ...servers.map(({ url }) => url)]);
const open = (url: string, limits?: Partial<SourceLimits>) => openSource(url, guard(), never, { ...LIMITS, maxBytes: 1e9, ...limits });
const file = (spec: Partial<FileSpec>) => sandbox.control.addFile({ name: 'a.mp4', bytes: 300_000, ...spec }).url;

function says(status: number, headers: Record<string, string | number>, body = ''): RawBehaviour {
	const head = Object.entries({ 'content-length': body.length, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`).join('');
	return { whole: (socket) => void socket.end(`HTTP/1.1 ${status} X\r\n${head}\r\n${body}`) };
}

const sourceOf = (opened: Opened): Source => {
	if (!opened.ok) throw new Error(opened.failure.facts.message);
	return opened.source;
};
const failure = (code: string, message: string | RegExp) => ({ ok: false, failure: { code, facts: { message: typeof message === 'string' ? message : expect.stringMatching(message) as string } } });

async function read({ stream }: Source): Promise<{ bytes: number; sha256: string }> {
	const hash = createHash('sha256');
	let bytes = 0;
	for await (const part of stream) {
		hash.update(part);
		bytes += part.length;
	}
	return { bytes, sha256: hash.digest('hex') };
}

describe('a video at an address', () => {
	it('is read whole, first bytes included, and its length is known before', async () => {
		const url = file({}), whole = Buffer.from(await (await fetch(url)).arrayBuffer());
		const source = sourceOf(await open(url));
		expect(source).toMatchObject({ length: 300_000, contentType: 'video/mp4' });
		expect(source.head.toString('latin1', 4, 8)).toBe('ftyp');
		expect(await read(source)).toEqual({ bytes: 300_000, sha256: createHash('sha256').update(whole).digest('hex') });
	});

	it.each(['video/quicktime', 'video/x-m4v; codecs="avc1"', 'application/octet-stream', 'binary/octet-stream', 'application/mp4'])('may be called %s by its server', async (type) => {
		const server = await serve(says(200, { 'content-type': type }, FTYP));
		expect(await read(sourceOf(await open(server.url)))).toMatchObject({ bytes: 12 });
		expect(server.received()).toMatch(/accept-encoding: identity/i);
		expect(server.received()).not.toMatch(/authorization|cookie/i);
	});

	it('is known by its first bytes also when they come one by one', async () => {
		const server = await serve({ whole: (socket) => {
			socket.write('HTTP/1.1 200 X\r\ncontent-length: 12\r\n\r\n');
			[...FTYP].forEach((sign, at) => setTimeout(() => socket.write(sign, 'latin1'), at * 5));
		} });
		expect(await read(sourceOf(await open(server.url)))).toMatchObject({ bytes: 12 });
	});

	it('is not waited for while nobody takes what has come', async () => {
		const source = sourceOf(await open(file({ bytes: 20_000_000 }), { idleMs: 500 }));
		const parts = source.stream[Symbol.asyncIterator]();
		await parts.next();
		await new Promise((resolve) => setTimeout(resolve, 1250));
		let bytes = 0;
		for (let next = await parts.next(); !next.done; next = await parts.next()) bytes += next.value.length;
		expect(bytes).toBeGreaterThan(19_900_000);
	});
});

describe('an address that gives no video', () => {
	it.each<[string, RawBehaviour, string, RegExp]>([
		['a page', says(200, { 'content-type': 'text/html; charset=utf-8' }, '<!doctype html>'), 'video_refused', /gives text\/html, not a video/],
		['a page that is called a video', says(200, { 'content-type': 'video/mp4' }, '<!doctype html>'), 'video_refused', /no MP4, MOV or M4V \(web page\)/],
		['an image of the same container', says(200, {}, '\0\0\0\x18ftypheic'), 'video_refused', /HEIC/],
		['an empty file', says(200, { 'content-type': 'video/mp4' }), 'video_refused', /an empty file/],
		['a refusal', says(403, {}), 'video_refused', /answered 403/],
		['a file for which nothing is asked', says(204, {}), 'video_refused', /answered 204/],
		['a redirect without address', says(302, {}), 'video_refused', /answered 302/],
		['a redirect to another scheme', says(302, { location: 'file:///etc/passwd' }), 'video_refused', /redirects to file:/],
		['redirects without end', says(302, { location: '/again' }), 'video_refused', /more than 3 times/],
		['no length', { whole: (socket) => void socket.end(`HTTP/1.1 200 X\r\ncontent-type: video/mp4\r\n\r\n${FTYP}`) }, 'video_length_unknown', /does not say how long/],
		['more than may be', says(200, { 'content-length': 1001 }, FTYP), 'video_too_large', /0.0 MB/],
		['a fault of the server', says(503, { 'retry-after': '86400' }), 'video_unreachable', /answered 503/],
		['a line that is reset', { whole: (socket) => reset(socket) }, 'video_unreachable', /ECONNRESET/],
		['nothing', {}, 'video_unreachable', /no answer within 0.3 s/],
		['a head and then nothing', { whole: (socket) => void socket.write('HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\n') }, 'video_unreachable', /gave nothing for 0.3 s/],
		['an end before the first bytes', { whole: (socket) => void socket.end('HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\nabc') }, 'video_unreachable', /ended the file/],
	])('%s is told as what it is', async (_what, behaviour, code, message) => {
		expect(await open((await serve(behaviour)).url, { maxBytes: 1000 })).toMatchObject(failure(code, message));
	});

	it('says nothing that a stranger\'s headers could steer', async () => {
		const server = await serve(says(429, { 'retry-after': '86400', 'x-pinterest-rid': '1', 'x-ratelimit-limit': '1, 1;w=86400' }));
		expect(await open(server.url)).toMatchObject({ failure: { code: 'video_unreachable', facts: { waitMs: null, requestId: null } } });
	});

	it('is told of a host where nobody listens, and of no address at all', async () => {
		expect(await open('http://127.0.0.1:1/a.mp4')).toMatchObject(failure('video_address_forbidden', /127.0.0.1/));
		const gone = await rawServer({});
		await gone.close();
		expect(await openSource(gone.url, new UrlGuard([gone.url]), never, LIMITS)).toMatchObject(failure('video_unreachable', /ECONNREFUSED/));
		expect(await open('nonsense')).toMatchObject(failure('video_refused', 'It is no address.'));
	});

	it('that is cut breaks off with how far it came', async () => {
		const broken = await read(sourceOf(await open(file({ cutAt: 200_000 })))).catch((error: unknown) => error);
		expect(broken).toBeInstanceOf(SourceBroken);
		expect((broken as SourceBroken).failure).toMatchObject(failure('video_unreachable', /ended the file after 0.2 MB of 0.3 MB/).failure);
	});

	it('that stops in the middle breaks off when nothing has come for a while', async () => {
		const server = await serve({ whole: (socket) => void socket.write(`HTTP/1.1 200 X\r\ncontent-length: 5000\r\n\r\n${FTYP}`) });
		const broken = await read(sourceOf(await open(server.url, { idleMs: 50 }))).catch((error: unknown) => error);
		expect((broken as SourceBroken).failure).toMatchObject(failure('video_unreachable', /gave nothing for 0.05 s/).failure);
	});
});

/** Sockets of this process that have connected somewhere. */
const connected: Socket[] = [];
const watch = (message: unknown) => {
	const { socket } = message as { socket: Socket };
	socket.once('connect', () => connected.push(socket));
};

/** A name that resolves to one list of addresses after another, the last one for ever. */
function resolving(trusted: string[], ...answers: string[][]): { guard: UrlGuard; asked: () => number } {
	let asked = 0;
	const guard = new UrlGuard(trusted, (_host, _options, answer) => {
		const addresses = answers[Math.min(asked++, answers.length - 1)]!;
		answer(null, addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 })));
	});
	return { guard, asked: () => asked };
}

describe('an address of the operator\'s own network', () => {
	beforeAll(() => subscribe('net.client.socket', watch));
	afterAll(() => unsubscribe('net.client.socket', watch));
	beforeEach(() => void (connected.length = 0));

	const inside = Object.entries(INSIDE).flatMap(([range, addresses]) => addresses.map((address) => [range, address] as const));
	const literal = (address: string) => `http://${isIPv6(address) ? `[${address}]` : address}/a.mp4`;
	const byName = 'http://videos.example/a.mp4';
	const odd = FORBIDDEN.filter(([name]) => /loopback|metadata|all addresses/.test(name));
	const TABLE: [how: string, url: string, guard: (trusted: string[]) => UrlGuard][] = [
		...odd.map(([name, url]): [string, string, (trusted: string[]) => UrlGuard] => [name, url, (trusted) => new UrlGuard(trusted)]),
		...inside.map(([range, address]): [string, string, (trusted: string[]) => UrlGuard] => [`written: ${address} of ${range}`, literal(address), (trusted) => new UrlGuard(trusted)]),
		...inside.map(([range, address]): [string, string, (trusted: string[]) => UrlGuard] => [`a name for ${address} of ${range}`, byName, (trusted) => resolving(trusted, [address]).guard]),
		...inside.map(([range, address]): [string, string, (trusted: string[]) => UrlGuard] => [`a name for ${address} of ${range} behind a public address`, byName, (trusted) => resolving(trusted, ['1.1.1.1', address]).guard]),
	];
	const FORBIDDEN_FAILURE = { ok: false, failure: { code: expect.stringMatching(/^video_(address_forbidden|refused)$/) as string, facts: { message: expect.stringMatching(/not an address of the public internet|It is no address|redirects to no address/) as string } } };

	it.each(TABLE)('is connected to neither directly nor by a redirect: %s', async (_how, url, guarded) => {
		expect(await openSource(url, guarded([]), never, LIMITS)).toMatchObject(FORBIDDEN_FAILURE);
		expect(connected).toEqual([]);
		const honest = await serve(says(307, { location: url }));
		expect(await openSource(honest.url, guarded([honest.url]), never, LIMITS)).toMatchObject(FORBIDDEN_FAILURE);
		expect(connected).toHaveLength(1);
	});

	it('is told nothing by a name that becomes another between the look and the connection', async () => {
		const server = await serve(says(200, { 'content-type': 'video/mp4' }, FTYP));
		// The connection goes to an address that was looked at: the name is asked for once.
		const rebinding = resolving([], ['127.0.0.1'], ['1.1.1.1']);
		expect(await openSource(`http://videos.example:${server.port}/`, rebinding.guard, never, LIMITS)).toMatchObject(FORBIDDEN_FAILURE);
		expect([rebinding.asked(), connected.length]).toEqual([1, 0]);
		// And were a connection there all the same, its peer is looked at before a byte is sent.
		const fooled = { refusesHost: () => null, trusts: () => false, admits: (address: string | undefined) => new UrlGuard().admits(address), lookup: rebinding.guard.lookup };
		expect(await openSource(`http://127.0.0.1:${server.port}/`, fooled, never, LIMITS)).toMatchObject(failure('video_address_forbidden', /127\.0\.0\.1/));
		expect([server.connections(), server.received()]).toEqual([1, '']);
	});
});
