import { changeOf, type Change } from '../../../src/job/change';
import { lateEvidence, sendBack } from '../../../src/job/corrections';
import type { Attempt, Job } from '../../../src/job/job';
import { endSound } from './invariants';
import { adopted, aJob, policy, published, START, StoreWorld } from './store-world';

let world: StoreWorld;
beforeEach(() => { world = new StoreWorld(); });
afterEach(() => endSound(world));

const BYTES = Buffer.from('a hat'), SHA = 'a'.repeat(64);
async function withImage(): Promise<Job['content']> {
	await world.media.put(SHA, BYTES);
	return { ...aJob().content, media: { kind: 'image_base64', sha256: SHA, contentType: 'image/png', bytes: BYTES.length } };
}

const revise = (job: Job, change: Change) => world.jobs.revise(job.id, { expectedRevision: job.revision, expectedSeq: job.seq, change, aliases: [] });

/** A job that took a twin's Pin for its own by looking, until the twin's answer named it; it was sent so often. */
async function displacedJob(sends: number, more: Partial<Job> = {}): Promise<Job> {
	const unknown: Attempt = { n: 1, revision: 1, startedAt: START, endedAt: START, outcome: 'unknown', class: 'retry', code: 'response_timeout', httpStatus: null, pinterestCode: null, requestId: null, message: null };
	await world.put(aJob({ attemptHistory: Array.from({ length: sends }, () => unknown), ...more }), aJob({ dueAt: START + 1, boardId: '101' }));
	await world.inDoubt();
	world.time += 5000;
	const { jobs: [looking] } = await world.jobs.claim('acme', 'look', 1);
	const change = adopted(looking!, world.time, '99');
	await world.jobs.settle(looking!, change);
	const twin = await world.claimed();
	expect(await world.jobs.settle(twin, published(twin, world.time, '99'))).toEqual({ kind: 'settled', displaced: looking!.id });
	return change.job;
}
const late = (id: string, pinId: string) => world.jobs.evidence(id, pinId, (job, isAnothers) => lateEvidence(job, pinId, world.time, isAnothers));

describe('a job that lost its adopted Pin', () => {
	it.each([1, 2])('gets its own one for good by late evidence, also when it was sent %i times', async (sends) => {
		const job = await displacedJob(sends);
		expect(await late(job.id, '100')).toMatchObject({ kind: 'accepted', job: { state: 'succeeded', pinId: '100', recovered: false } });
		expect(await world.jobs.displaced(10)).toEqual([]);
		expect(await world.jobs.doublePins()).toEqual([]);
		expect((await world.jobs.owners(['100'])).get('100')).toBe(job.id);
	});

	it('keeps it also from somebody who was about to send it back', async () => {
		const { id } = await displacedJob(1);
		const { job } = await late(id, '100') as { job: Job };
		expect(await revise(job, sendBack(job, world.time, policy))).toMatchObject({ kind: 'moved', job: { state: 'succeeded', pinId: '100' } });
		expect((await world.jobs.owners(['100'])).get('100')).toBe(id);
	});

	it('is sent back to look also when its image went with the Pin it had; sent again it must have the image', async () => {
		const job = await displacedJob(1, { content: await withImage() });
		expect(await world.media.get(SHA)).toBeNull();
		const requeued = changeOf(job, { state: 'queued', phase: null, dueAt: world.time, finishedAt: null, revision: 2 }, 'job.requeued');
		expect(await revise(job, requeued)).toEqual({ kind: 'media_missing' });

		expect(await revise(job, sendBack(job, world.time, policy))).toMatchObject({ kind: 'revised', job: { state: 'retry_scheduled', phase: 'reconcile' } });
		expect(await world.jobs.displaced(10)).toEqual([]);
		// Whoever brings the image meanwhile brings it to stay.
		expect(await world.media.put(SHA, BYTES)).toBe(true);
		world.time += 3_600_000;
		expect(await world.media.sweep()).toBe(0);
		expect(await world.media.get(SHA)).toEqual(BYTES);
	});

	it('ends well also when the image is still gone then', async () => {
		const job = await displacedJob(1, { content: await withImage() });
		expect(await revise(job, sendBack(job, world.time, policy))).toMatchObject({ kind: 'revised' });
		world.time += 3_600_000;
		const { jobs: [looking] } = await world.jobs.claim('acme', 'look', 1);
		expect(await world.jobs.settle(looking!, adopted(looking!, world.time, '100'))).toMatchObject({ kind: 'settled' });
		expect(await world.jobs.get(job.id)).toMatchObject({ state: 'succeeded', pinId: '100' });
	});
});
