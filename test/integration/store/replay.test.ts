import type { EngineEvent } from '../../../src/job/event';
import { endSound } from './invariants';
import { aJob, START, StoreWorld } from './store-world';

let world: StoreWorld;
beforeEach(async () => {
	world = new StoreWorld();
	await world.subscriptions.subscribe({ id: 's', url: 'https://n8n.example/s', events: ['job.queued'], ttlMs: 100 * 24 * 3_600_000 });
});
afterEach(() => endSound(world));

const all = () => true;
const claim = (max = 10) => world.outbox.claim('s', { max, inFlight: 10, leaseMs: 30_000 });
const shown = (events: EngineEvent[]) => events.map((event) => ('jobId' in event ? [event.type, event.seq] : [event.type, event.account]));

describe('deliveries', () => {
	it('come again from the log: those of a job, of a time, or certain ones, in order and in no line twice', async () => {
		const times = [world.time, world.time + 60_000];
		const jobIds = [await world.aRun()];
		world.time += 60_000;
		jobIds.push(await world.aRun());
		const replayed = async (which: Parameters<typeof world.outbox.replay>[1], wanted: (event: EngineEvent) => boolean = all) => {
			const count = await world.outbox.replay('s', which, wanted);
			expect([await world.outbox.replay('s', which, wanted), (await world.subscriptions.get('s'))!.waiting]).toEqual([0, count]);
			return (await world.drained()).map((event) => ('jobId' in event ? `${jobIds.indexOf(event.jobId)} ${event.seq}` : event.type));
		};
		const first = (await world.outbox.since(null, 100)).find((event) => 'jobId' in event && event.jobId === jobIds[0]);
		expect(await replayed({ which: 'job', jobId: jobIds[1]! })).toEqual(['1 1', '1 2', '1 3']);
		expect(await replayed({ which: 'job', jobId: jobIds[1]! }, ({ type }) => type === 'job.succeeded')).toEqual(['1 3']);
		expect(await replayed({ which: 'time', from: times[0]!, to: times[1]! - 1 })).toEqual(['0 1', '0 2', '0 3']);
		expect(await replayed({ which: 'events', eventIds: [first!.id, 'evt_none'] })).toEqual(['0 1']);
		expect(await world.outbox.replay('none', { which: 'job', jobId: jobIds[0]! })).toBe(0);
	});

	it('that are dead come again in their place among those of the log, and once', async () => {
		const id = await world.aRun();
		await world.outbox.fanOut('s', all);
		const [first] = (await claim()).filter(({ line }) => line === id);
		await world.outbox.settle(first!, { kind: 'dead', error: 'HTTP 404' });
		const others = (await world.drained()).filter((event) => 'jobId' in event && event.jobId === id);
		expect(shown(others)).toEqual([['job.running', 2], ['job.succeeded', 3]]);
		expect(await world.outbox.replay('s', { which: 'job', jobId: id })).toBe(3);
		expect(await world.outbox.replay('s', { which: 'job', jobId: id })).toBe(0);
		expect(shown(await world.drained())).toEqual([['job.queued', 1], ['job.running', 2], ['job.succeeded', 3]]);
		expect(await world.outbox.dead('s')).toEqual([]);
	});

	it('that were skipped say nothing of the endpoint', async () => {
		await world.aRun();
		await world.put(aJob());
		await world.outbox.fanOut('s', all);
		const [failing, skipped] = await claim(2);
		await world.outbox.settle(failing!, { kind: 'postponed', until: START + 5000, error: 'HTTP 500' });
		await world.outbox.settle(skipped!, { kind: 'skipped' });
		expect(await world.subscriptions.get('s')).toMatchObject({ failingSince: START, lastError: 'HTTP 500', dead: 0 });
	});

	it('are logged with what came back, the last hundred tries of them', async () => {
		await world.aRun();
		await world.outbox.fanOut('s', all);
		const [delivery] = await claim(1);
		const report = (status: number) => ({ tried: { status, ms: 7, answer: 'no' }, ifDisabled: {} });
		for (let n = 0; n < 101; n++) {
			const [again] = n === 0 ? [delivery] : await claim(1);
			await world.outbox.settle(again!, { kind: 'postponed', until: world.time, error: 'e' }, report(500 + n));
		}
		const tries = await world.outbox.tries('s');
		expect([tries.length, tries.at(-1)!.status]).toEqual([100, 501]);
		expect(tries[0]).toEqual({ at: START, eventId: delivery!.event.id, type: 'job.queued', jobId: delivery!.line, try: 101, result: 'postponed', status: 600, ms: 7, answer: 'no' });
		expect(await world.outbox.tries('s', 1)).toHaveLength(1);
	});
});
