import { contradictions } from './invariants';
import { aJob, failedFor, published, StoreWorld } from './store-world';
import { changeOf } from '../../../src/job/change';

const SHA = 'e'.repeat(64);

let world: StoreWorld;
beforeEach(async () => {
	world = new StoreWorld();
	await world.media.put(SHA, Buffer.from('image'));
	const job = aJob();
	await world.put({ ...job, content: { ...job.content, media: { kind: 'image_base64', sha256: SHA, contentType: 'image/png', bytes: 5 } } });
});
afterEach(async () => {
	const wrong = await contradictions(world);
	await world.end();
	expect(wrong).toEqual([]);
});

it('the image of a failed job stays: it may be requeued, and then it is sent', async () => {
	const sent = await world.claimed();
	await world.jobs.settle(sent, failedFor(sent, world.time));
	expect(await world.media.get(SHA)).toEqual(Buffer.from('image'));

	const failure = (await world.jobs.get(sent.id))!;
	const change = changeOf(failure, { state: 'queued', queue: null, groupKey: null, dueAt: world.time, revision: 2 }, 'job.requeued');
	expect((await world.jobs.revise(failure.id, { expectedRevision: 1, expectedSeq: failure.seq, change, aliases: [] })).kind).toBe('revised');
	const again = await world.claimed();
	expect(await world.media.get(SHA)).toEqual(Buffer.from('image'));
	await world.jobs.settle(again, published(again, world.time));
	expect(await world.media.get(SHA)).toBeNull();
});

it('the image of an abandoned job goes: nobody will send it', async () => {
	const sent = await world.claimed();
	await world.jobs.settle(sent, failedFor(sent, world.time));
	const failure = (await world.jobs.get(sent.id))!;
	const change = changeOf(failure, { queue: null, groupKey: null, mayExist: true }, null);
	await world.jobs.revise(failure.id, { expectedRevision: 1, expectedSeq: failure.seq, change, aliases: [] });
	expect(await world.media.get(SHA)).toBeNull();
});
