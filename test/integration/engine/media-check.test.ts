import { PinterestPublishJob } from '../../../nodes/PinterestPublishJob/PinterestPublishJob.node';
import { closeEngines } from '../../../nodes/shared/engine';
import type { Engine, PublishRequest } from '../../../src';
import { aPng } from '../../support/image';
import { TestWorld } from '../../support/world';
import { engineCredential, runNode } from '../nodes/run-node';
import { answer, rawServer, type RawServer } from '../publish/raw-server';

let world: TestWorld;
let engine: Engine;
let silent: RawServer, faulty: RawServer, tiny: RawServer;

beforeAll(async () => {
	[silent, faulty, tiny] = await Promise.all([
		rawServer({}),
		rawServer({ whole: (socket) => void socket.end(answer(503, '')) }),
		rawServer({ whole: (socket) => void socket.end(answer(200, aPng({ width: 99 }).toString('latin1'), 'content-type: image/png\r\n'), 'latin1') }),
	]);
	world = await TestWorld.start();
	engine = world.engine({ trustedImageOrigins: [world.sandbox.url, silent.url, faulty.url, tiny.url] });
	const { control } = world.sandbox;
	control.addFile({ name: 'lamp.png', bytes: 40_000, contentType: 'image/png' });
	control.addFile({ name: 'page.png', bytes: 4000, contentType: 'text/html' });
	control.addFile({ name: 'lamp.mp4', bytes: 300_000 });
	control.addFile({ name: 'huge.mp4', bytes: 3 * 1024 ** 3 });
	control.addFile({ name: 'page.mp4', bytes: 4000, contentType: 'text/html' });
}, 30_000);
afterAll(async () => {
	await closeEngines();
	await world.stop();
	await Promise.all([silent, faulty, tiny].map((server) => server.close()));
});

let made = 0;
const at = (name: string): string => `${new URL(world.sandbox.url).origin}/files/${name}`;
const request = (media: PublishRequest['media']): PublishRequest => world.request(++made, { media });
const image = (url: string) => ({ kind: 'image_url' as const, url });
const carousel = (...urls: string[]) => ({ kind: 'carousel' as const, cards: urls.map((url) => ({ image: image(url) })) });
const video = (url: string) => ({ kind: 'video_url' as const, url });
const checked = (...medias: PublishRequest['media'][]) => engine.enqueue(medias.map(request), { check: { media: true } });
const countOf = async () => (await engine.list({})).jobs.length;
const fetches = () => world.sandbox.control.calls({ operation: 'getFile' }).items.length;

it('refuses an image that is not there before there is a job, and accepts the one that is', async () => {
	const before = await countOf();
	const [gone, there] = await checked(image(at('gone.png')), image(at('lamp.png')));
	expect(gone).toMatchObject({ ok: false, error: { code: 'preflight_failed', hint: expect.stringMatching(/^Open it in a private window/) as string, details: { field: 'media' } } });
	expect((gone as { error: Error }).error.message).toBe(`${at('gone.png')} answers with status 404.`);
	expect(there).toMatchObject({ ok: true, job: { state: 'queued', warnings: [] } });
	expect(await countOf()).toBe(before + 1);
});

it('refuses what is no image, is too small, or stands where only we can see it', async () => {
	expect(await checked(image(at('page.png')), image(`${tiny.url}/hat.png`), image('http://10.1.2.3/hat.png'), carousel(at('lamp.png'), at('gone.png')))).toMatchObject([
		{ ok: false, error: { message: `${at('page.png')} is no image (text/html).` } },
		{ ok: false, error: { message: 'The image has 99 x 1500 pixels.' } },
		{ ok: false, error: { message: '10.1.2.3 is not an address of the public internet.' } },
		{ ok: false, error: { message: `${at('gone.png')} answers with status 404.` } },
	]);
});

it('refuses a video that a worker could not hand over, having read no more than its begin', async () => {
	expect(await checked(video(at('lamp.mp4')), video(at('page.mp4')), video(at('huge.mp4')), video(at('gone.mp4')))).toMatchObject([
		{ ok: true, job: { state: 'queued', warnings: [] } },
		{ ok: false, error: { code: 'preflight_failed', message: expect.stringContaining('gives text/html, not a video') as string } },
		{ ok: false, error: { code: 'preflight_failed', message: expect.stringContaining('3072.0 MB') as string, hint: 'Pinterest takes videos of at most 2 GB.' } },
		{ ok: false, error: { code: 'preflight_failed', message: expect.stringContaining('answered 404') as string } },
	]);
});

it('accepts an image whose server has a fault or does not answer now, with a warning', async () => {
	const results = await checked(image(`${faulty.url}/hat.png`), image(`${silent.url}/hat.png`));
	expect(results).toMatchObject([
		{ ok: true, job: { state: 'queued', warnings: [`The image could not be checked before: ${faulty.url}/hat.png answers with status 503. It is tried when the job runs.`] } },
		{ ok: true, job: { state: 'queued', warnings: [expect.stringContaining(`${silent.url}/hat.png cannot be loaded: no answer`)] } },
	]);
	const { id } = (results[1] as { job: { id: string } }).job;
	expect((await engine.get(id)).warnings).toHaveLength(1);
}, 15_000);

it('asks nobody about a key that is known, and nobody at all unless it is told to', async () => {
	const known = request(image(at('gone-later.png')));
	const [first] = await engine.enqueue([known]);
	const before = fetches();
	expect(first).toMatchObject({ ok: true });
	expect(await engine.enqueue([known], { check: { media: true } })).toMatchObject([{ ok: true, job: { existing: true } }]);
	expect(fetches()).toBe(before);
});

it('asks once for an address that many Pins of a run show', async () => {
	const before = fetches();
	expect((await checked(...Array.from({ length: 12 }, () => image(at('gone.png'))))).filter(({ ok }) => ok)).toEqual([]);
	expect(fetches() - before).toBe(1);
});

it('is what the node does, unless its option is off', async () => {
	const parameters = (options: object) => ({
		resource: 'job', operation: 'enqueue', account: { __rl: true, mode: 'name', value: 'acme-us' }, board: { __rl: true, mode: 'id', value: world.board() },
		section: { __rl: true, mode: 'list', value: '' }, source: '={{ $json.row }}', media: 'imageUrl', imageUrl: 'http://10.1.2.3/lamp.png', title: '', description: '', link: '', altText: '', options,
	});
	const enqueue = async (options: object) => (await runNode(new PinterestPublishJob(), {
		parameters: parameters(options) as never, items: [{ json: { row: 'row-of-the-node' } }], credential: engineCredential(world.namespace, { timeFactor: 1 }), continueOnFail: true,
	})).items[0]!.json;
	expect((await enqueue({}))['error']).toMatchObject({ code: 'preflight_failed', class: 'route', jobId: null });
	expect(await enqueue({ checkMedia: false })).toMatchObject({ state: 'queued', existing: false });
	expect(await enqueue({})).toMatchObject({ state: 'queued', existing: true });
});
