import type { Job } from '../../../src/job/job';
import { requeue } from '../../../src/job/corrections';
import { endSound } from './invariants';
import { RestartWorld } from './restart-world';
import { aJob, failedFor, policy, published, retried, START, StoreWorld } from './store-world';

let world: StoreWorld;
afterEach(() => endSound(world));

/** Jobs of one board whose ids sort the other way round. */
function rows(count: number, changes: Partial<Job> = {}): Job[] {
	const jobs = Array.from({ length: count }, () => aJob(changes));
	const ids = jobs.map(({ id }) => id).reverse();
	return jobs.map((job, i) => ({ ...job, id: ids[i]! }));
}

const idsOf = (jobs: Job[]) => jobs.map(({ id }) => id);

/** Publishes what is due, one after another; their ids in the order in which they went out. */
async function sent(store = world.jobs): Promise<string[]> {
	const [job] = (await store.claim('acme', 'publish', 1)).jobs;
	if (!job) return [];
	await store.settle(job, published(job, world.time));
	return [job.id, ...await sent(store)];
}

it('jobs that are due together go out in the order in which they came in, over calls and within each', async () => {
	world = new StoreWorld();
	const [first, second] = [rows(30), rows(3)];
	await world.put(...second);
	await world.put(...first);
	expect(await sent()).toEqual(idsOf([...second, ...first]));
});

it('so they do when their enqueue is waited for to be on disk, which makes them due together', async () => {
	const disk = await RestartWorld.start('everysec');
	world = disk;
	const jobs = rows(30);
	await world.put(...jobs);
	const worker = await disk.worker();
	const all = await sent(worker.jobs);
	await worker.namespace.close();
	expect(all.filter((id) => idsOf(jobs).includes(id))).toEqual(idsOf(jobs));
});

it('what was given back, tried again or released from a hold takes its old place among those of its time', async () => {
	world = new StoreWorld();
	const jobs = rows(4);
	await world.put(...jobs);
	await world.jobs.giveBack(await world.claimed());
	const first = await world.claimed();
	expect(first.id).toBe(jobs[0]!.id);
	await world.jobs.settle(first, retried(first, START + 5000));
	await world.holds.open({ account: 'acme', kind: 'paused', until: null, code: 'paused', message: '' });
	expect(await sent()).toEqual([]);
	await world.holds.release('acme');
	const late = rows(2, { dueAt: START + 5000 });
	await world.put(...late);
	world.time += 5000;
	expect(await sent()).toEqual(idsOf([...jobs.slice(1), jobs[0]!, ...late]));
});

it('failures that are put back keep their order, before what came in later and is due with them', async () => {
	world = new StoreWorld();
	const jobs = rows(3);
	await world.put(...jobs);
	for (const job of jobs) {
		const leased = await world.claimed();
		expect(leased.id).toBe(job.id);
		await world.jobs.settle(leased, failedFor(leased, world.time));
	}
	await world.put(...rows(1, { dueAt: START + 10 }));
	world.time += 10;
	for (const id of idsOf(jobs).reverse()) {
		const job = (await world.jobs.get(id))!;
		const decided = requeue(job, {}, {}, world.time, policy);
		if (!('change' in decided)) throw new Error(JSON.stringify(decided));
		const { change, aliases } = decided;
		expect((await world.jobs.revise(id, { expectedRevision: 1, expectedSeq: job.seq, change, aliases })).kind).toBe('revised');
	}
	expect((await sent()).slice(0, 3)).toEqual(idsOf(jobs));
});

it('records of an earlier build, which have no place, are published all the same', async () => {
	world = new StoreWorld();
	const jobs = rows(3);
	await world.put(...jobs);
	const lane = world.key('lane', 'publish', 'acme', '100');
	for (const id of idsOf(jobs.slice(0, 2))) {
		const member = (await world.redis.zrange(lane, 0, -1)).find((one) => one.endsWith(`:${id}`))!;
		await world.redis.pipeline().hdel(world.key('job', id), 'ord').zrem(lane, member).zadd(lane, START, id).exec();
	}
	const given = await world.claimed();
	expect(given.id).toBe(jobs[2]!.id);
	await world.jobs.giveBack(given);
	expect((await sent()).sort()).toEqual(idsOf(jobs).sort());
});
