import { createHash } from 'node:crypto';
import type { Media } from '../../../src/job/job';
import { asFiles } from '../../../src/publish/as-files';
import { UrlGuard } from '../../../src/webhook/url-guard';
import { aPng } from '../../support/image';
import { serving, type RawBehaviour, type RawServer } from './raw-server';

const serve = serving();

const head = (status: number, headers: Record<string, string | number>) => `HTTP/1.1 ${status} X\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
const says = (status: number, body: Buffer, headers: Record<string, string | number> = {}): RawBehaviour => ({ whole: (socket) => void socket.end(Buffer.concat([Buffer.from(head(status, { 'content-length': body.length, ...headers })), body])) });
const at = (server: RawServer, path = '/hat.png') => ({ kind: 'image_url' as const, url: `${server.url}${path}` });
const guardOf = (...trusted: RawServer[]) => new UrlGuard(trusted.map(({ url }) => url));
const carousel = (...images: ReturnType<typeof at>[]): Media => ({ kind: 'carousel', cards: images.map((image, n) => ({ image, title: `Side ${n}`, description: null, link: null })) });
const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const LIMITS = { loadMs: 20_000, maxBytes: 100_000 };

it('puts the bytes of an image in place of its address', async () => {
	const png = Buffer.concat([aPng(), Buffer.alloc(50_000, 7)]);
	const server = await serve(says(200, png, { 'content-type': 'application/octet-stream' }));
	const loaded = await asFiles(at(server), guardOf(server), LIMITS);
	expect(loaded).toEqual({ ok: true, media: { kind: 'image_base64', sha256: sha(png), contentType: 'image/png', bytes: png.length }, kept: new Map([[sha(png), png]]) });
	expect(server.received()).toMatch(/accept: image\/jpeg, image\/png/i);
	expect(server.received()).not.toMatch(/authorization|cookie/i);
});

it('does so with each image of a carousel, once an address, and leaves its texts', async () => {
	const front = aPng({ mark: 1 }), back = aPng({ mark: 2 });
	const server = await serve({ whole: (socket, request) => says(200, request.includes('/front') ? front : back).whole!(socket, request) });
	const loaded = await asFiles(carousel(at(server, '/front.png'), at(server, '/back.png'), at(server, '/front.png')), guardOf(server), LIMITS);
	if (!loaded.ok || loaded.media.kind !== 'carousel') throw new Error('It is no carousel.');
	expect(loaded.media.cards).toMatchObject([front, back, front].map((bytes, n) => ({ image: { kind: 'image_base64', sha256: sha(bytes) }, title: `Side ${n}` })));
	expect([...loaded.kept.keys()]).toEqual([sha(front), sha(back)]);
	expect(server.connections()).toBe(2);
});

it.each<[string, RawBehaviour, string | RegExp]>([
	['is gone', says(404, Buffer.alloc(0)), /^127\.0\.0\.1:\d+ answered 404\.$/],
	['is a page', says(200, Buffer.from('<!doctype html><p>')), 'The file is a web page, not an image.'],
	['is of a type that Pinterest takes by its address only', says(200, Buffer.from('GIF89a\x10\x10\x10\x10 and so on')), /GIF/],
	['is too small', says(200, aPng({ width: 99 })), 'The image has 99 x 1500 pixels.'],
	['says that it is too large', says(200, aPng(), { 'content-length': 100_001 }), /gives more than 0\.1 MB\.$/],
	['is cut', says(200, aPng(), { 'content-length': 5000 }), /ended the file early\.$/],
	['is a redirect to nowhere', says(302, Buffer.alloc(0), { location: 'http://[' }), 'It redirects to no address.'],
])('says why when what stands there %s', async (_what, behaviour, message) => {
	const server = await serve(behaviour);
	const loaded = await asFiles(at(server), guardOf(server), LIMITS);
	expect(loaded).toEqual({ ok: false, message: typeof message === 'string' ? message : expect.stringMatching(message) });
});

it('stops reading what is larger than it may be, whatever the server says of it', async () => {
	let written = 0;
	const server = await serve({
		whole: (socket) => {
			socket.write(head(200, {}));
			socket.write(aPng());
			const more = (): void => {
				for (; !socket.destroyed && socket.writable && written < 500_000_000; written += 65_536) if (!socket.write(Buffer.alloc(65_536))) return void socket.once('drain', more);
			};
			more();
		},
	});
	expect(await asFiles(at(server), guardOf(server), LIMITS)).toMatchObject({ ok: false, message: expect.stringMatching(/gives more than 0\.1 MB\.$/) as string });
	expect(written).toBeLessThan(50_000_000);
});

it('counts all images of a carousel together, each as often as it is sent', async () => {
	const server = await serve(says(200, Buffer.concat([aPng(), Buffer.alloc(40_000)])));
	expect(await asFiles(carousel(at(server), at(server)), guardOf(server), LIMITS)).toMatchObject({ ok: true });
	expect(await asFiles(carousel(at(server), at(server), at(server)), guardOf(server), LIMITS)).toEqual({ ok: false, message: 'The images have more than 0.1 MB together.' });
});

it('waits no longer than it may', async () => {
	const server = await serve({ whole: (socket) => void socket.write(Buffer.concat([Buffer.from(head(200, { 'content-length': 5000 })), aPng()])) });
	expect(await asFiles(at(server), guardOf(server), { ...LIMITS, loadMs: 200 })).toEqual({ ok: false, message: expect.stringMatching(/took too long\.$/) as string });
});

it('goes nowhere inside the operator\'s network, by address, name or redirect', async () => {
	const inside = await serve(says(200, aPng())), outside = await serve(says(302, Buffer.alloc(0), { location: `${inside.url}/hat.png` }));
	for (const [image, guard] of [[at(inside), guardOf()], [at(outside), guardOf(outside)], [{ kind: 'image_url' as const, url: `http://localhost:${inside.port}/hat.png` }, guardOf()]] as const) {
		expect(await asFiles(image, guard, LIMITS)).toEqual({ ok: false, message: expect.stringContaining('is not an address of the public internet') as string });
	}
	expect(inside.connections()).toBe(0);
});
