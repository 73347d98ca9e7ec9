import dns from 'node:dns';
import net from 'node:net';
import { Writable } from 'node:stream';
import { callAtOnce, prepare, type CallEnd, type CallRequest, type PreparedCall } from '../../../src/publish/https-call';
import { CERTIFICATE } from '../../support/certificate';
import { answer, rawServer, reset, serving, type RawBehaviour, type RawServer } from './raw-server';

const serve = serving();

function post(url: string, more: Partial<CallRequest> = {}): CallRequest {
	return { method: 'POST', url: `${url}/v5/pins`, headers: { 'x-test': 'yes' }, body: Buffer.from('{"a":1}'), maxBytes: 1000, ca: CERTIFICATE, ...more };
}

async function sent(request: CallRequest, deadlineMs = 300): Promise<CallEnd> {
	const call = await prepare(request, 300);
	return call.kind === 'fault' ? call : call.send({ before: () => true, deadlineMs });
}

async function prepared(request: CallRequest): Promise<PreparedCall> {
	const call = await prepare(request, 300);
	if (call.kind === 'fault') throw new Error(`not prepared: ${call.message}`);
	return call;
}

/** Nothing happens in this process for so long, as when it is stopped. */
function freeze(ms: number): void {
	for (const until = performance.now() + ms; performance.now() < until;);
}

/** A port on which nobody listens. */
async function deadPort(): Promise<number> {
	const server = await rawServer({});
	await server.close();
	return server.port;
}

