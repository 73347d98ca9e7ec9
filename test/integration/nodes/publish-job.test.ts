import { createHash } from 'node:crypto';
import type { IDataObject, INodeExecutionData, NodeOperationError } from 'n8n-workflow';
import { PinterestPublishJob } from '../../../nodes/PinterestPublishJob/PinterestPublishJob.node';
import { PinterestRequeue } from '../../../nodes/PinterestRequeue/PinterestRequeue.node';
import { closeEngines } from '../../../nodes/shared/engine';
import { aPng } from '../../support/image';
import { flushNamespace, testNamespace } from '../../support/redis';
import { engineCredential, REDIS_AWAY, runNode } from './run-node';

const publishJob = new PinterestPublishJob();
const requeue = new PinterestRequeue();
const namespace = testNamespace();
const credential = engineCredential(namespace);

afterAll(async () => {
	await closeEngines();
	await flushNamespace(namespace);
});

const png = aPng().toString('base64');

const enqueueFields: IDataObject = {
	resource: 'job', operation: 'enqueue',
	account: { __rl: true, mode: 'name', value: 'acme-us' },
	board: { __rl: true, mode: 'id', value: '549755885175' },
	section: { __rl: true, mode: 'list', value: '' },
	source: '={{ $json.row }}', media: 'imageUrl', imageUrl: '={{ $json.image }}', imageField: 'data',
	title: '={{ $json.title }}', description: '', link: 'https://shop.example/', altText: '', options: {},
};
const row = (n: number, more: IDataObject = {}): INodeExecutionData =>
	({ json: { row: `row-${n}`, title: `Pin ${n}`, image: `https://shop.example/${n}.jpg`, ...more } });

const enqueue = (items: INodeExecutionData[], parameters: IDataObject = {}, more: { continueOnFail?: boolean; timezone?: string } = {}) =>
	runNode(publishJob, { parameters: { ...enqueueFields, ...parameters }, items, credential, ...more });

const idsOf = (items: INodeExecutionData[]) => items.map(({ json }) => json['id']);

it('reads its fields for each item and gives each job to its item', async () => {
	const { items } = await enqueue([row(1), row(2), row(3)]);
	expect(items.map(({ json, pairedItem }) => [json['title'], json['source'], json['state'], json['existing'], pairedItem])).toEqual([
		['Pin 1', 'row-1', 'queued', false, { item: 0 }], ['Pin 2', 'row-2', 'queued', false, { item: 1 }], ['Pin 3', 'row-3', 'queued', false, { item: 2 }],
	]);
	expect(items[0]!.json).not.toHaveProperty('error');
	expect(items[0]!.json['n8n']).toEqual({ workflowId: 'workflow-1', executionId: '7', executionUrl: 'http://n8n.test/workflow/workflow-1/executions/7' });
});

it('finds every job again when the same items come a second time in another order', async () => {
	const first = await enqueue([row(11), row(12)]);
	const second = await enqueue([row(12), row(11)]);
	expect(second.items.map(({ json }) => json['existing'])).toEqual([true, true]);
	expect(idsOf(second.items)).toEqual(idsOf(first.items).reverse());
});

it('enqueues the good items before it reports the first bad one', async () => {
	const bad = enqueue([row(21), row(22, { image: 'no-scheme.example/x.jpg' }), row(23)]);
	const failure = await bad.catch((error: unknown) => error) as NodeOperationError;
	expect(failure.context['itemIndex']).toBe(1);
	expect(failure.description).toContain('The other 2 items were enqueued; running again is safe.');
	const again = await enqueue([row(21), row(23)]);
	expect(again.items.map(({ json }) => json['existing'])).toEqual([true, true]);
});

it('reports a conflict under error alone when the workflow continues on fail', async () => {
	await enqueue([row(31)]);
	const { items } = await enqueue([row(31, { title: 'Another title' }), row(32)], {}, { continueOnFail: true });
	expect(Object.keys(items[0]!.json)).toEqual(['error']);
	expect(items[0]!.json['error']).toMatchObject({ code: 'idempotency_conflict', class: 'route', jobId: expect.stringMatching(/^pj_/) as string });
	expect(items[1]!.json).toMatchObject({ state: 'queued', existing: false });
});

it('updates a waiting job when that was chosen', async () => {
	await enqueue([row(41)]);
	const { items } = await enqueue([row(41, { title: 'Better title' })], { options: { whenWaiting: 'update' } });
	expect(items[0]!.json).toMatchObject({ title: 'Better title', existing: true, revision: 2 });
});

