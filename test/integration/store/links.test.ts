import { changeOf } from '../../../src/job/change';
import type { Job, LeasedJob } from '../../../src/job/job';
import { Dice } from '../../support/dice';
import { endSound } from './invariants';
import { aJob, failedFor, policy, published, StoreWorld } from './store-world';

const GAP_MS = 30_000;

let world: StoreWorld;
beforeEach(() => {
	world = new StoreWorld();
});
afterEach(() => endSound(world));

function pin(boardId: string, link: string | null, changes: Partial<Job> = {}): Job {
	const job = aJob({ boardId, ...changes });
	return { ...job, content: { ...job.content, link } };
}

const lamps = 'https://shop.example/lamps', chairs = 'https://shop.example/chairs';
const claim = async (max = 9) => (await world.jobs.claim('acme', 'publish', max, GAP_MS)).jobs;
const idsOf = (jobs: Job[]) => jobs.map(({ id }) => id);

async function end(job: LeasedJob): Promise<void> {
	await world.jobs.beginSend(job, 1000);
	await world.jobs.settle(job, published(job, world.time));
}
/** What starts, at which second after now, until nothing waits any more. */
async function starts(forSeconds = 1000): Promise<[id: string, second: number][]> {
	const from = world.time, seen: [string, number][] = [];
	while (world.time < from + forSeconds * 1000) {
		for (const job of await claim()) {
			seen.push([job.id, (world.time - from) / 1000]);
			await end(job);
		}
		world.time += 1000;
	}
	return seen;
}

it('Pins of one link keep apart, on whatever boards, in their order; others pass them', async () => {
	const [a, b, c, other] = [pin('1', lamps), pin('2', lamps), pin('1', `${lamps}?gclid=7#top`), pin('1', chairs)];
	await world.put(a, b, c, other);
	expect(await starts()).toEqual([[a.id, 0], [other.id, policy.boardGapMs / 1000], [b.id, 30], [c.id, 60]]);
});

it('hundreds that wait for one link keep nobody else of the same call from its job', async () => {
	const many = Array.from({ length: 350 }, (_, n) => pin(String(n), lamps)), free = aJob({ account: 'other' });
	await world.put(...many, free);
	const [ofLink, theirs] = await Promise.all(['acme', 'other'].map((account) => world.jobs.claim(account, 'publish', 9, GAP_MS)));
	expect([ofLink!.jobs.length, idsOf(theirs!.jobs)]).toEqual([1, [free.id]]);
	expect(ofLink!.nextAt).toBe(world.time);
	while ((await claim()).length > 0 || (await world.jobs.nextDue(['acme'], 'publish')).get('acme')! <= world.time);
	expect((await world.list.list({ account: 'acme', limit: 500 })).jobs.filter(({ waitsForLink }) => waitsForLink)).toHaveLength(349);
});

it('says of a job that it waits for its link, and when a call finds more', async () => {
	const [a, b] = [pin('1', lamps), pin('2', lamps)];
	await world.put(a, b);
	const first = await world.jobs.claim('acme', 'publish', 9, GAP_MS);
	expect([idsOf(first.jobs), first.nextAt]).toEqual([[a.id], world.time + GAP_MS]);
	expect((await world.jobs.getMany([a.id, b.id])).map((job) => job!.waitsForLink)).toEqual([false, true]);
	world.time += GAP_MS;
	expect((await world.jobs.nextDue(['acme'], 'publish')).get('acme')).toBe(world.time);
	const [second] = await claim();
	expect([second!.id, second!.waitsForLink]).toEqual([b.id, false]);
});

it('keeps its due time, by which a restart of Redis tells what may have been sent', async () => {
	const jobs = [pin('1', lamps), pin('2', lamps)];
	await world.put(...jobs);
	await claim();
	expect((await world.jobs.get(jobs[1]!.id))!.dueAt).toBe(jobs[1]!.dueAt ?? jobs[1]!.createdAt);
});

it('a Pin without a link waits for none, and without a gap nothing does', async () => {
	const jobs = [pin('1', null), pin('2', null), pin('3', lamps), pin('4', lamps)];
	await world.put(...jobs);
	expect(idsOf((await world.jobs.claim('acme', 'publish', 9)).jobs)).toEqual(idsOf(jobs));
});

