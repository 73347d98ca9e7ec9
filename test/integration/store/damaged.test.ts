import type { Job } from '../../../src/job/job';
import type { Lane } from '../../../src/store/contract';
import { aJob, policy, StoreWorld } from './store-world';

// A part of a job is gone from Redis: taken out by hand, evicted, or missing in a backup. What is left contradicts itself, so that the
// invariants of the store are not asked.
let world: StoreWorld;
const logged: Record<string, unknown>[] = [];
beforeEach(() => {
	logged.length = 0;
	world = new StoreWorld({ log: (line) => logged.push(line) });
});
afterEach(() => world.end());

const idsOf = (jobs: { id: string }[]) => jobs.map(({ id }) => id);
const lose = (job: Job) => world.redis.del(world.key('job', job.id));
const garble = (job: Job) => world.redis.set(world.key('content', job.id), '1AAAA');
const claimed = async (account: string, lane: Lane = 'publish') => idsOf((await world.jobs.claim(account, lane, 9)).jobs);

it('a job without its record leaves the line; those of other accounts in the same call, and those behind it, are claimed', async () => {
	const [ours, gone, behind, theirs] = [aJob(), aJob({ account: 'bad' }), aJob({ account: 'bad' }), aJob({ account: 'other' })];
	await world.put(ours, gone, behind, theirs);
	await lose(gone);
	expect(await Promise.all(['acme', 'bad', 'other'].map((account) => claimed(account)))).toEqual([[ours.id], [behind.id], [theirs.id]]);
});

it('an account of which nothing else waits is due no more', async () => {
	const gone = aJob();
	await world.put(gone);
	await lose(gone);
	expect(await world.jobs.claim('acme', 'publish', 9)).toMatchObject({ jobs: [], nextAt: null });
	expect(await world.jobs.nextDue(['acme'], 'publish')).toEqual(new Map());
});

it.each<Lane>(['upload', 'look'])('the others are claimed in the lane %s', async (lane) => {
	const jobs = lane === 'look' ? [] : [aJob({ phase: 'media' }), aJob({ phase: 'media' })];
	await world.put(...jobs);
	for (const wanted = 2; jobs.length < wanted; world.time += policy.boardGapMs) jobs.push(await inDoubtToo());
	world.time += 60_000;
	await lose(jobs[0]!);
	expect(await claimed('acme', lane)).toEqual([jobs[1]!.id]);
});

async function inDoubtToo(): Promise<Job> {
	await world.put(aJob({ dueAt: world.time }));
	return world.inDoubt();
}

it('a lease without its record ends, and those beside it are taken over', async () => {
	const [gone, other] = [aJob({ boardId: '1' }), aJob({ boardId: '2' })];
	await world.put(gone, other);
	await world.jobs.claim('acme', 'publish', 2);
	await lose(gone);
	world.time += policy.leaseMs + 1000;
	expect(idsOf(await world.jobs.takeOver(50))).toEqual([other.id]);
	expect(await world.redis.zrange(world.key('leases'), 0, -1)).toEqual([other.id]);
});

it('a content that cannot be read fails the claim of its account alone, and is named when it is taken over', async () => {
	const [ours, odd, theirs] = [aJob(), aJob({ account: 'bad' }), aJob({ account: 'other' })];
	await world.put(ours, odd, theirs);
	await garble(odd);
	const claims = await Promise.allSettled(['acme', 'bad', 'other'].map((account) => claimed(account)));
	expect(claims.map((claim) => (claim.status === 'fulfilled' ? claim.value : 'failed'))).toEqual([[ours.id], 'failed', [theirs.id]]);
	world.time += policy.leaseMs + 1000;
	expect(idsOf(await world.jobs.takeOver(50)).sort()).toEqual([ours.id, theirs.id].sort());
	expect(logged).toContainEqual(expect.objectContaining({ level: 'error', event: 'record.unreadable', job: odd.id }));
});
