import type net from 'node:net';
import { probeImage } from '../../../src/publish/image-probe';
import { UrlGuard } from '../../../src/webhook/url-guard';
import { rawServer, reset, serving, type RawBehaviour, type RawServer } from './raw-server';

const serve = serving();

/** The begin of a PNG of that size. */
function png(width: number, height: number): Buffer {
	const head = Buffer.alloc(24);
	Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).copy(head);
	head.write('IHDR', 12, 'latin1');
	head.writeUInt32BE(width, 16);
	head.writeUInt32BE(height, 20);
	return head;
}

function says(status: number, headers: Record<string, string | number>, body: Buffer | string = ''): RawBehaviour {
	const head = `HTTP/1.1 ${status} X\r\n${Object.entries({ 'content-length': Buffer.byteLength(body), ...headers }).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
	return { whole: (socket) => void socket.end(Buffer.concat([Buffer.from(head), Buffer.from(body)])) };
}

/** Trusts the servers of the test alone: they have private addresses. */
const probe = (server: RawServer, path = '/hat.png', others: RawServer[] = []) =>
	probeImage(`${server.url}${path}`, new UrlGuard([server, ...others].map(({ url }) => url)));

describe('an image at an address', () => {
	it('is known by the begin of its file, whatever the server calls it', async () => {
		const server = await serve(says(200, { 'content-type': 'text/plain' }, png(1000, 1500)));
		expect(await probe(server)).toEqual({ kind: 'image', contentType: 'image/png', width: 1000, height: 1500, bytes: 24 });
		expect(server.received()).toMatch(/range: bytes=0-65535/i);
		// A server that gives what is asked for must not give what would be refused.
		expect(server.received()).toMatch(/accept: image\/jpeg, image\/png, image\/gif, image\/webp,/i);
	});

	it('is asked for in part, and its whole size is known all the same', async () => {
		const server = await serve(says(206, { 'content-type': 'image/png', 'content-range': 'bytes 0-23/31000000' }, png(1000, 1500)));
		expect(await probe(server)).toMatchObject({ bytes: 31_000_000 });
		const unsaid = await serve(says(206, { 'content-type': 'image/png', 'content-range': 'bytes 0-23/*' }, png(1000, 1500)));
		expect(await probe(unsaid)).toMatchObject({ kind: 'image', bytes: null });
	});

	it('is not loaded further than its begin where the server gives all of it', async () => {
		let written = 0;
		const server = await serve({
			whole: (socket) => {
				socket.write(`HTTP/1.1 200 X\r\ncontent-type: image/png\r\ncontent-length: 900000000\r\n\r\n`);
				socket.write(png(50, 50));
				const more = (): void => {
					for (; !socket.destroyed && socket.writable && written < 900_000_000; written += 65_536) if (!socket.write(Buffer.alloc(65_536))) return void socket.once('drain', more);
				};
				more();
			},
		});
		expect(await probe(server)).toEqual({ kind: 'image', contentType: 'image/png', width: 50, height: 50, bytes: 900_000_000 });
		expect(written).toBeLessThan(50_000_000);
	});

	it('of a type that only its server names is believed, without a size', async () => {
		const server = await serve(says(200, { 'content-type': 'Image/WebP; q=1' }, 'RIFF....WEBP'));
		expect(await probe(server)).toEqual({ kind: 'image', contentType: 'image/webp', width: null, height: null, bytes: 12 });
	});
});

describe('a JPEG at an address', () => {
	/** Its size stands behind so many bytes of colour profile. */
	const jpegBehind = (bytes: number): Buffer => {
		const profile = (size: number) => Buffer.concat([Buffer.from([0xff, 0xe2, size >> 8, size & 0xff]), Buffer.alloc(size - 2)]);
		return Buffer.concat([Buffer.from([0xff, 0xd8]), ...Array.from({ length: Math.ceil(bytes / 60_000) }, () => profile(60_000))]);
	};
	const isServed = async (body: Buffer) => probe(await serve(says(206, { 'content-type': 'binary/octet-stream', 'content-range': `bytes 0-${body.length - 1}/900000` }, body)));

	it('whose size stands further behind than is read is one of unknown size, though its server names no type', async () => {
		expect(await isServed(jpegBehind(120_000).subarray(0, 65_536))).toEqual({ kind: 'image', contentType: 'image/jpeg', width: null, height: null, bytes: 900_000 });
	});

	it('that ends before its size is none', async () => {
		expect(await isServed(jpegBehind(60_000))).toEqual({ kind: 'no_image', contentType: 'binary/octet-stream' });
	});
});

describe('no image at an address', () => {
	it.each<[string, RawBehaviour, object]>([
		['a page', says(200, { 'content-type': 'text/html; charset=utf-8' }, '<html>'), { kind: 'no_image', contentType: 'text/html' }],
		['an empty file', says(200, { 'content-type': 'image/png' }), { kind: 'no_image', contentType: 'an empty file' }],
		['a refusal', says(403, { 'content-type': 'image/png' }, png(1000, 1000)), { kind: 'refused', status: 403 }],
		['nothing any more', says(404, {}), { kind: 'refused', status: 404 }],
		['a redirect that leads nowhere', says(302, {}), { kind: 'refused', status: 302 }],
		['a redirect to nonsense', says(302, { location: 'http://[' }), { kind: 'unreachable', message: 'It redirects to no address.' }],
		['a redirect to another scheme', says(302, { location: 'ftp://files.example/hat.png' }), { kind: 'unreachable', message: 'It redirects to ftp:' }],
		['an answer that is no HTTP', { whole: (socket) => void socket.end('hello\r\n\r\n') }, { kind: 'unreachable' }],
		['a line that is reset', { whole: (socket: net.Socket) => reset(socket) }, { kind: 'unreachable', message: expect.stringContaining('ECONNRESET') }],
		['an answer that is cut before the image', { whole: (socket) => void socket.end('HTTP/1.1 200 X\r\ncontent-type: image/png\r\ncontent-length: 5000\r\n\r\n') }, { kind: 'unreachable', message: 'the answer ended before the image began' }],
	])('%s is told as what it is', async (_what, behaviour, found) => {
		expect(await probe(await serve(behaviour))).toMatchObject(found);
	});

	it('is told of a host where nobody listens', async () => {
		const server = await rawServer({});
		await server.close();
		expect(await probe(server)).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('ECONNREFUSED') });
	});

	it('is told of a server that takes the call and says nothing, after 5 s', async () => {
		expect(await probe(await serve({}))).toEqual({ kind: 'unreachable', message: 'no answer within 5 s' });
	}, 15_000);

	it('is judged by what came when the answer is cut in the middle', async () => {
		const cut = await serve({ whole: (socket) => void socket.end(Buffer.concat([Buffer.from('HTTP/1.1 200 X\r\ncontent-type: image/png\r\ncontent-length: 5000\r\n\r\n'), png(640, 480)])) });
		expect(await probe(cut)).toMatchObject({ kind: 'image', width: 640, height: 480, bytes: 5000 });
	});
});

describe('redirects', () => {
	it('are followed, also to a relative address, and each host is looked at', async () => {
		const image = await serve(says(200, { 'content-type': 'image/png' }, png(1000, 1500)));
		const first = await serve({ whole: (socket, request) => void socket.end(`HTTP/1.1 301 X\r\nlocation: ${request.startsWith('GET /hat') ? '/moved' : `${image.url}/hat.png`}\r\ncontent-length: 0\r\n\r\n`) });
		expect(await probe(first, '/hat.png', [image])).toMatchObject({ kind: 'image', width: 1000 });
		expect(first.received()).toContain('GET /moved');
		// The same without trust in where it leads: the second host stands in the operator's network.
		expect(await probe(first, '/hat.png')).toEqual({ kind: 'forbidden', message: '127.0.0.1 is not an address of the public internet.' });
		expect(image.connections()).toBe(1);
	});

	it('are followed three times', async () => {
		const turning = await serve(says(302, { location: '/again' }));
		expect(await probe(turning)).toEqual({ kind: 'unreachable', message: 'It redirects more than 3 times.' });
		expect(turning.connections()).toBe(4);
	});
});

describe('an address of the operator\'s own network', () => {
	const untrusting = new UrlGuard();

	it.each(['http://127.0.0.1', 'http://10.0.0.7', 'http://169.254.169.254', 'http://[::1]', 'http://[::ffff:10.0.0.1]', 'http://0.0.0.0', 'http://2130706433'])('%s is not called', async (host) => {
		expect(await probeImage(`${host}/latest/meta-data`, untrusting)).toMatchObject({ kind: 'forbidden', message: expect.stringContaining('is not an address of the public internet') });
	});

	it('is not called by a name either, and the refusal says nothing of deliveries', async () => {
		const server = await serve(says(200, { 'content-type': 'image/png' }, png(1000, 1500)));
		expect(await probeImage(`http://localhost:${server.port}/hat.png`, untrusting)).toEqual({ kind: 'forbidden', message: 'localhost is not an address of the public internet.' });
		expect(server.connections()).toBe(0);
	});

	it('is told nothing when the name leads there after it was looked at', async () => {
		const server = await serve(says(200, { 'content-type': 'image/png' }, png(1000, 1500)));
		const fooled = new UrlGuard();
		// As when the name changes between the lookup and the connection.
		const guard = { refusesHost: () => null, trusts: () => false, admits: (address: string | undefined) => fooled.admits(address), lookup: new UrlGuard([], (_host, _options, answer) => answer(null, [{ address: '93.184.216.34', family: 4 }])).lookup };
		expect(await probeImage(`http://127.0.0.1:${server.port}/hat.png`, guard)).toMatchObject({ kind: 'forbidden', message: expect.stringContaining('127.0.0.1') });
		expect(server.received()).toBe('');
	});
});

describe('with a proxy', () => {
	const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'];
	const before = names.map((name) => [name, process.env[name]] as const);
	beforeEach(() => names.forEach((name) => delete process.env[name]));
	afterEach(() => {
		for (const [name, value] of before) if (value === undefined) delete process.env[name]; else process.env[name] = value;
	});

	it('nobody here can tell, and nobody is called past it', async () => {
		const server = await serve(says(200, { 'content-type': 'image/png' }, png(1000, 1500)));
		process.env.HTTP_PROXY = 'http://127.0.0.1:9';
		expect(await probe(server)).toEqual({ kind: 'unchecked' });
		expect(server.connections()).toBe(0);
		process.env.NO_PROXY = '127.0.0.1';
		expect(await probe(server)).toMatchObject({ kind: 'image' });
	});
});
