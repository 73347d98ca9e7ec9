import fc from 'fast-check';
import { changeOf } from '../../../src/job/change';
import type { LeasedJob } from '../../../src/job/job';
import { contradictions } from './invariants';
import { adopted, aJob, failedFor, intoDoubt, policy, published, retried, StoreWorld } from './store-world';

const pace = { writesPerMinute: 10, burst: 1, writesPerDay: null };

/** What may happen next, with a number that chooses the details. */
const steps: Record<string, (world: StoreWorld, held: LeasedJob[], n: number) => Promise<unknown>> = {
	put: (world, _, n) => world.put(aJob({ account: `a${n % 2}`, boardId: String(n % 3), dueAt: world.time + (n % 5) * 1000, createdAt: world.time })),
	wait: async (world, _, n) => { world.time += [1, 2000, 7000, policy.leaseMs][n % 4]!; },
	claim: async (world, held, n) => held.push(...(await world.jobs.claim(`a${n % 2}`, 'publish', 1 + n % 3)).jobs),
	look: async (world, held, n) => held.push(...(await world.jobs.claim(`a${n % 2}`, 'look', 3)).jobs),
	permit: async (world, held, n) => held.length > 0 && world.jobs.beginSend(held[n % held.length]!, 20_000),
	settle: async (world, held, n) => {
		const [job] = held.splice(n % (held.length || 1), 1);
		if (!job) return;
		const ways = job.state === 'running' ? [published, intoDoubt, failedFor, retried] : [(seen: LeasedJob, now: number) => adopted(seen, now, `pin-${n}`), failedFor];
		await world.jobs.settle(job, ways[n % ways.length]!(job, world.time));
	},
	giveBack: async (world, held, n) => {
		const [job] = held.splice(n % (held.length || 1), 1);
		if (job) await world.jobs.giveBack(job);
	},
	takeOver: async (world, held) => held.push(...await world.jobs.takeOver(2)),
	extend: (world, held) => world.jobs.extend(held),
	hold: (world, _, n) => world.holds.open({ account: ['a0', 'a1', '@app'][n % 3]!, kind: 'rate_limited', until: world.time + n * 100, code: 'r', message: '' }),
	release: (world) => world.holds.releaseExpired(),
	pace: (world, _, n) => world.accounts.beat({ id: 'w', host: 'h' }, [{ account: `a${n % 2}`, client: null, pace: { ...pace, concurrent: 1 + n % 3 } }]),
	requeue: async (world, _, n) => {
		const { jobs } = await world.list.list({ states: ['failed', 'succeeded'] });
		const job = jobs[n % (jobs.length || 1)];
		if (!job) return;
		const content = { ...job.content, boardId: String(n % 4) };
		const after = { state: 'queued', dueAt: world.time, queue: null, groupKey: null, finishedAt: null, pinId: null, content, revision: job.revision + 1, account: `a${n % 2}` } as const;
		await world.jobs.revise(job.id, { expectedRevision: job.revision, expectedSeq: job.seq, change: changeOf(job, after, 'job.requeued'), aliases: [] });
	},
	evidence: async (world, _, n) => {
		const { jobs } = await world.list.list({ limit: 5 });
		const job = jobs[n % (jobs.length || 1)];
		if (job) await world.jobs.evidence(job.id, `late-${job.id}`, (seen) => published(seen, world.time, `late-${seen.id}`));
	},
};

const step = fc.record({ name: fc.constantFrom(...Object.keys(steps)), n: fc.nat(30) });

describe('whatever happens in whatever order', () => {
	it('every job stands in exactly the indexes its record asks for, and its events have no gap', async () => {
		const life = fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), async (story) => {
			const world = new StoreWorld();
			const held: LeasedJob[] = [];
			try {
				for (const { name, n } of story) await steps[name]!(world, held, n);
				expect(await contradictions(world)).toEqual([]);
			} finally {
				await world.end();
			}
		});
		await fc.assert(life, { numRuns: 40 });
	});
});
