import { createHash } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import { PinterestPublishJob } from '../../../nodes/PinterestPublishJob/PinterestPublishJob.node';
import { closeEngines } from '../../../nodes/shared/engine';
import type { GivenMedia, JobView, PublishRequest } from '../../../src';
import { aPng } from '../../support/image';
import { TestWorld } from '../../support/world';
import { engineCredential, runNode } from '../nodes/run-node';

let world: TestWorld;
let engine: ReturnType<TestWorld['engine']>;
beforeEach(async () => {
	world = await TestWorld.start();
	engine = world.engine();
	await world.serve(engine);
});
afterEach(async () => {
	await closeEngines();
	await world.stop();
});

const byUrls = (...urls: string[]): GivenMedia => ({ kind: 'carousel', cards: urls.map((url) => ({ image: { kind: 'image_url', url } })) });
const twoUrls = ['https://shop.example/front.jpg', 'https://shop.example/back.jpg'];
const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function publish(request: PublishRequest): Promise<JobView> {
	const [result] = await engine.enqueue([request]);
	if (!result?.ok) throw result?.error ?? new Error('Nothing was enqueued.');
	return (await world.ended(engine, [result.job.id]))[0]!;
}

const pins = () => world.sandbox.control.pins().items.map(({ mediaKind, media }) => ({ mediaKind, media }));

it('is published by its URLs, and once however often it is enqueued', async () => {
	const request = world.request(1, { source: null, media: byUrls(...twoUrls) });
	const job = await publish(request);
	expect(job).toMatchObject({ state: 'succeeded', creative: { kind: 'carousel', ref: 'carousel of 2' } });
	expect(await publish(request)).toMatchObject({ id: job.id, pinId: job.pinId });
	expect(pins()).toEqual([{ mediaKind: 'multiple_image_urls', media: twoUrls.join(',') }]);
});

it('is published by its files, whose bytes go with it', async () => {
	const files = [aPng({ mark: 1 }), aPng({ mark: 2 }), aPng({ mark: 3 })];
	const cards = await Promise.all(files.map(async (bytes) => ({ image: await engine.putMedia(bytes), title: 'Side' })));
	expect(await publish(world.request(1, { media: { kind: 'carousel', cards } }))).toMatchObject({ state: 'succeeded' });
	expect(pins()).toEqual([{ mediaKind: 'multiple_image_base64', media: files.map((bytes) => `sha256:${sha(bytes)}`).join(',') }]);
	const [again] = await engine.enqueue([world.request(2, { media: { kind: 'carousel', cards } })]);
	expect(again).toMatchObject({ ok: false, error: { code: 'media_missing' } });
});

it('is found by looking after an answer that was lost', async () => {
	world.sandbox.control.addFault({ fault: 'commitThen500', match: { operation: 'createPin' } });
	expect(await publish(world.request(1, { media: byUrls(...twoUrls) }))).toMatchObject({ state: 'succeeded', recovered: true });
	expect(pins()).toHaveLength(1);
});

it('of images of two sizes fails with what to do, and is published once it is corrected', async () => {
	const failed = await publish(world.request(1, { media: byUrls(twoUrls[0]!, 'https://shop.example/other-size.jpg') }));
	expect(failed).toMatchObject({ state: 'failed', lastError: { code: 'image_sizes_differ', hint: expect.stringContaining('one size') as string }, queue: { name: 'client' }, fix: { fields: ['media'] } });
	await engine.requeue(failed.id, { media: byUrls(...twoUrls) }, {}, { check: false });
	expect((await world.ended(engine, [failed.id]))[0]).toMatchObject({ state: 'succeeded', revision: 2, revisions: [{ changes: { media: expect.anything() as unknown } }] });
	const [one, other] = [aPng({ mark: 1 }), aPng({ height: 1000 })];
	const cards = [{ image: await engine.putMedia(one) }, { image: await engine.putMedia(other) }];
	expect(await publish(world.request(2, { media: { kind: 'carousel', cards } }))).toMatchObject({ lastError: { code: 'image_sizes_differ' } });
});

it('is published through the node, with a text and a link for each image', async () => {
	const parameters: IDataObject = {
		resource: 'job', operation: 'enqueue', account: { __rl: true, mode: 'name', value: 'acme-us' }, board: { __rl: true, mode: 'id', value: world.board() },
		section: { __rl: true, mode: 'list', value: '' }, source: 'row-1', title: 'Lamp', description: '', link: 'https://shop.example/', altText: '', options: {},
		media: 'carousel', cardsFrom: 'cards', cards: { card: [
			{ from: 'url', url: twoUrls[0], title: 'Front', description: 'Off', link: 'https://shop.example/front' }, { from: 'url', url: twoUrls[1], title: '', description: '', link: '' },
		] },
	};
	const { items } = await runNode(new PinterestPublishJob(), { parameters, items: [{ json: {} }], credential: engineCredential(world.namespace, { timeFactor: world.timeFactor }) });
	const [job] = await world.ended(engine, [items[0]!.json['id'] as string]);
	expect(job).toMatchObject({ state: 'succeeded' });
	expect(pins()).toEqual([{ mediaKind: 'multiple_image_urls', media: twoUrls.join(',') }]);
});
