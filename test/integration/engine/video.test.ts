import type { GivenMedia, JobView } from '../../../src';
import { FAST_PACE, TestWorld } from '../../support/world';

let world: TestWorld;
let engine: ReturnType<TestWorld['engine']>;
beforeEach(async () => {
	world = await TestWorld.start();
	engine = world.engine({ trustedImageOrigins: [world.sandbox.url] });
	await world.serve(engine);
});
afterEach(() => world.stop());

const film = (more: { bytes?: number; bytesPerSecond?: number } = {}): GivenMedia =>
	({ kind: 'video_url', url: world.sandbox.control.addFile({ name: 'film.mp4', bytes: 300_000, contentType: 'video/mp4', ...more }).url });

async function enqueue(media: GivenMedia, n = 1): Promise<JobView> {
	const [result] = await engine.enqueue([world.request(n, { media })]);
	if (!result?.ok) throw result?.error ?? new Error('Nothing was enqueued.');
	return result.job;
}
const publish = async (media: GivenMedia) => (await world.ended(engine, [(await enqueue(media)).id]))[0]!;
const pins = () => world.sandbox.control.pins().items.map(({ mediaKind }) => mediaKind);

it('is handed over, waited for and published once', async () => {
	const job = await publish(film());
	expect(job).toMatchObject({ state: 'succeeded', attempts: 1, creative: { kind: 'video_url', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string, cover: { kind: 'frame', atSeconds: 0 } } });
	expect(pins()).toEqual(['video_id']);
});

it('is handed over again when Pinterest could not process it', async () => {
	world.sandbox.control.setMedia({ failNext: 1 });
	expect(await publish(film())).toMatchObject({ state: 'succeeded', attempts: 1 });
	expect(pins()).toEqual(['video_id']);
});

it('is found by looking after an answer that was lost', async () => {
	world.sandbox.control.addFault({ fault: 'commitThen500', match: { operation: 'createPin' } });
	expect(await publish(film())).toMatchObject({ state: 'succeeded', recovered: true });
	expect(pins()).toEqual(['video_id']);
});

it('whose address leads nowhere is a matter for the client, who corrects it', async () => {
	const failed = await publish({ kind: 'video_url', url: `${world.sandbox.url}/files/nothing.mp4` });
	expect(failed).toMatchObject({ state: 'failed', attempts: 0, queue: { name: 'client' }, lastError: { code: 'video_refused' }, fix: { fields: ['media'] } });
	await engine.requeue(failed.id, { media: film() }, {}, { check: false });
	expect((await world.ended(engine, [failed.id]))[0]).toMatchObject({ state: 'succeeded' });
});

it('does not keep an image of the same board waiting', async () => {
	const slow = await enqueue(film({ bytesPerSecond: 100_000 }));
	const image = await enqueue({ kind: 'image_url', url: 'https://shop.example/1.jpg' }, 3);
	expect((await world.ended(engine, [image.id]))[0]).toMatchObject({ state: 'succeeded' });
	expect(await engine.get(slow.id)).toMatchObject({ state: 'queued', phase: 'media' });
	expect((await world.ended(engine, [slow.id]))[0]).toMatchObject({ state: 'succeeded' });
});

it('that is ready is published though many others are still to be handed over', async () => {
	const jobs: JobView[] = [];
	for (let n = 1; n <= 6; n++) jobs.push(await enqueue({ kind: 'video_url', url: world.sandbox.control.addFile({ name: `film-${n}.mp4`, bytes: 300_000, contentType: 'video/mp4', bytesPerSecond: 100_000 }).url }, n));
	const ids = jobs.map(({ id }) => id);
	const waiting = await world.until(async () => {
		const now = await Promise.all(ids.map((id) => engine.get(id)));
		return now.some(({ state }) => state === 'succeeded') ? now.filter(({ creative }) => creative.sha256 === null).length : null;
	});
	expect(waiting).toBeGreaterThanOrEqual(2);
	expect((await world.ended(engine, ids, 40_000)).map(({ state }) => state)).toEqual(ids.map(() => 'succeeded'));
	expect(world.sandbox.control.pins().items).toHaveLength(6);
}, 60_000);

it('is not registered under a hold that came up while it waited for its slot, and goes on when it ends', async () => {
	const slow = { ...FAST_PACE, writesPerMinute: 1, burst: 1 };
	await Promise.all(['acme-us', 'acme-eu'].map((account) => world.serve(engine, account, slow)));
	const registered = () => world.sandbox.control.calls({ operation: 'registerMedia' }).items.length;
	const image = (n: number, account: string) => world.request(n, { account, boardId: world.board(account) });
	await engine.enqueue([image(9, 'acme-us')]);
	await world.until(async () => (world.sandbox.control.pins().items.length === 1 ? true : null));
	const job = await enqueue(film());
	await world.until(async () => (world.sandbox.control.calls({ operation: 'getFile' }).items.length === 1 ? true : null));
	await engine.pacing.pause({ account: 'acme-us' }, {}, { by: 'ann' });
	expect(registered()).toBe(0);
	// Its slot comes as soon as that of the second of these.
	const others = await engine.enqueue([1, 2].map((n) => image(n, 'acme-eu')));
	await world.ended(engine, others.map((result) => (result.ok ? result.job.id : '')));
	expect(registered()).toBe(0);
	expect(await engine.get(job.id)).toMatchObject({ state: 'queued', phase: 'media', attempts: 0, incident: { kind: 'paused' } });
	await engine.pacing.resume({ account: 'acme-us' }, { by: 'ann' });
	expect((await world.ended(engine, [job.id]))[0]).toMatchObject({ state: 'succeeded', attempts: 1 });
	expect(registered()).toBe(1);
});
