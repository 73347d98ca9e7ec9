import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openSource, type Source } from '../../../src/publish/source';
import { uploadDeadlineMs, uploadFile, type UploadForm, type UploadOptions } from '../../../src/publish/upload';
import { Sandbox, type FileSpec } from '../../../src/sandbox';
import { UrlGuard } from '../../../src/webhook/url-guard';
import { compiledSource } from '../../support/compiled';
import { figures } from '../../support/figures';
import { rawServer, reset, type RawBehaviour } from './raw-server';

const MEGABYTE = 1024 * 1024;
const never = new AbortController().signal;
let sandbox: Sandbox;
beforeEach(async () => { sandbox = await Sandbox.start({ seed: 7, mediaProcessMs: 0 }); });
afterEach(() => sandbox.stop());

async function register(): Promise<UploadForm & { id: string }> {
	const { accessToken } = sandbox.control.account('acme');
	const response = await fetch(`${sandbox.url}/media`, { method: 'POST', headers: { authorization: `Bearer ${accessToken}` }, body: '{"media_type":"video"}' });
	const { media_id: id, upload_url: url, upload_parameters: parameters } = await response.json() as { media_id: string; upload_url: string; upload_parameters: Record<string, string> };
	return { id, url, parameters: Object.entries(parameters) };
}

async function source(spec: Partial<FileSpec> = {}): Promise<Source> {
	const { url } = sandbox.control.addFile({ name: 'a.mp4', bytes: 3 * MEGABYTE, ...spec });
	const opened = await openSource(url, new UrlGuard([sandbox.origin]), never);
	if (!opened.ok) throw new Error(opened.failure.facts.message);
	return opened.source;
}

const upload = async (form: UploadForm, options: Partial<UploadOptions> = {}, spec?: Partial<FileSpec>) => uploadFile(form, await source(spec), { signal: never, ...options });
const failure = (code: string, message: RegExp) => ({ ok: false, failure: { code, facts: { message: expect.stringMatching(message) as string } } });

/** Does so a moment after the connection, when the little that is sent here has come. */
const soon = (act: (socket: Socket) => unknown): RawBehaviour => ({ onConnection: (socket) => void setTimeout(() => act(socket), 100) });

/** A storage that breaks the line at any byte. */
async function storage<T>(behaviour: RawBehaviour, act: (form: UploadForm, received: () => string) => Promise<T>): Promise<T> {
	const server = await rawServer(behaviour);
	try {
		return await act({ url: server.url, parameters: [['key', 'a'], ['policy', 'b']] }, server.received);
	} finally {
		await server.close();
	}
}