it('keeps an image file once for all items that have it', async () => {
	const withFile = (n: number): INodeExecutionData => ({ ...row(n), binary: { data: { data: png, mimeType: 'image/png' } } });
	const { items } = await enqueue([withFile(51), withFile(52)], { media: 'imageBinary' });
	expect(items.map(({ json }) => (json['creative'] as IDataObject)['kind'])).toEqual(['image_base64', 'image_base64']);
});

it.each([
	['a video', Buffer.concat([Buffer.alloc(4), Buffer.from('ftypisom')]), 'The file is a video (0.0 MB).', 'choose Video URL.'],
	['a tiny image', aPng({ width: 1, height: 1 }), 'The image has 1 x 1 pixels.', '1000 x 1500'],
])('refuses %s for an image before anything is kept, saying what to do', async (_what, bytes, message, hint) => {
	const item = { ...row(54), binary: { data: { data: bytes.toString('base64'), mimeType: 'image/png' } } };
	const failure = await enqueue([item], { media: 'imageBinary' }).catch((error: unknown) => error) as NodeOperationError;
	expect([failure.message, failure.description]).toEqual([expect.stringContaining(message), expect.stringContaining(hint)]);
});

it.each<[string, IDataObject, unknown]>([
	['a frame of it', { coverFrom: 'frame', coverSecond: 3 }, { kind: 'frame', atSeconds: 3 }],
	['an image by URL', { coverFrom: 'url', coverUrl: 'https://shop.example/c.jpg' }, { kind: 'image_url', ref: 'https://shop.example/c.jpg', sha256: null }],
	['a file', { coverFrom: 'file', coverField: 'data' }, expect.objectContaining({ kind: 'image_base64' })],
])('takes a video by its URL with %s as its cover', async (what, parameters, cover) => {
	const item = { ...row(0, { row: `video ${what}`, film: 'https://shop.example/a.mp4' }), binary: { data: { data: png, mimeType: 'image/png' } } };
	const { items } = await enqueue([item], { media: 'videoUrl', videoUrl: '={{ $json.film }}', ...parameters });
	expect(items[0]!.json).toMatchObject({ state: 'queued', phase: 'media', creative: { kind: 'video_url', ref: 'https://shop.example/a.mp4', sha256: null, cover } });
});

it.each<[string, IDataObject, string]>([
	['no address', { videoUrl: '' }, 'Video URL is empty.'],
	['an image', { videoUrl: 'https://shop.example/a.png' }, 'ends in .png, which is no video.'],
	['half a second', { coverSecond: 0.5 }, 'not a whole number of seconds'],
	['no cover', { coverFrom: 'url', coverUrl: '' }, 'Cover URL is empty.'],
])('says of %s what is wrong with the video', async (_what, parameters, message) => {
	const video = { media: 'videoUrl', videoUrl: 'https://shop.example/a.mp4', coverFrom: 'frame', coverSecond: 0, ...parameters };
	await expect(enqueue([row(61)], video)).rejects.toThrow(message);
});

const twoUrls = ['https://shop.example/a.jpg', 'https://shop.example/b,c.jpg'];

it.each<[string, unknown]>([
	['a list', twoUrls], ['a text with commas', ` ${twoUrls.join(', ')}, `], ['a text of lines', twoUrls.join('\n')], ['the JSON of a list', JSON.stringify(twoUrls)],
	['attachments', twoUrls.map((url) => ({ id: 'att1', url }))], ['shop images', twoUrls.map((src) => ({ src }))],
])('takes the URLs of a carousel as %s', async (what, images) => {
	const { items } = await enqueue([row(0, { row: `carousel ${what}`, images: images as IDataObject[] })], { media: 'carousel', cardsFrom: 'urls', imageUrls: '={{ $json.images }}' });
	expect(items[0]!.json['creative']).toEqual({ kind: 'carousel', ref: 'carousel of 2', sha256: null, cards: twoUrls.map((url) => ({ kind: 'image_url', ref: url, sha256: null })) });
});

it('makes a carousel of cards, each read for its item, and finds it again', async () => {
	const cards = { card: [
		{ from: 'url', url: '={{ $json.image }}', title: '={{ $json.title }}', description: '', link: 'https://shop.example/front' },
		{ from: 'url', url: 'https://shop.example/back.jpg', title: '', description: '', link: '' },
	] };
	const run = () => enqueue([row(56), row(57)], { media: 'carousel', cardsFrom: 'cards', cards });
	const [first, second] = [await run(), await run()];
	expect(first.items.map(({ json }) => (json['creative'] as { cards: IDataObject[] }).cards.map(({ ref }) => ref))).toEqual([56, 57].map((n) => [`https://shop.example/${n}.jpg`, 'https://shop.example/back.jpg']));
	expect(second.items.map(({ json }) => json['existing'])).toEqual([true, true]);
});

