import type { EngineEvent } from '../../../src/job/event';
import { Outbox } from '../../../src/store/outbox';
import { endSound } from './invariants';
import { aJob, published, retried, START, StoreWorld } from './store-world';

let world: StoreWorld;
beforeEach(async () => {
	world = new StoreWorld();
	await world.subscriptions.subscribe(subscription('s'));
});
afterEach(() => endSound(world));

const DAY = 24 * 3600 * 1000;
const subscription = (id: string, more: { paused?: boolean; ttlMs?: number; url?: string } = {}) =>
	({ id, url: `https://n8n.example/${id}`, events: ['job.queued' as const], ttlMs: 100 * DAY, ...more });
const all = () => true;
const claim = (id = 's', max = 10, inFlight = 10) => world.outbox.claim(id, { max, inFlight, leaseMs: 30_000 });
const shown = (events: EngineEvent[]) => events.map((event) => ('jobId' in event ? [event.type, event.seq] : [event.type, event.account]));

describe('the log of events', () => {
	it('shows each event with the job as it was then', async () => {
		const id = await world.aRun();
		const events = await world.outbox.withJobs(await world.outbox.since(null, 100));
		expect(events.map(({ job }) => job)).toMatchObject([
			{ id, state: 'queued', seq: 1, attempts: 0, pinId: null, content: { title: expect.any(String) as string } },
			{ id, state: 'running', seq: 2, attempts: 1, pinId: null, createdAt: START },
			{ id, state: 'succeeded', seq: 3, pinId: '99', lease: null, dueAt: null },
		]);
		expect(events[0]!.event).toMatchObject({ id: expect.stringMatching(/^evt_[0-9a-f]{26}$/) as string, at: START, jobId: id });
	});

	it('goes on after a cursor', async () => {
		await world.aRun();
		const [first, second, third] = await world.outbox.since(null, 100);
		expect(await world.outbox.since(first!.cursor, 1)).toEqual([second]);
		expect(await world.outbox.since(third!.cursor, 10)).toEqual([]);
	});

	it('is cut to its size; what a subscription had not been handed is counted', async () => {
		await world.subscriptions.subscribe(subscription('quick'));
		await world.aRun();
		await world.aRun();
		await world.aRun();
		await world.outbox.fanOut('quick', () => false);
		expect(await world.outbox.trim()).toBe(4);
		expect(await world.outbox.trim()).toBe(0);
		expect(await world.outbox.since(null, 100)).toHaveLength(5);
		expect((await world.subscriptions.get('s'))?.missed).toBe(4);
		expect((await world.subscriptions.get('quick'))?.missed).toBe(0);
	});

	it('gives all that came after a cursor, and refuses one after which something was cut', async () => {
		await world.aRun();
		await world.aRun();
		await world.aRun();
		const all = await world.outbox.allSince(null, 100);
		expect(await world.outbox.allSince(all[1]!.cursor, 100)).toEqual(all.slice(2));
		expect(await world.outbox.trim()).toBe(4);
		// The last one that was cut is seen already by whoever names it: nothing is missing after it.
		expect(await world.outbox.allSince(all[3]!.cursor, 100)).toEqual(all.slice(4));
		for (const cursor of [all[2]!.cursor, all[0]!.cursor, '0-1']) await expect(world.outbox.allSince(cursor, 100)).rejects.toMatchObject({ code: 'cursor_expired' });
		expect(await world.outbox.allSince(null, 100)).toEqual(all.slice(4));
		for (const cursor of ['', 'abc', '1', '-', '1-2-3']) await expect(world.outbox.allSince(cursor, 100)).rejects.toMatchObject({ code: 'invalid_request', details: { field: 'cursor' } });
	});

	it('is cut by age', async () => {
		await world.aRun();
		world.time += 6 * DAY;
		await world.aRun();
		expect(await world.outbox.trim()).toBe(1);
		world.time += DAY;
		expect(await world.outbox.trim()).toBe(2);
		expect(shown(await world.outbox.since(null, 10))).toEqual([['job.queued', 1], ['job.running', 2], ['job.succeeded', 3]]);
	});
});