describe('an upload', () => {
	it('hands the file over as it is, and tells its hash', async () => {
		const form = await register(), whole = Buffer.from(await (await fetch(sandbox.control.addFile({ name: 'a.mp4', bytes: 3 * MEGABYTE }).url)).arrayBuffer());
		const sha256 = createHash('sha256').update(whole).digest('hex');
		expect(await upload(form)).toEqual({ ok: true, sha256, bytes: 3 * MEGABYTE });
		expect(sandbox.control.uploads()).toMatchObject([{ id: form.id, status: 'succeeded', sha256, bytes: 3 * MEGABYTE }]);
	});

	it('sends the fields in their order and the file last, with its whole length and without a token', async () => {
		const sent = await storage(soon((socket) => socket.end('HTTP/1.1 204 X\r\n\r\n')), async (form, received) => {
			await upload({ ...form, parameters: [['key', 'a "b"'], ['x-amz-date', 'now'], ['Content-Type', 'multipart/form-data']] }, {}, { bytes: 500 });
			return received();
		});
		const [head, ...rest] = sent.split('\r\n\r\n'), body = rest.join('\r\n\r\n');
		expect([...body.matchAll(/ name="([^"]*)"/g)].map(([, name]) => name)).toEqual(['key', 'x-amz-date', 'Content-Type', 'file']);
		expect(body).toContain('name="key"\r\n\r\na "b"\r\n--');
		expect(head).toMatch(/content-type: multipart\/form-data; boundary=/i);
		expect(head).toMatch(/content-length: \d+/i);
		expect(head).not.toMatch(/authorization|transfer-encoding/i);
		expect(body).toMatch(/; filename="video.mp4"\r\nContent-Type: video\/mp4\r\n\r\n/);
	});

	it.each([200, 201, 204])('is done when storage answers %i', async (status) => {
		const answered = await storage(soon((socket) => socket.end(`HTTP/1.1 ${status} X\r\ncontent-length: 0\r\n\r\n`)), (form) => upload(form, {}, { bytes: 500 }));
		expect(answered).toMatchObject({ ok: true, bytes: 500 });
	});

	it('of 200 MB takes no more memory than what is on its way', async () => {
		const { dir, remove } = await compiledSource();
		const form = await register();
		const { url } = sandbox.control.addFile({ name: 'large.mp4', bytes: 200 * MEGABYTE });
		try {
			const { stdout } = await promisify(execFile)(process.execPath, [join(__dirname, '../../support/upload-program.mjs'), dir, url, JSON.stringify(form)]);
			const { peakBytes, sha256 } = JSON.parse(stdout) as { peakBytes: number; sha256: string };
			figures('200 MB handed on', { 'MB above idle': (peakBytes / MEGABYTE).toFixed(1) });
			expect(sandbox.control.uploads()).toMatchObject([{ sha256, bytes: 200 * MEGABYTE }]);
			// The bound of a worker with a video; what V8 has not collected yet is in it.
			expect(peakBytes).toBeLessThan(150 * MEGABYTE);
		} finally {
			await remove();
		}
	}, 120_000);
});

describe('an upload that comes to nothing', () => {
	it('says what storage said against it, and nothing else of what it answers', async () => {
		const form = await register();
		expect(await upload({ ...form, parameters: form.parameters.map(([name, value]) => [name, name === 'policy' ? 'x' : value]) })).toMatchObject(failure('upload_refused', /^Status 403: SignatureDoesNotMatch The signature/));
		sandbox.control.setMedia({ expireMs: 1 });
		expect(await upload(await register())).toMatchObject(failure('upload_refused', /AccessDenied .*Policy expired/));
		const xml = '<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code><Message>No.</Message><AWSAccessKeyId>AKIASECRET</AWSAccessKeyId><StringToSign>hidden</StringToSign></Error>';
		const told = await storage(soon((socket) => socket.end(`HTTP/1.1 403 X\r\ncontent-length: ${xml.length}\r\n\r\n${xml}`)), (to) => upload(to, {}, { bytes: 500 }));
		expect(told).toMatchObject(failure('upload_refused', /^Status 403: SignatureDoesNotMatch No.$/));
	});

	it('says that the file is too large when storage does', async () => {
		const small = await Sandbox.start({ seed: 7, maxUploadBytes: 1000 });
		const { url } = sandbox.control.addFile({ name: 'b.mp4', bytes: 2000 });
		const response = await fetch(`${small.url}/media`, { method: 'POST', headers: { authorization: `Bearer ${small.control.account('acme').accessToken}` }, body: '{"media_type":"video"}' });
		const registered = await response.json() as { upload_url: string; upload_parameters: Record<string, string> };
		const opened = await openSource(url, new UrlGuard([sandbox.origin]), never);
		if (!opened.ok) throw new Error('It opens.');
		expect(await uploadFile({ url: registered.upload_url, parameters: Object.entries(registered.upload_parameters) }, opened.source, { signal: never })).toMatchObject(failure('video_too_large', /EntityTooLarge/));
		await small.stop();
	});

	it.each<[string, RawBehaviour, string, RegExp]>([
		['resets the line', soon(reset), 'media_call_failed', /ECONNRESET|EPIPE/],
		['closes it without an answer', soon((socket) => socket.end()), 'media_call_failed', /without an answer|socket hang up/],
		['refuses while the file is on its way', soon((socket) => socket.write('HTTP/1.1 403 X\r\ncontent-length: 2\r\n\r\nno')), 'upload_refused', /Status 403/],
		['takes it before it is whole', soon((socket) => socket.write('HTTP/1.1 204 X\r\n\r\n')), 'media_call_failed', /before the file was whole/],
		['has a fault', soon((socket) => socket.write('HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n')), 'media_call_failed', /Status 503/],
		['redirects', soon((socket) => socket.write('HTTP/1.1 307 X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n')), 'upload_refused', /Status 307/],
	])('when storage %s', async (_how, behaviour, code, message) => {
		expect(await storage(behaviour, (form) => upload(form, {}, { bytes: MEGABYTE, bytesPerSecond: MEGABYTE }))).toMatchObject(failure(code, message));
	});

	it('when nobody listens there', async () => {
		const form = await storage({}, (given) => Promise.resolve(given));
		expect(await upload(form)).toMatchObject(failure('network_unreachable', /ECONNREFUSED/));
	});

	it('is the address\'s failure when that ends the file, and storage keeps nothing', async () => {
		expect(await upload(await register(), {}, { cutAt: 2 * MEGABYTE })).toMatchObject(failure('video_unreachable', /ended the file after 2.0 MB of 3.0 MB/));
		expect(sandbox.control.uploads()).toMatchObject([{ status: 'registered', sha256: null }]);
	});

	it('ends when its time is over, also when the address gives nothing just then', async () => {
		expect(await upload(await register(), { deadlineMs: 200 }, { bytesPerSecond: 300_000 })).toMatchObject(failure('media_call_failed', /took too long/));
		expect([uploadDeadlineMs(0), uploadDeadlineMs(256 * 1024 * 60), uploadDeadlineMs(2 * 1024 ** 3)]).toEqual([60_000, 120_000, 2 * 3_600_000]);
	});

	it('ends at once when it is told to, on both sides', async () => {
		const stop = new AbortController(), startedAt = performance.now();
		const uploading = upload(await register(), { signal: stop.signal }, { bytesPerSecond: 300_000 });
		setTimeout(() => stop.abort(), 200);
		expect(await uploading).toMatchObject({ ok: false });
		expect(performance.now() - startedAt).toBeLessThan(3000);
		while (sandbox.control.calls().items.some(({ ms }) => ms === null) && performance.now() - startedAt < 5000) await new Promise(setImmediate);
		expect(sandbox.control.calls().items.map(({ operation, aborted }) => [operation, aborted])).toEqual([['registerMedia', false], ['getFile', true], ['uploadFile', true]]);
	});
});