it('what was not sent takes no turn of its link, and goes before those that came after it', async () => {
	const [a, b] = [pin('1', lamps), pin('2', lamps)];
	await world.put(a, b);
	await world.jobs.giveBack((await claim())[0]!);
	expect(await starts(100)).toEqual([[a.id, 0], [b.id, 30]]);
});

describe('a job that has the turn of its link', () => {
	let first: Job, next: Job, last: Job, busy: LeasedJob;
	beforeEach(async () => {
		[first, next, last] = [pin('1', lamps), pin('2', lamps), pin('3', lamps)];
		await world.put(first, next, last);
		await end((await claim())[0]!);
		await world.put(pin('2', chairs));
		[busy] = await claim() as [LeasedJob];
		world.time += GAP_MS;
		// Its board is written to: it has the turn and waits for the board.
		expect(await claim()).toEqual([]);
		expect((await world.jobs.getMany(idsOf([next, last]))).map((job) => job!.waitsForLink)).toEqual([false, true]);
	});

	it('starts as soon as its board is free, and those behind it follow a gap later', async () => {
		await end(busy);
		expect(await starts(200)).toEqual([[next.id, policy.boardGapMs / 1000], [last.id, 30 + policy.boardGapMs / 1000]]);
	});

	it('leaves it to the next one when it is canceled', async () => {
		const job = (await world.jobs.get(next.id))!;
		const change = changeOf(job, { state: 'canceled', dueAt: null, finishedAt: world.time }, 'job.canceled');
		await world.jobs.revise(job.id, { expectedRevision: job.revision, expectedSeq: job.seq, change, aliases: [] });
		await world.jobs.settle(busy, failedFor(busy, world.time));
		expect(await starts(100)).toEqual([[last.id, 0]]);
	});
});

it('jobs wait no longer when the gap is taken away', async () => {
	const jobs = [pin('1', lamps), pin('2', lamps), pin('3', lamps)];
	await world.put(...jobs);
	await claim();
	world.time += GAP_MS;
	const [next] = (await world.jobs.claim('acme', 'publish', 9)).jobs, [last] = (await world.jobs.claim('acme', 'publish', 9)).jobs;
	expect(idsOf([next!, last!])).toEqual(idsOf(jobs.slice(1)));
});

it('moves a hundred at a time, and says that there is more', async () => {
	const jobs = Array.from({ length: 250 }, (_, n) => pin(String(n), lamps));
	await world.put(...jobs);
	const found = [] as number[];
	for (let calls = 0; calls < 4; calls++) {
		const { jobs: some, nextAt } = await world.jobs.claim('acme', 'publish', 999, GAP_MS);
		found.push(some.length);
		if (nextAt !== null && nextAt > world.time) break;
	}
	expect(found).toEqual([1, 0, 0]);
	expect((await world.jobs.getMany(idsOf(jobs))).filter((job) => job!.waitsForLink)).toHaveLength(249);
});

it.each([1, 2, 3, 4])('holds over any order of enqueues, ends, gifts back and corrections (seed %d)', async (seed) => {
	const dice = new Dice(seed);
	const pick = <T>(list: T[]): T => list[Math.floor(dice.next() * list.length)]!;
	const running: LeasedJob[] = [], startedAt = new Map<string, number>();
	let left = 0;
	for (let step = 0; step < 150; step++) {
		const what = dice.next();
		if (what < 0.3) await world.put(pin(pick(['1', '2', '3']), pick([lamps, chairs, null])));
		else if (what < 0.6) {
			for (const job of (await world.jobs.claim('acme', 'publish', 2, GAP_MS)).jobs) {
				const { link } = job.content;
				if (link !== null) {
					expect(world.time - (startedAt.get(link) ?? 0)).toBeGreaterThanOrEqual(GAP_MS);
					startedAt.set(link, world.time);
				}
				running.push(job);
			}
		} else if (what < 0.8 && running.length > 0) await end(running.splice(Math.floor(dice.next() * running.length), 1)[0]!);
		else if (what < 0.85 && running.length > 0) {
			const [job] = running.splice(0, 1) as [LeasedJob];
			await world.jobs.giveBack(job);
			startedAt.delete(job.content.link ?? '');
		} else world.time += Math.round(dice.next() * 40_000);
	}
	for (const job of running.splice(0)) await end(job);
	for (; left < 1000; left++) {
		for (const job of await claim()) await end(job);
		world.time += 10_000;
		if ((await world.redis.exists(world.key('due', 'publish'))) === 0) break;
	}
	expect(left).toBeLessThan(1000);
});
