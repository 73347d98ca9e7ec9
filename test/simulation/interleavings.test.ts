import fc from 'fast-check';
import { seedOf } from '../support/dice';
import { policy } from '../integration/store/store-world';
import { WorkWorld, type Gate, type Member } from '../integration/work/work-world';

/** How long new orders are tried, ms. */
const LASTS_MS = Number(process.env.INTERLEAVINGS_SECONDS ?? 6) * 1000;
/** In these a job ends however the orders fell out: three leases, looks until past the horizon, sent again. */
const MOST_ROUNDS = 60;

let tried = 0;

/** Lets everybody go on one call at a time, in the order that the scheduler says; so Redis and Pinterest see every order. */
class Crossing {
	private atWork = 0;

	constructor(private readonly scheduler: fc.Scheduler) {}

	/** Waits for its turn before the call, and again before its answer is heard. */
	readonly gate: Gate = async (name, act) => {
		await this.turn(name);
		try {
			return await act();
		} finally {
			await this.turn(`${name} answered`);
		}
	};

	/** Runs to the end of all that is said here. */
	async run(acts: (() => Promise<unknown>)[]): Promise<void> {
		this.atWork = acts.length;
		const all = Promise.all(acts.map((act) => act().finally(() => this.atWork--)));
		let over = false;
		void all.finally(() => { over = true; }).catch(() => undefined);
		while (!over) {
			if (this.atWork === 0 && this.scheduler.count() > 0) await this.scheduler.waitNext(1);
			else await new Promise((resolve) => setImmediate(resolve));
		}
		await all;
	}

	private async turn(name: string): Promise<void> {
		this.atWork--;
		await this.scheduler.schedule(Promise.resolve(), name);
		this.atWork++;
	}
}

interface Plan {
	boards: number[];
	beats: number;
	sweeps: number;
	waits: number[];
	drains: boolean;
}

const plans: fc.Arbitrary<Plan> = fc.record({
	boards: fc.array(fc.nat(1), { minLength: 1, maxLength: 2 }),
	beats: fc.nat(2), sweeps: fc.nat(2),
	waits: fc.array(fc.constantFrom(1000, 9000, 20_000, policy.leaseMs / 2, policy.leaseMs + 1), { maxLength: 3 }),
	drains: fc.boolean(),
});

/** Two workers that want the same jobs, with heartbeats, a sweeper, a clock and an end in between. */
async function meet(world: WorkWorld, { boards, beats, sweeps, waits, drains }: Plan, crossing: Crossing): Promise<Member[]> {
	const [a, b] = [world.member(crossing.gate), world.member(crossing.gate)] as const;
	const times = (count: number, act: () => Promise<unknown>) => async () => {
		for (let n = 0; n < count; n++) await act();
	};
	await crossing.run([
		times(boards.length, () => a.publish()), times(boards.length, () => b.publish()),
		times(beats, () => crossing.gate('beat', () => Promise.resolve()).then(() => a.leases.beat())),
		times(sweeps, () => b.sweeper.round()),
		async () => {
			for (const ms of waits) await crossing.gate('time', async () => world.pass(ms));
		},
		async () => {
			if (drains) await crossing.gate('drain', async () => a.attempts.drain());
		},
	]);
	return [a, b];
}

/** Nothing disturbs any more: what is left is taken over, looked for and sent. */
async function calm(world: WorkWorld, ids: string[]): Promise<void> {
	const worker = world.member();
	for (let round = 0; round < MOST_ROUNDS; round++) {
		const jobs = await world.store.jobs.getMany(ids);
		if (jobs.every((job) => job?.state === 'succeeded')) return;
		world.pass(policy.leaseMs + 1);
		await worker.sweeper.round();
		for (let n = 0; n < ids.length; n++) {
			await worker.look();
			await worker.publish();
		}
	}
}

it('publishes each Pin once in whatever order two workers, their heartbeats, a sweeper and an end come between each other', async () => {
	const seed = seedOf('interleavings');
	await fc.assert(
		fc.asyncProperty(fc.scheduler(), plans, async (scheduler, plan) => {
			const world = await WorkWorld.start();
			try {
				const ids: string[] = [];
				for (const board of plan.boards) ids.push(await world.put(board));
				const members = await meet(world, plan, new Crossing(scheduler));
				const sent = world.sandbox.control.calls().items.filter(({ operation }) => operation === 'createPin').length;
				expect(sent).toBeLessThanOrEqual(world.permits.length);
				await calm(world, ids);
				const jobs = await world.store.jobs.getMany(ids);
				expect(jobs.map((job) => [job!.state, world.pinsOf(job!.content.title!)])).toEqual(jobs.map((job) => ['succeeded', [job!.pinId]]));
				expect(await world.store.jobs.doublePins()).toEqual([]);
				for (const { lines } of members) expect(lines.filter(({ event }) => event === 'sweep.failed' || event === 'settle.waiting')).toEqual([]);
				tried++;
			} finally {
				await world.end();
			}
		}),
		{ seed, numRuns: 1_000_000, interruptAfterTimeLimit: LASTS_MS, markInterruptAsFailure: false },
	);
	process.stderr.write(`interleavings: ${tried} orders\n`);
	expect(tried).toBeGreaterThan(10);
}, LASTS_MS + 60_000);
