import { createHash } from 'node:crypto';
import { aClock, jpeg, talk, World, type Json } from './client';

const clock = aClock();
const MP4 = Buffer.from('\0\0\0\x18ftypmp42 and more');
let world: World;
beforeEach(async () => {
	world = await World.start({ now: clock.now, mediaProcessMs: 0, maxUploadBytes: 1000 });
});
afterEach(() => world.stop());

const register = async (): Promise<Json> => (await world.call('POST', '/v5/media', { media_type: 'video' })).body;

async function upload(media: Json, file: Buffer, type?: string): Promise<[status: number, text: string]> {
	const form = new FormData();
	for (const [name, value] of Object.entries(media.upload_parameters)) form.set(name, String(value));
	form.set('file', new Blob([new Uint8Array(file)]), 'a.mp4');
	const response = await fetch(media.upload_url, { method: 'POST', body: form, ...(type && { headers: { 'content-type': type } }) });
	return [response.status, await response.text()];
}

async function uploaded(): Promise<string> {
	const media = await register();
	expect(await upload(media, MP4)).toEqual([204, '']);
	return media.media_id as string;
}

describe('the bucket', () => {
	it('refuses a file that is too large, a form whose time is over, and what is no form', async () => {
		expect(await upload(await register(), Buffer.alloc(1001))).toEqual([400, expect.stringContaining('<Code>EntityTooLarge</Code>')]);
		world.control.setMedia({ expireMs: 60_000 });
		const media = await register();
		clock.move(60_000);
		expect(await upload(media, MP4)).toEqual([403, expect.stringContaining('Policy expired')]);
		expect(await upload(await register(), MP4, 'multipart/form-data; boundary=other')).toEqual([400, expect.stringContaining('<Code>MalformedPOSTRequest</Code>')]);
		expect(world.control.uploads().map(({ status }) => status)).toEqual(['registered', 'registered', 'registered']);
	});

	it('refuses a body without its length, or that ends before its form does', async () => {
		const head = 'POST /upload HTTP/1.1\r\nHost: s3\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=x\r\n';
		const body = '--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc\r\n--x--\r\n';
		const chunked = await talk(world.sandbox.port, `${head}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
		expect(chunked.text).toMatch(/^HTTP\/1.1 411 [\s\S]*<Code>MissingContentLength/);
		expect((await talk(world.sandbox.port, `${head}Content-Length: ${body.length - 10}\r\n\r\n${body.slice(0, -10)}`)).text).toMatch(/^HTTP\/1.1 400 [\s\S]*MalformedPOSTRequest/);
	});

	it('says in the ledger which upload and which cover a Pin was made of, and of an upload which Pins', async () => {
		const id = await uploaded();
		const covers = [{ cover_image_key_frame_time: 3 }, { cover_image_url: 'https://a.example/c.jpg' }, { cover_image_data: jpeg, cover_image_content_type: 'image/jpeg' }];
		for (const cover of covers) expect((await world.post({ media_source: { source_type: 'video_id', media_id: id, ...cover } })).status).toBe(201);
		const pins = world.control.pins().items;
		expect(pins.map(({ mediaId, cover }) => [mediaId, cover])).toEqual([[id, 'frame:3'], [id, 'https://a.example/c.jpg'], [id, expect.stringMatching(/^sha256:/)]]);
		const sha256 = createHash('sha256').update(MP4).digest('hex');
		expect(world.control.uploads()).toEqual([{ id, account: 'shop', status: 'succeeded', sha256, bytes: MP4.length, usedBy: pins.map((pin) => pin.id) }]);
		expect(pins[0]!.mediaSha256).toBe(sha256);
		expect((await world.get('/_sandbox/media')).body).toHaveLength(1);
	});
});

describe('a file', () => {
	const file = async (spec: object): Promise<string> => (await world.call('POST', '/_sandbox/files', spec)).body.url as string;
	const load = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());

	it('is a video of the wished length, the same each time and another under another name', async () => {
		const url = await file({ name: 'a.mp4', bytes: 200_000 });
		const response = await fetch(url), [first, again, other] = [await load(url), await load(url), await load(await file({ name: 'b.mp4', bytes: 200_000 }))];
		expect([response.headers.get('content-type'), response.headers.get('content-length')]).toEqual(['video/mp4', '200000']);
		expect([first.length, first.toString('latin1', 4, 8), first.equals(again), first.equals(other)]).toEqual([200_000, 'ftyp', true, false]);
		expect((await load(await file({ name: 'a.jpg', bytes: 100, contentType: 'image/jpeg' }))).subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
		expect(world.control.calls({ operation: 'getFile' }).items).toHaveLength(5);
		expect((await fetch(`${world.sandbox.origin}/files/none.mp4`)).status).toBe(404);
	});

	it('meets its trouble as often as it was told', async () => {
		const url = await file({ name: 'a.mp4', bytes: 100_000, cutAt: 70_000, times: 1 });
		await expect(load(url)).rejects.toThrow('terminated');
		expect(await load(url)).toHaveLength(100_000);
		expect((await fetch(await file({ name: 'b.mp4', bytes: 10, status: 503 }))).status).toBe(503);
		expect((await fetch(await file({ name: 'c.mp4', bytes: 10, noLength: true }))).headers.get('content-length')).toBeNull();
	});

	it('comes as slowly as it was told', async () => {
		const startedAt = performance.now();
		expect(await load(await file({ name: 'a.mp4', bytes: 30_000, bytesPerSecond: 100_000 }))).toHaveLength(30_000);
		expect(performance.now() - startedAt).toBeGreaterThan(250);
	});

	it('is made with a sentence on what is wrong', async () => {
		expect(await world.call('POST', '/_sandbox/files', { name: '../a', bytes: 1 })).toMatchObject({ status: 400, body: { message: expect.stringContaining('/name') } });
	});
});