describe.each([{ secure: false }, { secure: true }])('a call (TLS: $secure)', ({ secure }) => {
	it('brings back status, headers and body of a whole answer', async () => {
		const server = await serve({ whole: (s) => s.end(answer(201, '{"id":"1"}', 'x-pinterest-rid: 77\r\n')) }, secure);
		const end = await sent(post(server.url));
		expect(end).toMatchObject({ kind: 'answer', status: 201, complete: true, headers: { 'x-pinterest-rid': '77' } });
		expect(end.kind === 'answer' && end.body.toString()).toBe('{"id":"1"}');
		expect(server.received()).toMatch(/^POST \/v5\/pins HTTP\/1.1\r\n[^]*content-length: 7\r\n[^]*\r\n\r\n\{"a":1\}$/i);
	});

	it('writes nothing before it is told to send', async () => {
		const server = await serve({ whole: (s) => s.end(answer(200, '{}')) }, secure);
		const call = await prepared(post(server.url));
		await new Promise((resolve) => setTimeout(resolve, 30));
		expect(server.received()).toBe('');
		await expect(call.send({ before: () => true, deadlineMs: 300 })).resolves.toMatchObject({ kind: 'answer', status: 200 });
	});

	it('writes in the same breath in which it asked: not even a microtask comes between', async () => {
		const server = await serve({ whole: (s) => s.end(answer(201, '{}')) }, secure);
		const call = await prepared(post(server.url));
		const order: string[] = [];
		const write = jest.spyOn(net.Socket.prototype, 'write').mockImplementationOnce(function (this: net.Socket, ...args: unknown[]) {
			order.push('written');
			return Writable.prototype.write.apply(this, args as never);
		});
		const end = call.send({ before: () => (queueMicrotask(() => order.push('microtask')), true), deadlineMs: 300 });
		expect(order).toEqual(['written']);
		write.mockRestore();
		await end;
		expect(order).toEqual(['written', 'microtask']);
	});

	it('writes nothing when the check refuses', async () => {
		const server = await serve({}, secure);
		const call = await prepared(post(server.url));
		const end = await call.send({ before: () => false, deadlineMs: 300 });
		expect(end).toMatchObject({ kind: 'fault', reached: 'connected', code: 'send_refused' });
		await new Promise((resolve) => setTimeout(resolve, 30));
		expect(server.received()).toBe('');
	});

	it('writes nothing and asks no check when the connection ended before the send', async () => {
		const server = await serve({ onConnection: (s) => void setTimeout(() => s.destroy(), 10) }, secure);
		const call = await prepared(post(server.url));
		await new Promise((resolve) => setTimeout(resolve, 60));
		const before = jest.fn(() => true);
		const end = await call.send({ before, deadlineMs: 300 });
		expect(end).toMatchObject({ kind: 'fault', reached: 'connected' });
		expect(before).not.toHaveBeenCalled();
		expect(server.received()).toBe('');
	});

	it('writes nothing when it is abandoned', async () => {
		const server = await serve({}, secure);
		const call = await prepared(post(server.url));
		call.abandon();
		await expect(call.send({ before: () => true, deadlineMs: 300 })).resolves.toMatchObject({ reached: 'connected', code: 'abandoned' });
		expect(server.received()).toBe('');
	});

	const afterTheRequest: { fault: string; does: RawBehaviour; end: object }[] = [
		{ fault: 'a reset', does: { whole: (s) => reset(s) }, end: { kind: 'fault', reached: 'sent', code: 'ECONNRESET' } },
		{ fault: 'an end without an answer', does: { whole: (s) => s.end() }, end: { kind: 'fault', reached: 'sent', code: 'ECONNRESET' } },
		{ fault: 'silence', does: {}, end: { kind: 'fault', reached: 'sent', code: 'response_timeout' } },
		{ fault: 'half a status line', does: { whole: (s) => s.end('HTTP/1.1 20') }, end: { kind: 'fault', reached: 'sent' } },
		{ fault: 'half of the headers, then silence', does: { whole: (s) => s.write('HTTP/1.1 201 X\r\ncontent-le') }, end: { kind: 'fault', reached: 'sent', code: 'response_timeout' } },
		{ fault: 'something that is not HTTP', does: { whole: (s) => s.end('SSH-2.0-OpenSSH\r\n') }, end: { kind: 'fault', reached: 'sent', code: 'HPE_INVALID_CONSTANT' } },
		{ fault: 'a cut body', does: { whole: (s) => s.end('HTTP/1.1 201 X\r\ncontent-length: 50\r\n\r\n{"id"') }, end: { kind: 'answer', status: 201, complete: false } },
		{ fault: 'a reset in the body', does: { whole: (s) => s.write('HTTP/1.1 201 X\r\ncontent-length: 50\r\n\r\n{', () => setTimeout(() => reset(s), 20)) }, end: { kind: 'answer', status: 201, complete: false } },
		{ fault: 'a body slower than the deadline', does: { whole: (s) => s.write('HTTP/1.1 201 X\r\ncontent-length: 50\r\n\r\n{') }, end: { kind: 'answer', status: 201, complete: false } },
		{ fault: 'a body longer than allowed', does: { whole: (s) => s.end(answer(201, 'x'.repeat(1001))) }, end: { kind: 'answer', status: 201, complete: false } },
		{ fault: 'a redirect', does: { whole: (s) => s.end(answer(302, '', 'location: /elsewhere\r\n')) }, end: { kind: 'answer', status: 302, complete: true } },
		{ fault: 'a 100 before the answer', does: { whole: (s) => s.end(`HTTP/1.1 100 Continue\r\n\r\n${answer(201, '{}')}`) }, end: { kind: 'answer', status: 201, complete: true } },
		{ fault: 'an answer of unknown length that ends', does: { whole: (s) => s.end('HTTP/1.1 201 X\r\nconnection: close\r\n\r\n{"id":"1"}') }, end: { kind: 'answer', status: 201, complete: true } },
	];
	it.each(afterTheRequest)('has sent, after $fault', async ({ does, end }) => {
		const server = await serve(does, secure);
		await expect(sent(post(server.url))).resolves.toMatchObject(end);
		expect(server.connections()).toBe(1);
	});

	it('has sent when the line is reset amid a body that is still leaving', async () => {
		const server = await serve({ onConnection: (s) => void s.once('data', () => reset(s)) }, secure);
		const end = await sent(post(server.url, { body: Buffer.alloc(8_000_000, 65) }), 2000);
		expect(end).toMatchObject({ kind: 'fault', reached: 'sent' });
	});

	it('lets nothing of a body leave once the deadline has passed', async () => {
		const server = await serve({ onConnection: (s) => void s.once('data', () => s.pause()) }, secure);
		const call = await prepared(post(server.url, { body: Buffer.alloc(30_000_000, 65) }));
		const order: string[] = [];
		const end = call.send({ before: () => true, deadlineMs: 300 }).then(() => order.push('ended'));
		await new Promise((resolve) => setTimeout(resolve, 100));
		// All is over while the process stands still; this timer is the first of those that are due then.
		const turned = new Promise<void>((resolve) => setTimeout(() => setImmediate(() => resolve(void order.push('the loop turned'))), 0));
		freeze(400);
		await Promise.all([end, turned]);
		expect(order).toEqual(['ended', 'the loop turned']);
	});

	it('keeps an answer that came in time while the process was frozen past the deadline', async () => {
		const whole = (socket: net.Socket): void => {
			socket.end(answer(201, '{"id":"1"}'));
			freeze(100); // server and client share this process: the answer waits in the kernel meanwhile
		};
		const server = await serve({ whole }, secure);
		await expect(sent(post(server.url), 60)).resolves.toMatchObject({ kind: 'answer', status: 201, complete: true });
	});
});

