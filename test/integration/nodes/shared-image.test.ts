import type { IExecuteFunctions } from 'n8n-workflow';
import { corrected } from '../../../nodes/shared/correction';
import { imagesOf } from '../../../nodes/shared/media';
import type { GivenMedia, JobView, PublishRequest } from '../../../src';
import { aPng } from '../../support/image';
import { TestWorld } from '../../support/world';

let world: TestWorld;
let engine: ReturnType<TestWorld['engine']>;
beforeEach(async () => {
	world = await TestWorld.start();
	engine = world.engine();
});
afterEach(() => world.stop());

const png = aPng();

/** n8n as an operation reads a file of an item: here every item has the same. */
const n8n = {
	helpers: { getBinaryDataBuffer: async () => await Promise.resolve(Buffer.from(png)) },
	getNodeParameter: (name: string) => (name === 'changes' ? { imageField: 'data' } : 'imageBinary'),
	getTimezone: () => 'UTC',
} as unknown as IExecuteFunctions;

async function accepted(request: PublishRequest): Promise<JobView> {
	const [result] = await engine.enqueue([request]);
	if (!result?.ok) throw result?.error ?? new Error('Nothing was enqueued.');
	return result.job;
}

/** The only job that refers to the image is there, and ends when it is told to. */
async function lastUser(): Promise<() => Promise<JobView>> {
	const job = await accepted(world.request(1, { media: await engine.putMedia(png) }));
	return () => engine.cancel(job.id, {});
}

it('keeps an image anew whose last other job ends between the upload and the enqueue, and publishes it', async () => {
	const end = await lastUser();
	const images = imagesOf(n8n, engine, (name) => n8n.getNodeParameter(name, 0));
	const media: GivenMedia[] = [await images.of(0), await images.of(1)];
	await end();
	const requests = [world.request(2, { media: media[0]! }), world.request(3), world.request(4, { media: media[1]! })];
	const without = await engine.enqueue([world.request(5, { media: media[0]! })]);
	expect(without).toMatchObject([{ ok: false, error: { code: 'media_missing' } }]);
	const results = await engine.enqueue(requests, { bytesOf: (sha256) => images.bytesOf(sha256) });
	expect(results.map((result) => result.ok && result.job.source)).toEqual(['row-2', 'row-3', 'row-4']);
	await world.serve(engine);
	const ended = await world.ended(engine, results.map((result) => (result.ok ? result.job.id : '')));
	expect(ended.map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded']);
});

it('leaves an item alone whose image the caller does not have either', async () => {
	const end = await lastUser();
	const media = await engine.putMedia(png);
	await end();
	const results = await engine.enqueue([world.request(2, { media }), world.request(3)], { bytesOf: () => Promise.resolve(null) });
	expect(results).toMatchObject([{ ok: false, error: { code: 'media_missing' } }, { ok: true }]);
});

it('keeps the file of a correction anew when the last job that shared it ends before the job is corrected', async () => {
	const end = await lastUser();
	const job = await accepted(world.request(2));
	let tries = 0;
	const view = await corrected(n8n, engine, 0, async (correction) => {
		if (++tries === 1) await end();
		return await engine.update(job.id, correction, {});
	});
	expect(tries).toBe(2);
	expect(view).toMatchObject({ revision: 2, creative: { kind: 'image_base64' } });
});

it('makes an update by enqueuing again once more with the bytes of the caller', async () => {
	const end = await lastUser();
	const job = await accepted(world.request(2));
	const images = imagesOf(n8n, engine, (name) => n8n.getNodeParameter(name, 0));
	const media = await images.of(0);
	await end();
	const [changed] = await engine.enqueue([world.request(2, { media })], { whenWaiting: 'update', bytesOf: (sha256) => images.bytesOf(sha256) });
	expect(changed).toMatchObject({ ok: true, job: { id: job.id, revision: 2, existing: true } });
});