it.each([
	['a list of files', { cardsFrom: 'files', imageFields: 'front, back' }],
	['cards', { cardsFrom: 'cards', cards: { card: [{ from: 'file', field: 'front' }, { from: 'file', field: 'back' }] } }],
])('makes a carousel of files given as %s', async (what, parameters) => {
	const files = { front: { data: png, mimeType: 'image/png' }, back: { data: aPng({ mark: 1 }).toString('base64'), mimeType: 'image/png' } };
	const { items } = await enqueue([{ ...row(0, { row: `files ${what}` }), binary: files }], { media: 'carousel', ...parameters });
	expect((items[0]!.json['creative'] as { cards: IDataObject[] }).cards.map(({ kind, sha256 }) => [kind, sha256])).toEqual(
		[files.front, files.back].map(({ data }) => ['image_base64', createHash('sha256').update(Buffer.from(data, 'base64')).digest('hex')]),
	);
});

it.each<[string, IDataObject, string]>([
	['no card', { cardsFrom: 'cards', cards: {} }, 'The carousel has 0 images.'],
	['a card without an address', { cardsFrom: 'cards', cards: { card: [{ from: 'url', url: '' }] } }, 'Image 1: Image URL is empty.'],
	['a list that is no JSON', { cardsFrom: 'urls', imageUrls: '["https://a.example/a.jpg"' }, 'Image URLs begins like a list'],
	['addresses without a scheme', { cardsFrom: 'urls', imageUrls: 'shop.example/a.jpg, shop.example/b.jpg' }, 'Image 1 of the carousel: Image URL “shop.example/a.jpg” has no scheme.'],
	['a file that is not there', { cardsFrom: 'files', imageFields: 'front,back' }, 'front'],
])('says of %s what is wrong with the carousel', async (_what, parameters, message) => {
	await expect(enqueue([row(58)], { media: 'carousel', ...parameters })).rejects.toThrow(message);
});