describe('a subscription', () => {
	it('begins with the next event, and keeps its place when it is renewed', async () => {
		await world.aRun();
		expect(await world.subscriptions.subscribe(subscription('later'))).toBe(true);
		await world.aRun();
		expect(await world.subscriptions.subscribe(subscription('later', { url: 'https://new.example' }))).toBe(false);
		expect(await world.outbox.behind()).toEqual(['later', 's']);
		await world.outbox.fanOut('later', all);
		expect(await world.outbox.behind()).toEqual(['s']);
		expect(await world.drained('later')).toHaveLength(3);
		expect(await world.subscriptions.get('later')).toMatchObject({ url: 'https://new.example', expiresAt: START + 100 * DAY, waiting: 0 });
	});

	it('is handed only what it wants', async () => {
		await world.aRun();
		await world.outbox.fanOut('s', (event) => event.type === 'job.succeeded');
		expect(shown(await world.drained())).toEqual([['job.succeeded', 3]]);
	});

	it('is handed nothing twice when two dispatchers read from the same place', async () => {
		await world.aRun();
		await Promise.all([world.outbox.fanOut('s', all), world.outbox.fanOut('s', all)]);
		expect(await world.drained()).toHaveLength(3);
	});

	it('is handed no more than it takes: the rest waits in the log', async () => {
		const outbox = new Outbox(world.namespace, { handedOut: 3 });
		await world.aRun();
		await outbox.fanOut('s', all);
		await world.aRun();
		expect(await outbox.behind()).toEqual([]);
		expect(await outbox.fanOut('s', all)).toBe(false);
		expect(await world.drained()).toHaveLength(3);
		expect(await outbox.behind()).toEqual(['s']);
	});

	it('keeps its events while it is paused and gets them in order afterwards', async () => {
		await world.subscriptions.pause('s');
		await world.aRun();
		expect([await world.outbox.behind(), await world.outbox.due()]).toEqual([[], { subscriptionIds: [], nextAt: null }]);
		await world.outbox.fanOut('s', all);
		expect(await claim()).toEqual([]);
		await world.subscriptions.resume('s');
		await world.outbox.fanOut('s', all);
		expect(shown(await world.drained())).toEqual([['job.queued', 1], ['job.running', 2], ['job.succeeded', 3]]);
	});

	it('is handed nothing when it is paused while somebody reads the log for it', async () => {
		await world.aRun();
		let pausing: Promise<unknown> | undefined;
		const run = world.namespace.run.bind(world.namespace);
		jest.spyOn(world.namespace, 'run').mockImplementation(async (name, ...rest) => {
			if (name === 'fan-out') await pausing;
			return run(name, ...rest) as never;
		});
		await world.outbox.fanOut('s', () => {
			pausing ??= world.subscriptions.pause('s');
			return true;
		});
		expect(await world.subscriptions.get('s')).toMatchObject({ paused: true, waiting: 0, cursor: '0-0' });
	});

	it('is delivered nothing while it is paused, what it was handed before included', async () => {
		await world.aRun();
		await world.outbox.fanOut('s', all);
		await world.subscriptions.pause('s');
		expect(await world.outbox.due()).toEqual({ subscriptionIds: [], nextAt: null });
		expect(await claim()).toEqual([]);
		await world.subscriptions.subscribe(subscription('s'));
		expect(await world.outbox.due()).toEqual({ subscriptionIds: ['s'], nextAt: null });
	});

	it('ends with everything it had when nobody renews it', async () => {
		await world.subscriptions.subscribe(subscription('brief', { ttlMs: 1000 }));
		await world.aRun();
		await world.outbox.fanOut('brief', all);
		const [delivery] = await claim('brief');
		await world.outbox.settle(delivery!, { kind: 'dead', error: 'gone' });
		world.time += 999;
		expect(await world.subscriptions.expire()).toEqual([]);
		world.time += 1;
		expect(await world.subscriptions.expire()).toEqual(['brief']);
		expect((await world.allKeys()).filter((key) => key.includes('brief'))).toEqual([]);
		expect((await world.subscriptions.list()).map(({ id }) => id)).toEqual(['s']);
	});

	it('that is not there can be neither paused nor removed', async () => {
		expect(await world.subscriptions.pause('none')).toBe(false);
		expect(await world.subscriptions.resume('none')).toBe(false);
		expect(await world.subscriptions.remove('none')).toBe(false);
		expect(await world.outbox.fanOut('none', all)).toBe(false);
	});
});

