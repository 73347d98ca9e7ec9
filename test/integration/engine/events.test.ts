import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from '../../../src';
import { TestWorld } from '../../support/world';

interface Call {
	type: string;
	data: { id?: string; seq?: number; state?: string; kind?: string; account?: string };
	accepted: boolean;
}

/** Takes deliveries as the trigger node does, through the engine's own door. */
class Listener {
	readonly calls: Call[] = [];
	/** How the listener answers, given which of all events this is and how often it came before. */
	answer: (event: number, before: number) => number = () => 200;
	private readonly seen = new Map<string, number>();
	private readonly order: string[] = [];
	private server!: Server;

	async start(engine: Engine): Promise<string> {
		this.server = createServer((request, response) => {
			const parts: Buffer[] = [];
			const answer = (status: number) => response.writeHead(status).end();
			// An engine that is closed while it takes an event has not taken it.
			request.on('data', (part: Buffer) => parts.push(part)).on('end', () => void this.take(engine, request.headers, Buffer.concat(parts)).then(answer, () => answer(503)));
		});
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async take(engine: Engine, headers: Record<string, unknown>, body: Buffer): Promise<number> {
		const received = await engine.receive(headers, body, 'test');
		if (!received.ok) return received.status;
		const before = this.seen.get(received.eventId) ?? 0;
		if (before === 0) this.order.push(received.eventId);
		this.seen.set(received.eventId, before + 1);
		const status = this.answer(this.order.indexOf(received.eventId), before);
		this.calls.push({ type: received.payload.type, data: received.payload.data, accepted: status < 300 });
		await (status < 300 ? received.confirm() : received.release());
		return status;
	}

	accepted(): Call[] {
		return this.calls.filter(({ accepted }) => accepted);
	}

	stop(): Promise<unknown> {
		return new Promise((resolve) => this.server.close(resolve));
	}
}

let world: TestWorld;
let listener: Listener;

beforeEach(() => { listener = new Listener(); });
afterEach(async () => {
	await world.stop();
	await listener.stop();
});

const EVERY = ['job.queued', 'job.running', 'job.succeeded', 'job.retry_scheduled', 'job.failed', 'job.requeued', 'job.canceled', 'account.held', 'account.released'] as const;

async function listening(engine: Engine, url: string): Promise<void> {
	await engine.subscribe({ id: 'test', url: `${url}/hook`, events: [...EVERY] });
}

it('tells every change of each job once, in order, though the listener fails at one event in three', async () => {
	world = await TestWorld.start({ sandbox: { faults: { commitThen500: 0.2 } } });
	const url = await listener.start(world.engine());
	listener.answer = (event, before) => (event % 3 === 1 && before === 0 ? 500 : 200);
	const engine = world.engine({ deliveryBaseUrl: url });
	await listening(engine, url);
	await world.serve(engine);
	const results = await engine.enqueue(Array.from({ length: 8 }, (_, n) => world.request(n)));
	const ids = results.map((result) => (result.ok ? result.job.id : ''));
	const ended = await world.ended(engine, ids);
	const last = new Map(ended.map(({ id, seq }) => [id, seq]));
	await world.until(async () => (ids.every((id) => listener.accepted().some(({ data }) => data.id === id && data.seq === last.get(id))) ? true : null));
	for (const id of ids) {
		const told = listener.accepted().filter(({ data }) => data.id === id).map(({ data }) => data.seq);
		expect(told).toEqual(Array.from({ length: last.get(id)! }, (_, index) => index + 1));
	}
	expect(listener.calls.length).toBeGreaterThan(listener.accepted().length);
});

it('keeps the events of a paused subscription and delivers them in order when it is renewed', async () => {
	world = await TestWorld.start();
	const url = await listener.start(world.engine());
	const engine = world.engine({ deliveryBaseUrl: url });
	await listening(engine, url);
	await world.serve(engine);
	await engine.pauseSubscription('test');
	const [result] = await engine.enqueue([world.request(1)]);
	if (!result!.ok) throw result!.error;
	await world.ended(engine, [result!.job.id]);
	await new Promise((resolve) => setTimeout(resolve, 300));
	expect(listener.calls).toEqual([]);
	await listening(engine, url);
	await world.until(async () => (listener.accepted().some(({ type }) => type === 'job.succeeded') ? true : null));
	expect(listener.accepted().filter(({ data }) => data.id !== undefined).map(({ type }) => type)).toEqual(['job.queued', 'job.running', 'job.succeeded']);
});

it('shows each event as of its time, for those who poll', async () => {
	world = await TestWorld.start();
	await listener.start(world.engine());
	const engine = world.engine();
	await world.serve(engine);
	const [result] = await engine.enqueue([world.request(1)]);
	if (!result!.ok) throw result!.error;
	await world.ended(engine, [result!.job.id]);
	const { events } = await engine.eventsSince(null);
	const ofJob = events.filter(({ data }) => data.id === result!.job.id);
	expect(ofJob.map(({ data }) => [data.seq, data.state, data.attempts, data.pinId === null])).toEqual([
		[1, 'queued', 0, true], [2, 'running', 1, true], [3, 'succeeded', 1, false],
	]);
});

it('says no_worker once when jobs wait and their worker has gone, and released when it is back', async () => {
	world = await TestWorld.start({ timeFactor: 600 });
	const url = await listener.start(world.engine());
	const engine = world.engine({ deliveryBaseUrl: url });
	await listening(engine, url);
	const worker = world.engine();
	await world.serve(worker);
	await world.until(async () => ((await engine.accounts()).some(({ served, account }) => served && account === 'acme-us') ? true : null));
	await worker.close();
	await new Promise((resolve) => setTimeout(resolve, 400));
	const [result] = await engine.enqueue([world.request(1)]);
	if (!result!.ok) throw result!.error;
	await engine.watchForMissingWorkers();
	const health = await engine.health();
	expect(health.findings.map(({ code }) => code)).toEqual(expect.arrayContaining(['no_worker', 'account_not_served']));
	expect((await engine.get(result!.job.id)).incident).toMatchObject({ kind: 'no_worker', waiting: 1 });
	await world.serve(world.engine({ deliveryBaseUrl: url }));
	await world.ended(engine, [result!.job.id]);
	await world.until(async () => (listener.accepted().some(({ type }) => type === 'account.released') ? true : null));
	const told = listener.accepted().filter(({ data }) => data.account === 'acme-us' && data.kind === 'no_worker').map(({ type }) => type);
	expect(told).toEqual(['account.held', 'account.released']);
});

it('refuses a subscription to an address no event may go to, and says what to set', async () => {
	world = await TestWorld.start();
	await listener.start(world.engine());
	const engine = world.engine();
	await expect(engine.subscribe({ id: 'x', url: 'http://10.0.0.5/hook', events: ['job.failed'] })).rejects.toMatchObject({
		code: 'subscription_unreachable', hint: expect.stringContaining('n8n Base URL for Deliveries'),
	});
});
