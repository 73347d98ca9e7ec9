import { aJob, published, START, StoreWorld } from './store-world';

describe('a job in the store', () => {
	let world: StoreWorld;
	beforeEach(() => { world = new StoreWorld(); });
	afterEach(() => world.end());

	it('comes back as it was put', async () => {
		const job = aJob({ metadata: { ø: 'ü', n: 1.5 }, warnings: ['w'], scheduledAt: START + 5 });
		await world.put(job);
		expect(await world.jobs.get(job.id)).toEqual(job);
	});

	it('goes from queued to succeeded, with one event a change, numbered without gaps', async () => {
		const job = aJob();
		await world.put(job);
		const leased = await world.claimed();
		expect(leased).toMatchObject({ id: job.id, state: 'running', attempts: 1, seq: 2, startedAt: START, lease: { until: START + 60_000, sendBy: null } });
		expect(await world.jobs.beginSend(leased, 20_000)).toEqual({ sendBy: START + 20_000, budgetMs: 20_000 });
		expect(await world.jobs.settle(leased, published(leased, world.time, '99'))).toEqual({ kind: 'settled', displaced: null });
		expect(await world.jobs.get(job.id)).toMatchObject({ state: 'succeeded', pinId: '99', seq: 3, lease: null, dueAt: null });
		expect(await world.eventsOf(job.id)).toEqual([['job.queued', 1], ['job.running', 2], ['job.succeeded', 3]]);
		expect(await world.jobs.owners(['99', '98'])).toEqual(new Map([['99', job.id]]));
	});
});
