import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredSubscription } from '../../../src/store/subscription-contract';
import { DELIVERY_DELAYS_MS } from '../../../src/webhook/schedule';
import { verify } from '../../../src/webhook/signature';
import { UrlGuard } from '../../../src/webhook/url-guard';
import { status, type Answer } from './a-receiver';
import { SECRET, WebhookWorld } from './webhook-world';

let world: WebhookWorld;
beforeEach(async () => void (world = await WebhookWorld.start()));
afterEach(() => world.end());

const SECOND = 1000, MINUTE = 60 * SECOND;
const subscription = async (id = 's') => (await world.store.subscriptions.get(id)) as StoredSubscription;
const run = (id: string) => [1, 2, 3].map((seq) => `${id} ${seq}`);
const failing = (id: string, answer: Answer): Answer => (response, call, request) =>
	call.data.id === id ? answer(response, call, request) : status(200)(response, call, request);

describe('a delivery', () => {
	it('is a signed POST with the job as of the event', async () => {
		const [id] = await world.published(1);
		expect(await world.dispatcher().runOnce()).toEqual({ delivered: 3, skipped: 0, postponed: 0, dead: 0 });
		const [first] = world.endpoint.calls;
		expect(first).toMatchObject({ type: 'job.queued', data: { id, seq: 1, title: expect.any(String) as string } });
		expect(JSON.parse(first!.raw.toString())).toMatchObject({ timestamp: new Date(world.store.time).toISOString() });
		for (const { headers, raw } of world.endpoint.calls) expect(verify(headers, raw, [SECRET], world.store.time).ok).toBe(true);
	});

	it('comes in order for each job, and once', async () => {
		const ids = await world.published(4);
		await world.dispatcher().runOnce();
		for (const id of ids) expect(world.endpoint.seen.filter((line) => line.startsWith(id))).toEqual(run(id));
		expect(new Set(world.endpoint.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(12);
	});

	it('belongs to one trace with the others of its job', async () => {
		await world.published(2);
		await world.dispatcher().runOnce();
		const traces = world.endpoint.calls.map(({ headers }) => /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(headers.traceparent!)!);
		expect(new Set(traces.map(([, trace]) => trace)).size).toBe(2);
		expect(new Set(traces.map(([, , span]) => span)).size).toBe(6);
	});

	it('is signed with the current and the previous secret', async () => {
		const other = 'another signing secret, a raw one';
		await world.queued(1);
		await world.dispatcher({ secrets: [other, SECRET] }).runOnce();
		const [{ headers, raw }] = world.endpoint.calls as [(typeof world.endpoint.calls)[number]];
		for (const secret of [other, SECRET]) expect(verify(headers, raw, [secret], world.store.time).ok).toBe(true);
	});

	it('is made only of events the subscription wants', async () => {
		await world.subscribe('s', `${world.endpoint.origin}/hook`, { events: ['job.succeeded'] });
		const [id] = await world.published(1);
		await world.dispatcher().runOnce();
		expect(world.endpoint.seen).toEqual([`${id} 3`]);
	});

	it('stays under 64 kB: a view that grew too large keeps its last attempt and correction', async () => {
		await world.queued(1);
		const attempt = { n: 1, message: 'x'.repeat(1000) };
		const correction = (revision: number) => ({ revision, changes: { description: { from: 'x'.repeat(15_000), to: 'y'.repeat(15_000) } } });
		await world.dispatcher({ render: () => ({ id: 'pj_1', seq: 1, attemptHistory: [attempt, attempt, { ...attempt, n: 3 }], revisions: [correction(2), correction(3), correction(4)] }) }).runOnce();
		expect(world.endpoint.calls[0]!.raw.length).toBeLessThan(64 * 1024);
		expect(world.endpoint.calls[0]!.data).toEqual({ id: 'pj_1', seq: 1, attemptHistory: [{ ...attempt, n: 3 }], revisions: [correction(4)] });
	});

	it('needs a secret: a dispatcher without one is refused', () => {
		expect(() => world.dispatcher({ secrets: ['too short'] })).toThrow('signed');
	});
});

describe('a delivery that is not accepted', () => {
	it('comes again with the same id and bytes, and nothing of its job before it', async () => {
		const [id, other] = await world.published(2);
		const dispatcher = world.dispatcher();
		world.endpoint.answer = failing(id!, status(500));
		expect(await dispatcher.runOnce()).toEqual({ delivered: 3, skipped: 0, postponed: 1, dead: 0 });
		expect(world.endpoint.seen.filter((line) => line.startsWith(other!))).toEqual(run(other!));
		world.pass(5 * SECOND - 1);
		expect(await dispatcher.runOnce()).toEqual({ delivered: 0, skipped: 0, postponed: 0, dead: 0 });
		world.pass(1);
		world.endpoint.answer = status(200);
		await dispatcher.runOnce();
		const [first, again, ...rest] = world.endpoint.calls.filter(({ data }) => data.id === id);
		expect([again!.headers['webhook-id'], again!.raw]).toEqual([first!.headers['webhook-id'], first!.raw]);
		expect(rest.map(({ data }) => data.seq)).toEqual([2, 3]);
	});

	it('is dead after nine tries, can be replayed, and holds up its job no longer', async () => {
		const [id] = await world.published(1);
		const dispatcher = world.dispatcher();
		world.endpoint.answer = (response, call) => status(call.data.seq === 1 ? 500 : 200)(response, call, undefined as never);
		for (const delay of DELIVERY_DELAYS_MS) {
			world.pass(delay);
			await dispatcher.runOnce();
		}
		expect(world.endpoint.seen).toEqual([...Array<string>(9).fill(`${id} 1`), `${id} 2`, `${id} 3`]);
		expect(await world.store.outbox.dead('s')).toMatchObject([{ jobId: id, tries: 9, error: 'HTTP 500' }]);
		world.endpoint.answer = status(200);
		await world.store.outbox.replay('s', { which: 'dead' });
		expect(await dispatcher.runOnce()).toEqual({ delivered: 1, skipped: 0, postponed: 0, dead: 0 });
		expect(world.endpoint.seen.at(-1)).toBe(`${id} 1`);
	});

	it.each<[string, Answer, number]>([
		['a refusal', status(500), 5 * SECOND],
		['a redirect, which is not followed', (response) => void response.writeHead(302, { location: `${world.endpoint.origin}/elsewhere` }).end(), 5 * SECOND],
		['a connection that breaks', (response) => void response.destroy(), 5 * SECOND],
		['no answer in time', () => undefined, MINUTE],
		['too many requests', status(429), MINUTE],
		['a busy receiver', status(409), 5 * SECOND],
		['a wish to wait', status(503, '', { 'retry-after': '7' }), 7 * SECOND],
	])('comes again in good time after %s', async (_name, answer, delay) => {
		await world.queued(1);
		world.endpoint.answer = answer;
		const dispatcher = world.dispatcher({ timeoutMs: 100 });
		expect(await dispatcher.runOnce()).toEqual({ delivered: 0, skipped: 0, postponed: 1, dead: 0 });
		expect((await world.store.outbox.due()).nextAt).toBe(world.store.time + delay);
		expect(world.endpoint.calls).toHaveLength(1);
	});

	it('is tried soon while the receiver has it in hand, and by the schedule when that lasts', async () => {
		await world.queued(1);
		const dispatcher = world.dispatcher();
		world.endpoint.answer = status(500);
		for (const delay of DELIVERY_DELAYS_MS.slice(0, 4)) {
			world.pass(delay);
			await dispatcher.runOnce();
		}
		world.endpoint.answer = status(409);
		const waits: number[] = [];
		for (let n = 0; n < 2; n++) {
			world.store.time = (await world.store.outbox.due()).nextAt ?? world.store.time;
			await dispatcher.runOnce();
			waits.push((await world.store.outbox.due()).nextAt! - world.store.time);
		}
		expect(waits).toEqual([MINUTE, 6 * 60 * MINUTE]);
	});

	it('pauses the subscription after 410, and goes on when somebody renews it', async () => {
		const [first] = await world.queued(2);
		world.endpoint.answer = status(410);
		const dispatcher = world.dispatcher();
		await dispatcher.runOnce();
		expect(await subscription()).toMatchObject({ paused: true, lastError: 'HTTP 410' });
		world.endpoint.answer = status(200);
		world.pass(MINUTE);
		expect((await dispatcher.runOnce()).delivered).toBe(0);
		await world.store.subscriptions.resume('s');
		expect((await dispatcher.runOnce()).delivered).toBe(2);
		expect(world.endpoint.seen.slice(-2)).toContain(`${first} 1`);
	});

	it('leaves the begin of the answer behind, without secrets', async () => {
		await world.queued(1);
		world.endpoint.answer = status(401, `Bearer pina_ABCDEF0123456789 is not known here. ${'x'.repeat(5000)}`);
		await world.dispatcher().runOnce();
		const { lastError, failingSince } = await subscription();
		expect(lastError).toMatch(/^HTTP 401: Bearer \[redacted\] is not known here/);
		expect(lastError!.length).toBeLessThan(1000);
		expect(failingSince).toBe(world.store.time);
	});

	it('uses up its tries when it cannot even be rendered', async () => {
		await world.queued(1);
		const dispatcher = world.dispatcher({ render: () => { throw new Error('no view'); } });
		expect(await dispatcher.runOnce()).toEqual({ delivered: 0, skipped: 0, postponed: 1, dead: 0 });
		expect(await subscription()).toMatchObject({ lastError: 'no view' });
	});

	it('never reaches an address the guard refuses', async () => {
		await world.queued(1);
		expect((await world.dispatcher({ guard: new UrlGuard() }).runOnce()).postponed).toBe(1);
		expect(world.endpoint.connections).toBe(0);
	});
});

describe('an answer', () => {
	it('counts by its status, even when its body never ends', async () => {
		await world.queued(1);
		world.endpoint.answer = (response) => void response.writeHead(200).write('{');
		expect((await world.dispatcher({ timeoutMs: 100 }).runOnce()).delivered).toBe(1);
	});

	it('is read for 16 kB and no further', async () => {
		await world.queued(1);
		let written = 0;
		world.endpoint.answer = async (response) => {
			response.writeHead(200);
			for (; written < 50_000_000 && !response.destroyed; written += 1000) if (!response.write('x'.repeat(1000))) await sleep(1);
		};
		const began = performance.now();
		expect((await world.dispatcher().runOnce()).delivered).toBe(1);
		expect(performance.now() - began).toBeLessThan(5000);
		expect(written).toBeLessThan(10_000_000);
	});
});

describe('an endpoint that hangs', () => {
	it('is asked by five deliveries at once, not more, over all dispatchers', async () => {
		await world.queued(12);
		world.endpoint.answer = async (response, call, request) => {
			await sleep(30);
			await status(200)(response, call, request);
		};
		const tallies = await Promise.all([world.dispatcher().runOnce(), world.dispatcher().runOnce()]);
		expect(tallies[0].delivered + tallies[1].delivered).toBe(12);
		expect(new Set(world.endpoint.seen).size).toBe(12);
		expect(world.endpoint.mostOpen).toBe(5);
	});

	it('holds up no other', async () => {
		const other = await world.anotherEndpoint();
		await world.subscribe('other', other.origin);
		await world.queued(8);
		world.endpoint.answer = () => undefined;
		const stuck = world.dispatcher({ timeoutMs: 2000 }).runOnce();
		for (let n = 0; n < 100 && other.calls.length < 8; n++) await sleep(10);
		expect(other.calls).toHaveLength(8);
		await world.endpoint.stop();
		expect((await stuck).delivered).toBe(8);
	});
});

describe('the dispatcher', () => {
	it('goes through more events than it may hand out at once', async () => {
		await world.queued(250);
		expect((await world.dispatcher().runOnce()).delivered).toBe(250);
		expect(new Set(world.endpoint.seen).size).toBe(250);
	});

	it('takes over what a dead one had taken, under the same id', async () => {
		const [id] = await world.queued(1);
		await world.store.outbox.fanOut('s', () => true);
		const [taken] = await world.store.outbox.claim('s', { max: 1, inFlight: 5, leaseMs: 30_000 });
		expect((await world.dispatcher().runOnce()).delivered).toBe(0);
		world.pass(30_001);
		expect((await world.dispatcher().runOnce()).delivered).toBe(1);
		expect(world.endpoint.calls).toMatchObject([{ headers: { 'webhook-id': taken!.event.id }, data: { id } }]);
	});

	it('sleeps until it is woken', async () => {
		const dispatcher = world.dispatcher({ idleMs: 60_000 });
		dispatcher.start();
		await sleep(50);
		await world.queued(1);
		await sleep(50);
		expect(world.endpoint.calls).toHaveLength(0);
		dispatcher.wake();
		for (let n = 0; n < 200 && world.endpoint.calls.length === 0; n++) await sleep(10);
		expect(world.endpoint.calls).toHaveLength(1);
	});

	it('wakes by itself when the next try is due', async () => {
		await world.queued(1);
		world.endpoint.answer = status(500);
		const realTime = Date.now() - world.store.time;
		const ticking = setInterval(() => (world.store.time = Date.now() - realTime), 5);
		const dispatcher = world.dispatcher({ idleMs: 60_000, timeFactor: 60 });
		dispatcher.start();
		// 5 s and a minute, sixty times as fast.
		for (let n = 0; n < 300 && world.endpoint.calls.length < 3; n++) await sleep(10);
		clearInterval(ticking);
		expect(world.endpoint.calls.length).toBeGreaterThanOrEqual(3);
	});

	it('waits when it stops for what is in flight, and takes nothing more', async () => {
		await world.queued(8);
		let answerAll = () => undefined as void;
		const held = new Promise<void>((resolve) => (answerAll = resolve));
		world.endpoint.answer = async (response, call, request) => {
			await held;
			await status(200)(response, call, request);
		};
		const dispatcher = world.dispatcher();
		dispatcher.start();
		for (let n = 0; n < 200 && world.endpoint.calls.length < 5; n++) await sleep(10);
		const stopped = dispatcher.stop();
		answerAll();
		await stopped;
		expect(world.endpoint.calls).toHaveLength(5);
		expect(await subscription()).toMatchObject({ waiting: 3 });
	});

	it('logs no body and no secret', async () => {
		await world.queued(1);
		await world.dispatcher().runOnce();
		expect(world.lines).toEqual([{
			level: 'info', event: 'webhook.delivered', subscription: 's', eventId: expect.stringMatching(/^evt_/) as string, type: 'job.queued', try: 1, error: null,
		}]);
	});
});
