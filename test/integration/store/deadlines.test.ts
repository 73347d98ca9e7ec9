import { deadlineOf } from '../../../src/job/deadline';
import type { Job } from '../../../src/job/job';
import { fileDeadline, overdue } from '../../../src/store/overdue';
import { Deadlines } from '../../../src/work/deadlines';
import { endSound } from './invariants';
import { RestartWorld, type Publishing } from './restart-world';
import { aJob, policy, published, retried, START, StoreWorld } from './store-world';

const SECOND = 1000, MINUTE = 60_000;

/** What a worker of the namespace does about deadlines. */
function deadlinesOf({ namespace, jobs }: Pick<StoreWorld, 'namespace' | 'jobs'>, patienceMs = policy.patienceMs): Deadlines {
	return new Deadlines({
		store: { overdue: (max) => overdue(namespace, max), fileDeadline: (id, endsAt) => fileDeadline(namespace, id, endsAt), revise: (id, revision) => jobs.revise(id, revision) },
		policy: { ...policy, patienceMs }, world: { now: () => namespace.now(), monotonic: () => 0, random: () => 0 }, log: () => undefined,
	});
}

describe('a job whose time is over while it waits', () => {
	let world: StoreWorld;
	beforeEach(() => { world = new StoreWorld(); });
	afterEach(() => endSound(world));

	const late = (changes: Parameters<typeof aJob>[0] = {}) => aJob({ publishBefore: START + MINUTE, whenLate: 'skip', ...changes });
	const states = async (...jobs: Job[]) => (await world.jobs.getMany(jobs.map(({ id }) => id))).map((job) => job && `${job.state} ${job.queue?.name ?? ''}`.trim());
	const ended = async () => (await overdue(world.namespace, 50)).map(({ id }) => id);

	it('ends at its time by its own rule, once, though its account is held and nobody serves it', async () => {
		const jobs = [late(), late({ whenLate: 'ask' }), late({ whenLate: 'publish' }), late({ dueAt: START + 3_600_000 }), aJob()];
		await world.put(...jobs);
		await world.holds.open({ account: 'acme', kind: 'paused', until: null, code: 'paused', message: '' });
		world.time = START + MINUTE;
		expect(await deadlinesOf(world).end()).toBe(0);
		world.time += 1;
		// Two workers that look at the same instant.
		await Promise.all([deadlinesOf(world).end(), deadlinesOf(world).end()]);
		expect(await states(...jobs)).toEqual(['canceled', 'failed ops', 'queued', 'canceled', 'queued']);
		expect(await world.eventsOf(jobs[0]!.id)).toEqual([['job.queued', 1], ['job.canceled', 2]]);
		expect(await world.eventsOf(jobs[1]!.id)).toEqual([['job.queued', 1], ['job.failed', 2]]);
		expect(await deadlinesOf(world).end()).toBe(0);

		world.time = START + policy.patienceMs + 1;
		await deadlinesOf(world).end();
		expect(await states(...jobs)).toEqual(['canceled', 'failed ops', 'failed ops', 'canceled', 'failed ops']);
	});

	it('ends by the time that it has, whoever corrected it, gave it back or scheduled it anew', async () => {
		const [moved, given, again] = [late({ boardId: '1' }), late({ boardId: '2' }), late({ boardId: '3' })];
		await world.put(moved, given, again);
		const leased = (await world.jobs.claim('acme', 'publish', 3)).jobs;
		for (const job of leased.slice(0, 2)) await world.jobs.giveBack(job);
		await world.jobs.settle(leased[2]!, retried(leased[2]!, START + 2 * MINUTE));
		const known = (await world.jobs.get(moved.id))!;
		const change = { from: known.state, fromEdits: known.edits, job: { ...known, publishBefore: START + 5 * MINUTE, revision: 2, seq: known.seq + 1 }, event: 'job.updated', hold: null, pin: null } as const;
		await world.jobs.revise(moved.id, { expectedRevision: 1, expectedSeq: known.seq, change, aliases: [] });
		world.time = START + MINUTE + 1;
		await deadlinesOf(world).end();
		expect(await states(moved, given, again)).toEqual(['queued', 'canceled', 'canceled']);
		world.time = START + 5 * MINUTE + 1;
		await deadlinesOf(world).end();
		expect(await states(moved)).toEqual(['canceled']);
	});

	it('is left to its worker while that has it, and in doubt for as long as that lasts', async () => {
		const [running, doubtful] = [late({ boardId: '1' }), late({ boardId: '2', account: 'acme-eu' })];
		await world.put(running, doubtful);
		const leased = await world.claimed();
		await world.inDoubt('acme-eu');
		world.time = START + MINUTE + 1;
		expect(await ended()).toEqual([]);
		world.time = START + 2 * policy.patienceMs;
		expect(await deadlinesOf(world).end()).toBe(0);
		expect(await states(running, doubtful)).toEqual(['running', 'retry_scheduled']);
		await world.jobs.settle(leased, published(leased, world.time));
		expect(await states(running)).toEqual(['succeeded']);
	});

	it('ends though more jobs than one batch end at that instant', async () => {
		const jobs = Array.from({ length: 120 }, () => late());
		await world.put(...jobs);
		world.time = START + MINUTE + 1;
		expect([await deadlinesOf(world).end(), await deadlinesOf(world).end(), await deadlinesOf(world).end(), await deadlinesOf(world).end()]).toEqual([50, 50, 20, 0]);
		expect(new Set(await states(...jobs))).toEqual(new Set(['canceled']));
	});

	it('ends by the patience of who looks, where that is longer than of who enqueued it', async () => {
		const job = aJob();
		await world.put(job);
		world.time = START + policy.patienceMs + 1;
		await deadlinesOf(world, 2 * policy.patienceMs).end();
		expect([await states(job), await ended()]).toEqual([['queued'], []]);
		world.time = deadlineOf(job, { patienceMs: 2 * policy.patienceMs }) + 1;
		await deadlinesOf(world, 2 * policy.patienceMs).end();
		expect(await states(job)).toEqual(['failed ops']);
	});

	it('is not kept waiting by what a worker of an earlier build left in the index', async () => {
		const job = late();
		await world.put(job);
		const leased = await world.claimed();
		await world.jobs.settle(leased, published(leased, world.time));
		await world.redis.zadd(world.key('deadlines'), 1, job.id, 2, 'pj_gone');
		expect(await deadlinesOf(world).end()).toBe(2);
		expect(await world.redis.exists(world.key('deadlines'))).toBe(0);
		expect(await states(job)).toEqual(['succeeded']);
	});

	it('of an earlier build has no place in the index: it ends when it is claimed', async () => {
		const job = late();
		await world.put(job);
		await world.redis.hdel(world.key('job', job.id), 'ends');
		await world.redis.del(world.key('deadlines'));
		await world.jobs.giveBack(await world.claimed());
		world.time = START + MINUTE + 1;
		expect([await ended(), await states(job)]).toEqual([[], ['queued']]);
	});
});

describe('after a power cut that took back a permit', () => {
	let world: RestartWorld;
	let sender: Publishing, other: Publishing;
	afterEach(async () => {
		for (const { namespace } of [sender, other]) await namespace.close();
		await world.end();
	});

	it('a job whose time is over is looked for before it ends, as it would be before it is sent', async () => {
		world = await RestartWorld.start('everysec', []);
		sender = await world.worker(world.anotherClient());
		other = await world.worker();
		const sent = await world.loseAPermit(sender);
		await other.namespace.open();
		const fresh = aJob({ createdAt: world.time + 1, publishBefore: world.time + SECOND, whenLate: 'skip' });
		await world.put(fresh);
		world.time += 2 * SECOND;
		await deadlinesOf(other).end();
		const stateOf = async (id: string) => (await other.jobs.get(id))!;
		expect(await stateOf(fresh.id)).toMatchObject({ state: 'retry_scheduled', phase: 'reconcile', inDoubt: { suspected: true } });
		world.time += policy.patienceMs;
		await deadlinesOf(other).end();
		expect(await stateOf(sent)).toMatchObject({ state: 'retry_scheduled', phase: 'reconcile', inDoubt: { suspected: true } });
		expect(await deadlinesOf(other).end()).toBe(0);
	});
});