describe('deliveries', () => {
	beforeEach(async () => {
		await world.aRun();
		await world.aRun();
		await world.outbox.fanOut('s', all);
	});

	it('of one job come one after the other, those of several jobs side by side', async () => {
		const taken = await claim();
		expect(taken.map(({ event }) => event.type)).toEqual(['job.queued', 'job.queued']);
		expect(await claim()).toEqual([]);
		await world.outbox.settle(taken[0]!, { kind: 'delivered' });
		expect((await claim()).map(({ event, line, tries }) => [event.type, line, tries])).toEqual([['job.running', taken[0]!.line, 0]]);
	});

	it('carry the job as of the event', async () => {
		expect((await claim())[0]).toMatchObject({ job: { state: 'queued', seq: 1 }, subscriptionId: 's' });
	});

	it('are no more under way at once than allowed, over all dispatchers', async () => {
		expect(await claim('s', 10, 1)).toHaveLength(1);
		expect(await claim('s', 10, 1)).toEqual([]);
		expect(await claim('s', 10, 2)).toHaveLength(1);
	});

	it('of a dispatcher that died are taken by another one when the lease ends, and its answer comes too late', async () => {
		const [lost] = await claim('s', 1);
		world.time += 30_000;
		const again = (await claim()).find(({ line }) => line === lost!.line);
		expect(again).toMatchObject({ event: { id: lost!.event.id }, tries: 0 });
		expect(await world.outbox.settle(lost!, { kind: 'delivered' })).toBe(false);
		expect(await world.outbox.settle(again!, { kind: 'delivered' })).toBe(true);
	});

	it('that fail hold up their own job alone, until they may be tried again', async () => {
		const [failing, fine] = await claim();
		await world.outbox.settle(failing!, { kind: 'postponed', until: START + 5000, error: 'HTTP 500' });
		await world.outbox.settle(fine!, { kind: 'delivered' });
		expect((await world.drained()).map((event) => 'jobId' in event && event.jobId)).toEqual([fine!.line, fine!.line]);
		expect(await world.outbox.due()).toEqual({ subscriptionIds: [], nextAt: START + 5000 });
		expect(await world.subscriptions.get('s')).toMatchObject({ failingSince: null, waiting: 3 });
		world.time += 5000;
		expect(await claim()).toMatchObject([{ line: failing!.line, tries: 1, event: { id: failing!.event.id } }]);
	});

	it('that fail are not hurried by a later event of their job, nor do their tries count for it', async () => {
		const [failing] = await claim('s', 1);
		await world.outbox.settle(failing!, { kind: 'postponed', until: START + 5000, error: 'HTTP 500' });
		await world.jobs.evidence(failing!.line, '77', (job) => published(job, world.time, '77'));
		await world.outbox.fanOut('s', all);
		expect((await world.drained()).filter((event) => 'jobId' in event && event.jobId === failing!.line)).toEqual([]);
		world.time += 5000;
		const [again] = await claim('s', 1);
		expect(again).toMatchObject({ event: { id: failing!.event.id }, tries: 1 });
		await world.outbox.settle(again!, { kind: 'delivered' });
		expect(await claim('s', 1)).toMatchObject([{ line: failing!.line, event: { type: 'job.running' }, tries: 0 }]);
	});

	it('tell since when and why nothing is accepted', async () => {
		const taken = await claim();
		await world.outbox.settle(taken[0]!, { kind: 'postponed', until: START + 5000, error: 'HTTP 500' });
		world.time += 7;
		await world.outbox.settle(taken[1]!, { kind: 'postponed', until: START + 5000, error: 'HTTP 502' });
		expect(await world.subscriptions.get('s')).toMatchObject({ failingSince: START, lastError: 'HTTP 502' });
	});

	it('that are given up are kept, the line goes on, and a replay puts them at its end once', async () => {
		const [first] = await claim('s', 1);
		await world.outbox.settle(first!, { kind: 'dead', error: 'HTTP 404' });
		expect(await world.outbox.dead('s')).toEqual([{
			subscriptionId: 's', eventId: first!.event.id, type: 'job.queued', jobId: first!.line, at: START, tries: 1, error: 'HTTP 404',
		}]);
		expect(await world.drained()).toHaveLength(5);
		expect((await world.subscriptions.get('s'))?.dead).toBe(1);

		await world.outbox.trim();
		expect(await world.outbox.replay('s', { which: 'events', eventIds: [first!.event.id] })).toBe(1);
		expect(await world.outbox.replay('s', { which: 'dead' })).toBe(0);
		const [again] = await claim();
		expect(again).toMatchObject({ event: first!.event, job: { state: 'queued' } });
		await world.outbox.settle(again!, { kind: 'dead', error: 'HTTP 404' });
		expect(await world.outbox.replay('s', { which: 'dead' })).toBe(1);
		expect((await world.drained()).map(({ id }) => id)).toEqual([first!.event.id]);
		expect(await world.outbox.dead('s')).toEqual([]);
	});

	it('that are dead are forgotten after 30 days', async () => {
		const [first] = await claim('s', 1);
		await world.outbox.settle(first!, { kind: 'dead', error: 'HTTP 404' });
		world.time += 30 * DAY;
		await world.outbox.trim();
		expect(await world.outbox.dead('s')).toEqual([]);
		expect((await world.allKeys()).filter((key) => key.includes(':dead'))).toEqual([]);
	});

	it('of events that were cut from the log meanwhile are counted as missed, and the line goes on', async () => {
		await world.outbox.trim();
		const left = await world.drained();
		expect(left).toHaveLength(5);
		expect(await world.subscriptions.get('s')).toMatchObject({ missed: 1, waiting: 0 });
	});

	it('of an account have a line of their own', async () => {
		await world.holds.open({ account: 'acme', kind: 'paused', until: null, code: 'paused', message: '' });
		await world.holds.release('acme');
		await world.outbox.fanOut('s', all);
		const lines = (await claim()).map(({ line, event, job }) => [line, event.type, job === null]);
		expect(lines).toContainEqual(['@acme', 'account.held', true]);
		expect(lines).toHaveLength(3);
	});
});

describe('a retried job', () => {
	it('delivers each of its changes in order, with gap-free numbers', async () => {
		await world.put(aJob());
		for (let attempt = 0; attempt < 3; attempt++) {
			const leased = await world.claimed();
			await world.jobs.settle(leased, retried(leased, world.time));
		}
		await world.outbox.fanOut('s', all);
		expect((await world.drained()).map((event) => 'seq' in event && event.seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
	});
});
