import { aClock, jpeg, World, type Json } from './client';

let world: World;
beforeAll(async () => {
	world = await World.start({ rates: { orgWrite: null } });
});
afterAll(() => world.stop());

const image = (url: string) => ({ media_source: { source_type: 'image_url', url } });

it('makes a Pin and shows it as Pinterest does', async () => {
	const made = await world.post({ alt_text: 'Two sandals', board_section_id: world.shop.boards[0]!.sections[0]!.id });
	expect(made).toMatchObject({ status: 201, body: { title: 'Sandals', link: 'https://example.com/sandals', alt_text: 'Two sandals', board_id: world.board } });
	expect(made.body.id).toMatch(/^\d+$/);
	expect(made.body.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
	expect(made.headers.get('x-pinterest-rid')).toMatch(/^\d+$/);
	expect(await world.get(`/v5/pins/${made.body.id}`)).toMatchObject({ status: 200, body: { id: made.body.id } });
});

it.each([
	['no board', { board_id: undefined }, "'board_id' is a required property"],
	['no media', { media_source: undefined }, "'media_source' is a required property"],
	['a board name', { board_id: 'summer' }, "Invalid request: 'summer' does not match '^\\d+$'"],
	['a long title', { title: 'x'.repeat(101) }, 'constraint: maxLength=100'],
	['a long description', { description: 'x'.repeat(801) }, 'constraint: maxLength=800'],
	['a long alt text', { alt_text: 'x'.repeat(501) }, 'constraint: maxLength=500'],
	['a long link', { link: `https://example.com/${'x'.repeat(2048)}` }, 'constraint: maxLength=2048'],
	['an unknown source', { media_source: { source_type: 'pigeon' } }, "'pigeon' is not one of ['image_url'"],
	['a source without URL', { media_source: { source_type: 'image_url' } }, "'url' is a required property"],
	['a GIF', { media_source: { source_type: 'image_base64', content_type: 'image/gif', data: jpeg } }, "'image/gif' is not one of"],
	['six images', { media_source: { source_type: 'multiple_image_urls', items: Array(6).fill({ url: 'https://a.example/1.jpg' }) } }, 'constraint: maxItems=5'],
	['one of several images', { media_source: { source_type: 'multiple_image_urls', items: [{ url: 'https://a.example/1.jpg' }] } }, 'constraint: minItems=2'],
])('refuses %s with the words of a schema check', async (_what, change, words) => {
	const { status, body } = await world.post(change);
	expect({ status, ...body }).toMatchObject({ status: 'failure', code: 1, message: expect.stringContaining(words) });
	expect(status).toBe(400);
});

it.each([
	['a board that is not there', { board_id: '99' }, 404, 40],
	['a section that is not there', { board_section_id: '99' }, 404, 2031],
	['a broken image', image('https://a.example/broken.jpg'), 403, 235],
	['a small image', image('https://a.example/too-small.png'), 403, 233],
	['an image that cannot be fetched', image('https://unreachable.example/a.jpg'), 400, 1],
	['an image that Pinterest stumbles over', image('https://a.example/our-end.jpg'), 400, 2787],
	['bytes that are no JPEG', { media_source: { source_type: 'image_base64', content_type: 'image/png', data: jpeg } }, 403, 235],
	['a link without scheme', { link: 'example.com' }, 400, 1],
	['a shortened link', { link: 'https://bit.ly/x' }, 403, 4],
	['a video nobody uploaded', { media_source: { source_type: 'video_id', media_id: '5' } }, 404, 404],
])('refuses %s', async (_what, change, status, code) => {
	expect(await world.post(change)).toMatchObject({ status, body: { code } });
});

it('refuses a board of another account, and its reads', async () => {
	const foreign = world.control.account('other').boards[0]!.id;
	expect(await world.post({ board_id: foreign })).toMatchObject({ status: 403, body: { code: 29 } });
	expect(await world.get(`/v5/boards/${foreign}/pins`)).toMatchObject({ status: 403, body: { code: 403 } });
});

it('takes JPEG bytes and keeps their hash', async () => {
	const made = await world.post({ media_source: { source_type: 'image_base64', content_type: 'image/jpeg', data: jpeg } });
	const pin = world.control.pins().items.find(({ id }) => id === made.body.id)!;
	expect(pin).toMatchObject({ mediaKind: 'image_base64', mediaSha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
});

it('knows of images what it was told, for as often as it was told', async () => {
	const url = 'https://cdn.example.com/soon.jpg';
	world.control.setImage(url, 'unreachable', 1);
	expect((await world.post(image(url))).body.message).toContain('Unable to reach the URL');
	expect((await world.post(image(url))).status).toBe(201);
});

it('shows a carousel as one, and refuses images of two sizes', async () => {
	const carousel = (...urls: string[]) => ({ media_source: { source_type: 'multiple_image_urls', items: urls.map((url) => ({ url })) } });
	const made = await world.post(carousel('https://cdn.example.com/a.jpg', 'https://cdn.example.com/b.jpg'));
	expect(made).toMatchObject({ status: 201, body: { creative_type: 'CAROUSEL', media: { media_type: 'multiple_images', items: [{ item_type: 'image' }, { item_type: 'image' }] } } });
	world.control.setImage('https://cdn.example.com/b.jpg', 'other-size', 1);
	expect((await world.post(carousel('https://cdn.example.com/a.jpg', 'https://cdn.example.com/b.jpg'))).body.message).toContain('the same size');
});

it('answers 404 to what it does not have', async () => {
	expect(await world.get('/v5/pins/1')).toMatchObject({ status: 404, body: { code: 50 } });
	expect(await world.get('/v5/boards/1/pins')).toMatchObject({ status: 404, body: { code: 404 } });
	expect((await world.get('/v5/nothing')).status).toBe(404);
});

it('forgets a Pin that is deleted', async () => {
	const { id } = (await world.post()).body;
	expect((await world.call('DELETE', `/v5/pins/${id}`)).status).toBe(204);
	expect((await world.get(`/v5/pins/${id}`)).status).toBe(404);
});

it('answers 413 to a body that is too large', async () => {
	const small = await World.start({ maxBodyBytes: 100 });
	expect((await small.post()).status).toBe(413);
	await small.stop();
});

describe('videos', () => {
	const clock = aClock();
	let videos: World;
	beforeAll(async () => {
		videos = await World.start({ now: clock.now, mediaProcessMs: 5000 });
	});
	afterAll(() => videos.stop());

	const mp4 = Buffer.from('\0\0\0\x18ftypmp42');
	const register = async () => (await videos.call('POST', '/v5/media', { media_type: 'video' })).body;
	const status = async (id: string) => (await videos.get(`/v5/media/${id}`)).body.status as string;
	const upload = (media: Json, file: Buffer, headers: Record<string, string> = {}) => {
		const form = new FormData();
		for (const [name, value] of Object.entries(media.upload_parameters)) form.set(name, String(value));
		form.set('file', new Blob([new Uint8Array(file)]), 'a.mp4');
		return fetch(media.upload_url, { method: 'POST', body: form, headers });
	};
	const video = (id: string, more: object) => videos.post({ media_source: { source_type: 'video_id', media_id: id, ...more } });

	it('are registered, uploaded, processed and pinned', async () => {
		const media = await register();
		expect(await status(media.media_id)).toBe('registered');
		expect((await upload(media, mp4)).status).toBe(204);
		expect(await status(media.media_id)).toBe('processing');
		expect((await video(media.media_id, { cover_image_key_frame_time: 1 })).status).toBe(400);
		clock.move(5000);
		expect(await status(media.media_id)).toBe('succeeded');
		expect((await video(media.media_id, {})).body.message).toContain('cover_image_url or cover_image_content_type');
		expect((await video(media.media_id, { cover_image_url: 'https://a.example/c.jpg' })).status).toBe(201);
	});

	it('fail when they are no video, and when they are told to', async () => {
		const [text, told] = [await register(), await register()];
		await upload(text, Buffer.from('not a video at all'));
		videos.control.setMedia({ failNext: 1 });
		await upload(told, mp4);
		clock.move(5000);
		expect([await status(text.media_id), await status(told.media_id)]).toEqual(['failed', 'failed']);
	});

	it('are refused by the bucket in XML: with a bearer token, with a changed field', async () => {
		const media = await register();
		const withToken = await upload(media, mp4, { authorization: 'Bearer x' });
		expect([withToken.status, await withToken.text()]).toEqual([400, expect.stringContaining('<Code>InvalidArgument</Code>')]);
		const changed = await upload({ ...media, upload_parameters: { ...media.upload_parameters, policy: 'x' } }, mp4);
		expect([changed.status, await changed.text()]).toEqual([403, expect.stringContaining('SignatureDoesNotMatch')]);
	});
});
