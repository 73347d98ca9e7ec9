import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Outbox } from '../../../src/store/outbox';
import { Stalls } from '../../support/stalls';
import { status, type Arrived, type EventEndpoint } from './a-receiver';
import { WebhookWorld } from './webhook-world';

/** A quarter of an hour each; in real time a little more than what one POST to an endpoint that hangs may take. */
const STEPS = 96, STEP_MS = 15 * 60_000, TIMEOUT_MS = 250, EVENTS_A_STEP = 20;
/** What a subscription is handed out at most; the rest waits in the log, which all share. */
const HANDED_OUT = 1000;

let world: WebhookWorld;
let stalls: Stalls;
beforeEach(async () => {
	world = await WebhookWorld.start();
	stalls = new Stalls();
});
afterEach(async () => {
	stalls.stop();
	await world.end();
});

/** Bytes in use once everything is collected that nobody needs. */
function heapBytes(): number {
	setFlagsFromString('--expose-gc');
	(runInNewContext('gc') as () => void)();
	return process.memoryUsage().heapUsed;
}

/** Jobs enqueued in a step of the day, and by when each of their events was told, ms of real time from the enqueuing on. */
async function aStep(good: EventEndpoint, arrived: Map<string, number>): Promise<number[]> {
	const from = performance.now();
	const ids = await world.queued(EVENTS_A_STEP);
	const enqueued = performance.now();
	while (!ids.every((id) => arrived.has(id)) && performance.now() < enqueued + 20_000) await sleep(1);
	const late = ids.map((id) => (arrived.get(id) ?? Infinity) - enqueued);
	await sleep(Math.max(0, TIMEOUT_MS + 30 - (performance.now() - from)));
	for (const endpoint of [good, world.endpoint]) endpoint.calls.length = 0;
	world.pass(STEP_MS);
	return late;
}

it('an endpoint that hangs for a day and one that answers 500 delay nobody by more than a timeout, and take no memory of the worker', async () => {
	const { store } = world;
	const [good, failing] = [await world.anotherEndpoint(), await world.anotherEndpoint()];
	const arrived = new Map<string, number>();
	good.answer = (response, call: Arrived, request) => {
		arrived.set(call.data.id, performance.now());
		return status(200)(response, call, request);
	};
	const dispatcher = world.dispatcher({ outbox: new Outbox(store.namespace), timeoutMs: TIMEOUT_MS, idleMs: 20, random: Math.random, log: () => undefined });
	await store.subscriptions.remove('s');
	await world.subscribe('good', `${good.origin}/hook`);
	dispatcher.start();

	// The same hours without the others.
	const alone: number[] = [];
	for (let step = 0; step < STEPS / 4; step++) alone.push(...await aStep(good, arrived));

	world.endpoint.answer = () => undefined;
	failing.answer = status(500, 'broken');
	await world.subscribe('hanging', `${world.endpoint.origin}/hook`);
	await world.subscribe('failing', `${failing.origin}/hook`);
	const beside: number[] = [], heap: number[] = [];
	for (let step = 0; step < STEPS; step++) {
		beside.push(...await aStep(good, arrived));
		failing.calls.length = 0;
		if (step % (STEPS / 4) === STEPS / 4 - 1) {
			arrived.clear();
			heap.push(heapBytes());
		}
	}

	const waiting = STEPS * EVENTS_A_STEP;
	const [longest, longestAlone] = [Math.max(...beside), Math.max(...alone)];
	console.log(`event → endpoint: at most ${Math.round(longest)} ms beside two that do not work, ${Math.round(longestAlone)} ms alone; heap by the quarters of the day: ${heap.map((bytes) => (bytes / 1e6).toFixed(1)).join(', ')} MB`);
	expect(longest).toBeLessThan(longestAlone + TIMEOUT_MS + stalls.longestMs);
	// A thousand events more wait at its end than at noon.
	expect(heap.at(-1)! - heap[1]!).toBeLessThan(2e6);

	// The day is over: nothing was delivered there, nothing is lost, and only so many were handed out.
	for (const id of ['hanging', 'failing']) expect(await store.subscriptions.get(id)).toMatchObject({ waiting: HANDED_OUT, missed: 0, dead: 0 });
	expect(await store.redis.xlen(store.key('events'))).toBe(waiting + alone.length);
	expect(world.endpoint.mostOpen).toBeLessThanOrEqual(5);

	// What an event takes in Redis while it waits: once in the log, and in each subscription for the first thousand.
	const bytes = async (pattern: RegExp) => {
		const keys = (await store.allKeys()).filter((key) => pattern.test(key.slice(store.namespace.prefix.length)));
		return (await Promise.all(keys.map((key) => store.redis.memory('USAGE', key, 'SAMPLES', 0)))).reduce<number>((sum, size) => sum + Number(size), 0);
	};
	const inLog = await bytes(/^events$/) / (waiting + alone.length), handedOut = await bytes(/^sub:hanging/) / HANDED_OUT;
	console.log(`a waiting event: ${Math.round(inLog)} bytes in the log, ${Math.round(handedOut)} bytes in each subscription it was handed to`);
	expect(inLog).toBeLessThan(600);
	expect(handedOut).toBeLessThan(500);
}, 120_000);