describe('a call that reaches nobody', () => {
	it('has reached nothing when the connection is refused', async () => {
		const end = await sent(post(`http://127.0.0.1:${await deadPort()}`));
		expect(end).toMatchObject({ kind: 'fault', reached: 'nothing', code: 'ECONNREFUSED', syscall: 'connect' });
	});

	it('says why when every address of a name refuses', async () => {
		const port = await deadPort();
		const all = [{ address: '127.0.0.1', family: 4 }, { address: '127.0.0.2', family: 4 }, { address: '::1', family: 6 }];
		const lookup = jest.spyOn(dns, 'lookup').mockImplementation(((_name: string, _options: object, done: (error: null, addresses: object[]) => void) => {
			done(null, all);
		}) as never);
		const end = await sent(post(`http://many.example:${port}`));
		lookup.mockRestore();
		expect(end).toMatchObject({ kind: 'fault', reached: 'nothing', code: 'ECONNREFUSED', syscall: 'connect', message: expect.stringContaining('connect ECONNREFUSED') });
	});

	it('has reached nothing when the name is unknown', async () => {
		const end = await sent(post('http://no-such-host.invalid'), 300);
		expect(end).toMatchObject({ kind: 'fault', reached: 'nothing' });
	});

	it.each([
		{ fault: 'a reset', does: { onConnection: reset }, code: 'ECONNRESET' },
		{ fault: 'no TLS at the other end', does: { onConnection: (s: net.Socket) => s.end('HTTP/1.1 400 X\r\n\r\n') }, code: expect.stringMatching(/^(ERR_SSL|EPROTO)/) },
		{ fault: 'silence', does: {}, code: 'connect_timeout' },
	])('has reached nothing when TLS meets $fault', async ({ does, code }) => {
		const server = await serve(does);
		const end = await sent(post(server.url.replace('http:', 'https:')));
		expect(end).toMatchObject({ kind: 'fault', reached: 'nothing', code });
	});

	it('has reached nothing, and written nothing, when the certificate is not trusted', async () => {
		const server = await serve({}, true);
		const end = await sent(post(server.url, { ca: undefined }));
		expect(end).toMatchObject({ kind: 'fault', reached: 'nothing', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
		expect(server.received()).toBe('');
	});

	it.each([
		{ what: 'URL', request: { url: 'nonsense' } },
		{ what: 'protocol', request: { url: 'ftp://127.0.0.1/' } },
		{ what: 'header', request: { headers: { authorization: 'Bearer secret\nvalue' } } },
	])('has reached nothing, and names no secret, when Node refuses the $what', async ({ request }) => {
		const end = await sent({ ...post('http://127.0.0.1:1'), ...request });
		expect(end).toMatchObject({ kind: 'fault', reached: 'nothing' });
		expect(JSON.stringify(end)).not.toContain('secret');
	});
});

describe('a call through a proxy', () => {
	const saved = { ...process.env };
	afterEach(() => {
		process.env = { ...saved };
	});
	const through = (url: string, noProxy = '') => {
		Object.assign(process.env, { HTTPS_PROXY: url, HTTP_PROXY: url, NO_PROXY: noProxy });
		for (const name of ['https_proxy', 'http_proxy', 'no_proxy']) delete process.env[name];
	};

	/** A proxy that connects where CONNECT says. */
	function tunnel(): Promise<RawServer> {
		return serve({
			onConnection: (client) => void client.once('data', (head) => {
				const [, host, port] = /^CONNECT ([^:]+):(\d+)/.exec(head.toString()) ?? [];
				const target = net.connect(Number(port), host, () => {
					client.write('HTTP/1.1 200 OK\r\n\r\n');
					client.pipe(target).pipe(client);
				});
				for (const [one, other] of [[client, target], [target, client]] as const) {
					one.on('error', () => other.destroy());
					one.on('close', () => other.destroy());
				}
			}),
		});
	}

	it.each([{ secure: false }, { secure: true }])('sends through the tunnel (TLS: $secure)', async ({ secure }) => {
		const server = await serve({ whole: (s) => s.end(answer(201, '{"id":"1"}')) }, secure);
		const proxy = await tunnel();
		through(`http://user:pass@127.0.0.1:${proxy.port}`);
		await expect(sent(post(server.url))).resolves.toMatchObject({ kind: 'answer', status: 201, complete: true });
		expect(proxy.received()).toContain(`CONNECT 127.0.0.1:${server.port}`);
		expect(proxy.received()).toContain(`Proxy-Authorization: Basic ${Buffer.from('user:pass').toString('base64')}`);
		expect(proxy.received().includes('POST')).toBe(!secure);
	});

	it('has sent when the tunnel breaks after the request', async () => {
		const server = await serve({ whole: (s) => reset(s) }, true);
		through(`http://127.0.0.1:${(await tunnel()).port}`);
		await expect(sent(post(server.url))).resolves.toMatchObject({ kind: 'fault', reached: 'sent' });
	});

	it.each([
		{ fault: 'refuses', does: { whole: (s: net.Socket) => s.end(answer(407, 'who are you')) }, code: 'proxy_refused' },
		{ fault: 'hangs', does: {}, code: 'connect_timeout' },
		{ fault: 'hangs up', does: { whole: (s: net.Socket) => s.end() }, code: expect.any(String) },
		{ fault: 'talks nonsense', does: { whole: (s: net.Socket) => s.end('nonsense\r\n\r\n') }, code: 'proxy_refused' },
	])('has reached nothing when the proxy $fault', async ({ does, code }) => {
		const server = await serve({});
		for (const url of [server.url, server.url.replace('http:', 'https:')]) {
			const proxy = await serve(does);
			through(`http://user:pass@127.0.0.1:${proxy.port}`);
			const end = await sent(post(url));
			expect(end).toMatchObject({ kind: 'fault', reached: 'nothing', code });
			expect(JSON.stringify(end)).not.toContain('pass');
		}
		expect(server.connections()).toBe(0);
	});

	it('has reached nothing when the proxy is away or its address is no URL', async () => {
		const server = await serve({});
		for (const url of [`http://127.0.0.1:${await deadPort()}`, 'http://user:pass@:80:80']) {
			through(url);
			const end = await sent(post(server.url));
			expect(end).toMatchObject({ kind: 'fault', reached: 'nothing' });
			expect(JSON.stringify(end)).not.toContain('pass');
		}
	});

	it('goes past the proxy for hosts of NO_PROXY', async () => {
		const server = await serve({ whole: (s) => s.end(answer(200, '{}')) });
		through(`http://127.0.0.1:${await deadPort()}`, '127.0.0.1');
		await expect(sent(post(server.url))).resolves.toMatchObject({ kind: 'answer', status: 200 });
	});
});

it('reads within one deadline for connecting and answering', async () => {
	const server = await serve({});
	const request: CallRequest = { method: 'GET', url: server.url, headers: {}, maxBytes: 1000 };
	await expect(callAtOnce(request, 100)).resolves.toMatchObject({ kind: 'fault', reached: 'sent', code: 'response_timeout' });
});