it.each([
	['as it is', png], ['as a data URL in lines', `data:image/png;base64,${png.match(/.{1,20}/g)!.join('\n')}`],
	['in the alphabet for addresses', png.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')],
])('takes an image as Base64 text %s: it is the one that a file would be', async (how, text) => {
	const { items } = await enqueue([row(0, { row: `base64 ${how}`, picture: text })], { media: 'imageBase64', imageBase64: '={{ $json.picture }}' });
	const sha256 = createHash('sha256').update(Buffer.from(png, 'base64')).digest('hex');
	expect(items[0]!.json['creative']).toEqual({ kind: 'image_base64', ref: `sha256:${sha256}`, sha256 });
});

it.each([
	['nothing', '', 'Image as Base64 is empty.'], ['an address', 'https://shop.example/lamp.png', 'Image as Base64 is an address.'],
	['other text', 'lamp.png', 'Image as Base64 is not Base64.'], ['a data URL of text', 'data:text/plain,lamp', 'Image as Base64 is not Base64 (text/plain).'],
	['Base64 that is cut', 'iVBOR', 'Image as Base64 is not Base64.'], ['Base64 of no image', Buffer.from('a lamp').toString('base64'), 'The file is not a JPEG or PNG image (6 bytes).'],
])('refuses %s where Base64 of an image is wanted', async (_what, text, message) => {
	await expect(enqueue([row(55, { picture: text })], { media: 'imageBase64', imageBase64: '={{ $json.picture }}' })).rejects.toThrow(message);
});

it('says which field of the input holds no file', async () => {
	await expect(enqueue([row(53)], { media: 'imageBinary', imageField: 'photo' })).rejects.toThrow(/photo/);
});

it('reads a picked time in the zone of the workflow, and says so', async () => {
	const { items, hints } = await enqueue([row(61)], { options: { scheduledAt: '2027-07-01T09:00:00' } });
	expect(items[0]!.json['scheduledAt']).toBe('2027-07-01T07:00:00.000Z');
	expect(hints.map(({ message }) => message).join()).toContain('Europe/Berlin');
});

it.each([
	['its record', {}, { key: '' }], ['its own key', { source: '' }, { key: 'a-key-of-mine' }], ['its content', { source: '' }, { key: '' }],
])('finds a Pin of %s again when its time without a zone is past by now, and refuses a new one', async (what, parameters, options) => {
	const item = row(0, { row: `past ${what}`, title: `Past ${what}` });
	const first = await enqueue([item], { ...parameters, options: { ...options, scheduledAt: '2020-01-01T09:00:00Z' } });
	const again = await enqueue([item, row(0, { row: `new ${what}`, title: `New ${what}`, image: 'https://shop.example/new.jpg' })], {
		...parameters, options: { ...options, key: options.key ? '={{ $json.title.startsWith("New") ? "another-key" : "a-key-of-mine" }}' : '', scheduledAt: '2020-01-01T10:00:00' },
	}, { continueOnFail: true });
	expect(again.items[0]!.json).toMatchObject({ id: idsOf(first.items)[0], existing: true });
	expect(again.items[1]!.json['error']).toMatchObject({ code: 'invalid_request', message: expect.stringContaining('Europe/Berlin') as string });
});

it('hints that no worker serves the account', async () => {
	const { items, hints } = await enqueue([row(71)]);
	expect(items[0]!.json).toMatchObject({ state: 'queued', incident: { kind: 'no_worker' } });
	expect(hints.find(({ type }) => type === 'warning')!.message).toContain('acme-us');
});

it('gets, lists, changes and cancels jobs', async () => {
	const [job] = (await enqueue([row(81)])).items;
	const on = (parameters: IDataObject) => runNode(publishJob, { parameters: { resource: 'job', doneBy: 'ann', ...parameters }, items: [job!], credential });
	const jobId = '={{ $json.id }}';

	expect((await on({ operation: 'get', jobId })).items[0]!.json['id']).toBe(job!.json['id']);
	expect((await on({ operation: 'update', jobId, changes: { title: 'New' }, revision: '={{ $json.revision }}' })).items[0]!.json).toMatchObject({ title: 'New', revision: 2 });
	await expect(on({ operation: 'update', jobId, changes: { title: 'Newer' }, revision: '={{ $json.revision }}' })).rejects.toThrow(/changed by somebody else/);
	expect((await on({ operation: 'getAll', what: 'jobs', returnAll: true, filters: { source: 'row-81' } })).items.map(({ json }) => json['id'])).toEqual([job!.json['id']]);
	expect((await on({ operation: 'cancel', jobId })).items[0]!.json['state']).toBe('canceled');
	const changes = (await on({ operation: 'getAll', what: 'changes', returnAll: true, cursor: '' })).items.map(({ json }) => json);
	expect(changes.filter(({ job: changed }) => (changed as IDataObject | undefined)?.['id'] === job!.json['id']).map(({ event }) => event)).toEqual(['job.queued', 'job.updated', 'job.canceled']);

	const back = await runNode(requeue, { parameters: { resource: 'job', operation: 'requeue', jobId, changes: {}, doneBy: 'ann', revision: '' }, items: [job!], credential });
	expect(back.items[0]!.json).toMatchObject({ id: job!.json['id'], state: 'queued' });
});

it('tells accounts and health in one item each', async () => {
	const read = (resource: string, operation: string) => runNode(publishJob, { parameters: { resource, operation }, items: [{ json: {} }], credential });
	expect((await read('account', 'getAll')).items.map(({ json }) => json['account'])).toContain('acme-us');
	expect((await read('health', 'get')).items[0]!.json).toMatchObject({ ok: false, redis: { version: expect.any(String) as string } });
});

it('fails every item at once when Redis is away, saying so', async () => {
	const away = { ...credential, ...REDIS_AWAY };
	const { items } = await runNode(publishJob, { parameters: enqueueFields, items: [row(1), row(2)], credential: away, continueOnFail: true });
	expect(items.map(({ json }) => (json['error'] as IDataObject)['code'])).toEqual(['redis_unavailable', 'redis_unavailable']);
	expect(items[0]!.json['error']).toMatchObject({ class: 'retry' });
});

// One expression an item, which a key needs: what n8n takes to evaluate more of them is not ours. A workflow as people have it, with all
// of its expressions, is measured in a real n8n beside n8n's own node (test/e2e/size.test.ts).
it('takes 1,000 items in under two seconds', async () => {
	const items = Array.from({ length: 1000 }, (_, n) => row(10_000 + n));
	const began = performance.now();
	// What a stranger's server or DNS takes is not ours either.
	const { items: jobs } = await enqueue(items, { title: 'A lamp', imageUrl: 'https://shop.example/lamp.jpg', options: { checkMedia: false } });
	expect(new Set(idsOf(jobs)).size).toBe(1000);
	expect(performance.now() - began).toBeLessThan(2000);
});

it('shows what each account waits for, and tells of those that nobody serves', async () => {
	await enqueue([row(91)], { account: { __rl: true, mode: 'name', value: 'acme-91' } });
	const { items, hints } = await runNode(publishJob, { parameters: { resource: 'account', operation: 'getAll' }, items: [row(1)], credential });
	expect(items.find(({ json }) => json['account'] === 'acme-91')!.json).toMatchObject({
		waiting: 1, headroom: null, pacing: { state: 'held', why: expect.stringMatching(/^Held: No worker publishes for acme-91\./) as string, nextSlotAt: null, preset: null, limits: [] },
	});
	expect(hints).toMatchObject([{ type: 'warning', message: expect.stringContaining('No worker publishes for') as string }]);
});
