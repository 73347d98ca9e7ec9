import { endSound } from './invariants';
import { aJob, failedFor, policy, published, StoreWorld } from './store-world';
import { changeOf } from '../../../src/job/change';
import type { Job, Media } from '../../../src/job/job';

const SHA = 'e'.repeat(64);

let world: StoreWorld;
beforeEach(async () => {
	world = new StoreWorld();
	await world.media.put(SHA, Buffer.from('image'));
	const job = aJob();
	await world.put({ ...job, content: { ...job.content, media: { kind: 'image_base64', sha256: SHA, contentType: 'image/png', bytes: 5 } } });
});
afterEach(() => endSound(world));

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

describe('the images of a carousel', () => {
	const hashes = (...signs: string[]) => signs.map((sign) => sign.repeat(64));
	const images = (...signs: string[]): Media => ({
		kind: 'carousel',
		cards: hashes(...signs).map((sha256) => ({ image: { kind: 'image_base64', sha256, contentType: 'image/png', bytes: 5 }, title: null, description: null, link: null })),
	});
	const kept = async (...signs: string[]) => (await Promise.all(hashes(...signs).map((sha256) => world.media.get(sha256)))).map((bytes) => bytes !== null);
	/** A job that shows these; the first image is that of the job which waits already. */
	async function carousel(...signs: string[]): Promise<Job> {
		const job = aJob({ boardId: '7' });
		const shown = { ...job, content: { ...job.content, media: images(...signs) } };
		expect((await world.jobs.enqueue([{ job: shown, aliases: [] }]))[0]!.kind).toBe('created');
		return (await world.jobs.get(shown.id))!;
	}

	beforeEach(async () => {
		for (const sha256 of hashes('b', 'c')) await world.media.put(sha256, Buffer.from('other'));
	});

	it('go when it is published, but for the one that another job needs', async () => {
		const job = await carousel('e', 'b', 'c');
		const lease = (await world.jobs.claim('acme', 'publish', 9)).jobs.find(({ id }) => id === job.id)!;
		await world.jobs.beginSend(lease, 1000);
		await world.jobs.settle(lease, published(lease, world.time));
		expect(await kept('e', 'b', 'c')).toEqual([true, false, false]);
	});

	it('are freed and kept one by one when a correction replaces some', async () => {
		const job = await carousel('b', 'b', 'e');
		const change = changeOf(job, { content: { ...job.content, media: images('c', 'e') }, revision: 2 }, 'job.updated');
		expect((await world.jobs.revise(job.id, { expectedRevision: 1, expectedSeq: job.seq, change, aliases: [] })).kind).toBe('revised');
		expect(await kept('e', 'b', 'c')).toEqual([true, false, true]);
		expect(await world.media.sweep()).toBe(0);
	});

	it('must all be there when it is enqueued or corrected; otherwise nothing changes', async () => {
		const job = aJob({ boardId: '7' });
		const lacking = { ...job, content: { ...job.content, media: images('e', 'd') } };
		expect((await world.jobs.enqueue([{ job: lacking, aliases: [] }]))[0]).toEqual({ kind: 'media_missing' });
		const waiting = await carousel('b', 'c');
		const change = changeOf(waiting, { content: { ...waiting.content, media: images('b', 'd') }, revision: 2 }, 'job.updated');
		expect(await world.jobs.revise(waiting.id, { expectedRevision: 1, expectedSeq: waiting.seq, change, aliases: [] })).toEqual({ kind: 'media_missing' });
		expect(await kept('e', 'b', 'c')).toEqual([true, true, true]);
	});

	it('go with its record', async () => {
		const job = await carousel('b', 'c');
		// As a record that an earlier version left: those of today name no bytes once they have ended.
		const change = changeOf(job, { state: 'canceled', dueAt: null, finishedAt: world.time }, 'job.canceled');
		await world.jobs.revise(job.id, { expectedRevision: 1, expectedSeq: job.seq, change, aliases: [] });
		await world.media.put(hashes('b')[0]!, Buffer.from('other'));
		await world.media.put(hashes('c')[0]!, Buffer.from('other'));
		await world.redis.hset(world.key('job', job.id), 'media', hashes('b', 'c').join());
		for (const sha256 of hashes('b', 'c')) await world.redis.sadd(world.key('mediarefs', sha256), job.id);
		world.time += policy.retentionMs + 1;
		expect(await world.jobs.purge(10)).toBe(1);
		expect(await kept('b', 'c')).toEqual([false, false]);
	});
});
