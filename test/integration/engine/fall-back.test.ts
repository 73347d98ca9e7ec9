import type { Engine, JobView, PublishRequest } from '../../../src';
import { keysOf, openRedis } from '../../support/redis';
import { TestWorld, UNHURRIED } from '../../support/world';

let world: TestWorld;
let engine: Engine;
beforeEach(async () => {
	world = await TestWorld.start({ timeFactor: 200, engine: { policy: UNHURRIED } });
	engine = world.engine({ trustedImageOrigins: [new URL(world.sandbox.url).origin] });
	await world.serve(engine);
});
afterEach(() => world.stop());

/** An image that the worker can load, and Pinterest so many times not. */
function lamp(name: string, failures: number, verdict: 'unreachable' | 'broken' = 'unreachable'): string {
	const { url } = world.sandbox.control.addFile({ name, bytes: 40_000, contentType: 'image/png' });
	world.sandbox.control.setImage(url, verdict, failures);
	return url;
}
const image = (url: string) => ({ kind: 'image_url' as const, url });

async function publish(changes: Partial<PublishRequest>): Promise<JobView> {
	const [result] = await engine.enqueue([world.request(1, changes)]);
	if (!result?.ok) throw result?.error ?? new Error('Nothing was enqueued.');
	return (await world.ended(engine, [result.job.id]))[0]!;
}

const pins = () => world.sandbox.control.pins().items.map(({ mediaKind, mediaSha256 }) => ({ mediaKind, isHash: /^[0-9a-f]{64}$/.test(mediaSha256 ?? '') }));
/** What was asked for at Pinterest and at the image's server, in order. */
const asked = () => world.sandbox.control.calls().items.filter(({ operation }) => operation === 'createPin' || operation === 'getFile').map(({ operation }) => operation);
const codes = (job: JobView) => job.attemptHistory.map(({ code }) => code);

it.each(['unreachable', 'broken'] as const)('makes one Pin from the bytes of an image that Pinterest found %s twice', async (verdict) => {
	const url = lamp('lamp.png', 2, verdict);
	const job = await publish({ media: image(url) });
	expect(job).toMatchObject({ state: 'succeeded', attempts: 3, recovered: false, creative: { kind: 'image_url', ref: url }, warnings: [`Sent as a file: Pinterest could not fetch ${url}.`] });
	expect(codes(job)).toEqual([`image_${verdict}`, `image_${verdict}`, null]);
	expect(asked()).toEqual(['createPin', 'createPin', 'getFile', 'createPin']);
	expect(pins()).toEqual([{ mediaKind: 'image_base64', isHash: true }]);
	expect(await publish({ media: image(url) })).toMatchObject({ id: job.id, pinId: job.pinId });
	expect(pins()).toHaveLength(1);
});

it('keeps the bytes in no record: Redis holds nothing of the image', async () => {
	await publish({ media: image(lamp('lamp.png', 2)) });
	const redis = openRedis(), all = await keysOf(world.namespace, `*{${world.namespace}}*`);
	const keys = all.filter((key) => key.includes(':media:'));
	const memory = await Promise.all(all.map((key) => redis.memory('USAGE', key)));
	redis.disconnect();
	expect(keys).toEqual([]);
	expect(memory.length).toBeGreaterThan(10);
	expect(Math.max(...memory.map((bytes) => Number(bytes ?? 0)))).toBeLessThan(40_000);
});

it('leaves an image at its address that Pinterest could not load once', async () => {
	const job = await publish({ media: image(lamp('lamp.png', 1)) });
	expect(job).toMatchObject({ state: 'succeeded', attempts: 2, warnings: [] });
	expect(asked()).toEqual(['createPin', 'createPin']);
	expect(pins()).toEqual([{ mediaKind: 'image_url', isHash: false }]);
});

it('sends the images of a carousel as files when one of their addresses fails', async () => {
	const front = lamp('front.png', 2), back = world.sandbox.control.addFile({ name: 'back.png', bytes: 5000, contentType: 'image/png' }).url;
	const job = await publish({ media: { kind: 'carousel', cards: [{ image: image(front) }, { image: image(back) }] } });
	expect(job).toMatchObject({ state: 'succeeded', warnings: [`Sent as files: Pinterest could not fetch the images of the carousel (${front} · ${back}).`] });
	expect(pins()).toMatchObject([{ mediaKind: 'multiple_image_base64' }]);
});

it('does not while the job is in doubt, and not before the absence of its Pin is proven', async () => {
	const url = lamp('lamp.png', 2);
	// The second request may have made the Pin.
	world.sandbox.control.addFault({ fault: 'error500Before', skip: 1, match: { operation: 'createPin' } });
	const job = await publish({ media: image(url) });
	expect(job).toMatchObject({ state: 'succeeded', attempts: 4, recovered: false });
	expect(codes(job)).toEqual(['image_unreachable', 'server_error', 'image_unreachable', null]);
	expect(job.looks.length).toBeGreaterThanOrEqual(3);
	expect(asked()).toEqual(['createPin', 'createPin', 'createPin', 'getFile', 'createPin']);
	expect(pins()).toEqual([{ mediaKind: 'image_base64', isHash: true }]);
}, 40_000);

it('looks for a Pin that was sent as a file like for any other', async () => {
	world.sandbox.control.addFault({ fault: 'commitThen500', skip: 2, match: { operation: 'createPin' } });
	const url = lamp('lamp.png', 2);
	expect(await publish({ media: image(url) })).toMatchObject({ state: 'succeeded', recovered: true, attempts: 3, warnings: [expect.stringContaining('Sent as a file')] });
	expect(asked()).toEqual(['createPin', 'createPin', 'getFile', 'createPin']);
	expect(pins()).toHaveLength(1);
});

it('fails for the client as ever when the worker cannot load it either, and begins with the address again after a Requeue', async () => {
	const { url } = world.sandbox.control.addFile({ name: 'page.png', bytes: 4000, contentType: 'text/html' });
	world.sandbox.control.setImage(url, 'unreachable', 2);
	const job = await publish({ media: image(url) });
	expect(job).toMatchObject({
		state: 'failed', attempts: 3, queue: { name: 'client' }, fix: { operation: 'requeue', fields: ['media'] }, warnings: [],
		lastError: { code: 'image_unreachable', message: 'Gave up after 3 attempts. Nor could the worker send it as a file: The file is a web page, not an image.' },
	});
	expect(asked()).toEqual(['createPin', 'createPin', 'getFile']);
	await engine.requeue(job.id, {}, { by: 'Mia' });
	const [done] = await world.ended(engine, [job.id]);
	expect(done).toMatchObject({ state: 'succeeded', warnings: [] });
	expect(pins()).toEqual([{ mediaKind: 'image_url', isHash: false }]);
});

it('loads nothing out of the operator\'s own network', async () => {
	const url = lamp('lamp.png', 2), strict = world.engine({ namespace: `${world.namespace}-strict`, trustedImageOrigins: [] });
	await world.serve(strict);
	const [result] = await strict.enqueue([world.request(1, { media: image(url) })]);
	const [job] = await world.ended(strict, [(result as { job: JobView }).job.id]);
	expect(job).toMatchObject({ state: 'failed', lastError: { code: 'image_unreachable', message: expect.stringContaining('is not an address of the public internet') as string } });
	expect(asked()).toEqual(['createPin', 'createPin']);
});
