import type { StoredSubscription } from '../../../src/store/subscription-contract';
import { status, type Answer } from './a-receiver';
import { WebhookWorld } from './webhook-world';

let world: WebhookWorld;
beforeEach(async () => void (world = await WebhookWorld.start()));
afterEach(() => world.end());

const MINUTE = 60_000, DAY = 24 * 60 * MINUTE;
const subscription = async (id = 's') => (await world.store.subscriptions.get(id)) as StoredSubscription;

describe('a delivery', () => {
	it('of a job that has moved on is left out where only the latest state is wanted', async () => {
		await world.subscribe('latest', `${world.endpoint.origin}/latest`, { latestOnly: true });
		const [id] = await world.published(1);
		expect(await world.dispatcher().runOnce()).toEqual({ delivered: 4, skipped: 2, postponed: 0, dead: 0 });
		expect(world.endpoint.seen.filter((line) => line === `${id} 3`)).toHaveLength(2);
		expect(world.endpoint.seen.filter((line) => line === `${id} 1`)).toHaveLength(1);
	});

	it('is logged with status, duration and the begin of the answer', async () => {
		await world.queued(1);
		world.endpoint.answer = status(503, `token=abc ${'x'.repeat(3000)}`);
		await world.dispatcher().runOnce();
		const [tried] = await world.store.outbox.tries('s');
		expect(tried).toMatchObject({ type: 'job.queued', try: 1, result: 'postponed', status: 503, answer: expect.stringMatching(/^token=\[redacted\] x{900,}…$/) as string });
		expect(tried!.answer).toHaveLength(1000);
		expect((await subscription()).lastError!.length).toBeLessThan(320);
	});
});

describe('a delivery to a trigger', () => {
	const receipt = (of: (id: string) => string): Answer => (response, { headers }) => void response.writeHead(200, { 'x-pinterest-jobs-receipt': of(headers['webhook-id']!) }).end('{"received":true}');

	it('is taken only with its receipt: a starting n8n answers 200 to everything', async () => {
		await world.subscribe('s', `${world.endpoint.origin}/hook`, { receipts: true });
		const [id] = await world.published(1);
		const dispatcher = world.dispatcher();
		for (const answer of [status(200, 'n8n is starting up. Please wait'), receipt((eventId) => `${eventId}x`)]) {
			world.endpoint.answer = answer;
			expect(await dispatcher.runOnce()).toMatchObject({ delivered: 0, postponed: 1 });
			world.pass(5 * MINUTE);
		}
		expect(await subscription()).toMatchObject({ lastError: expect.stringContaining('Somebody else than the trigger') as string });
		world.endpoint.answer = receipt((eventId) => eventId);
		expect(await dispatcher.runOnce()).toMatchObject({ delivered: 3, postponed: 0 });
		expect(world.endpoint.seen).toEqual([1, 1, 1, 2, 3].map((seq) => `${id} ${seq}`));
	});
});

describe('a subscription', () => {
	it('is disabled when nothing was accepted for five days, tells so once, and a renewal does not wake it', async () => {
		await world.subscribe('s', `${world.endpoint.origin}/hook`, { label: 'Backend' });
		await world.subscribe('alerts', `${world.endpoint.origin}/alerts`, { events: ['failure_group.opened'] });
		await world.queued(1);
		const dispatcher = world.dispatcher();
		world.endpoint.answer = status(500, 'broken');
		await dispatcher.runOnce();
		world.pass(5 * DAY - 1);
		await world.queued(1);
		await dispatcher.runOnce();
		expect(await subscription()).toMatchObject({ paused: false, disabledAt: null });
		world.pass(1);
		await world.queued(1);
		await dispatcher.runOnce();
		expect(await subscription()).toMatchObject({ paused: true, disabledAt: world.store.time });
		const told = (await world.store.outbox.since(null, 100)).filter(({ type }) => type === 'failure_group.opened');
		expect(told).toMatchObject([{ account: '@app', incident: { groupKey: 'subscription_disabled|Backend', code: 'subscription_disabled', queue: 'ops', message: 'HTTP 500: broken', subscription: 's' } }]);

		const calls = world.endpoint.calls.length;
		await world.subscribe('s', `${world.endpoint.origin}/hook`, { label: 'Backend' });
		world.pass(DAY);
		world.endpoint.answer = status(200);
		await dispatcher.runOnce();
		expect(world.endpoint.calls.slice(calls).map(({ type }) => type)).toEqual(['failure_group.opened']);
		await world.subscribe('s', `${world.endpoint.origin}/hook`, { label: 'Backend', beginsAnew: true });
		expect(await subscription()).toMatchObject({ paused: false, disabledAt: null, failingSince: null });
		await dispatcher.runOnce();
		expect(await subscription()).toMatchObject({ waiting: 0 });
	});

	it('begins anew when who takes its events has started: what was put off for hours comes at once, and its schedule begins again', async () => {
		await world.queued(2);
		const dispatcher = world.dispatcher();
		world.endpoint.answer = status(503);
		for (const ms of [0, 5000, 60_000, 300_000, 1_800_000]) {
			world.pass(ms);
			await dispatcher.runOnce();
		}
		expect(world.endpoint.calls).toHaveLength(10);
		world.pass(1000);
		// A renewal says nothing of who takes them.
		await world.subscribe('s', `${world.endpoint.origin}/hook`);
		expect(await dispatcher.runOnce()).toMatchObject({ delivered: 0, postponed: 0 });
		await world.subscribe('s', `${world.endpoint.origin}/hook`, { beginsAnew: true });
		expect(await dispatcher.runOnce()).toMatchObject({ delivered: 0, postponed: 2 });
		expect((await world.store.outbox.tries('s'))[0]).toMatchObject({ try: 1 });
		world.endpoint.answer = status(200);
		await world.store.subscriptions.resume('s');
		expect(await dispatcher.runOnce()).toMatchObject({ delivered: 2 });
	});

	it('of a quiet endpoint that failed once, days ago, is not disabled', async () => {
		await world.queued(1);
		const dispatcher = world.dispatcher();
		world.endpoint.answer = status(500);
		await dispatcher.runOnce();
		world.pass(6 * DAY);
		world.endpoint.answer = status(200);
		await dispatcher.runOnce();
		expect(await subscription()).toMatchObject({ paused: false, disabledAt: null, failingSince: null });
	});
});
