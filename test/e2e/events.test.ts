import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../../src';
import { judge, type Judged, type ToldExecution } from '../bench/events/judge';
import { eventsSection } from '../bench/events/report';
import { writeSection } from '../bench/section';
import { seedOf } from '../support/dice';
import { N8nApi, n8nVersion, type ExecutionWithData, type WorkflowJson } from '../support/n8n';
import { FAST_PACE, UNHURRIED } from '../support/world';
import { pins, requestOf, statusFlow } from './support/flows';
import { UnreliableWay } from './support/unreliable-way';
import { until, useWorlds, type Account, type World } from './support/world';

/** 10,000 in `npm run bench:events`; a short round here. */
const TOTAL = Number(process.env.EVENTS ?? 240);
const TIME_FACTOR = 60, MINUTE_MS = 60_000 / TIME_FACTOR;
const OUTAGE_MS = (TOTAL >= 10_000 ? 10 : 2) * MINUTE_MS;
const KILLS_AT = [0.45, 0.7];
const TYPES = ['job.queued', 'job.running', 'job.succeeded', 'job.retry_scheduled', 'job.failed'];
/** Half of the accounts each. */
const MODES = { onReceived: 'when its execution has started', lastNode: 'when its workflow has finished' } as const;
const LONG = { timeoutMs: 60 * 60_000, everyMs: 500 };

type Mode = keyof typeof MODES;
const eachMode = Object.keys(MODES) as Mode[];

describe(`${TOTAL} events to n8n ${n8nVersion} over a bad way`, () => {
	const seed = seedOf('events');
	const { n8n, open } = useWorlds();
	let world: World, way: UnreliableWay, engine: Engine;
	const flows = {} as Record<Mode, { id: string }>;

	beforeAll(async () => {
		way = await UnreliableWay.start(() => n8n.n8n.url, seed);
		const accounts = Array.from({ length: 8 }, (_, n) => `acme-${n}`);
		world = await open({ accounts, timeFactor: TIME_FACTOR, deliveryBaseUrl: way.url, sandbox: { rates: { appDay: null, appDayWrite: null } } });
		// Works outside of n8n, so that somebody delivers while n8n is dead.
		engine = world.outside({ policy: UNHURRIED });
		for (const mode of eachMode) {
			flows[mode] = await world.import(noteFlow(world, mode, accountsOf(mode)));
			await n8n.api.activate(flows[mode].id);
		}
		for (const { name } of world.accounts) await engine.serve({ account: name, client: 'Acme', token: world.tokenOf(name), pace: FAST_PACE });
	}, 120_000);
	afterAll(async () => {
		await engine?.close();
		await way?.stop();
	});

	const accountsOf = (mode: Mode) => world.accounts.filter((_, n) => (n % 2 === 0) === (mode === 'onReceived'));
	const enqueue = async (count: number) => {
		const requests = world.accounts.flatMap((account) => pins(world, Math.ceil(count / world.accounts.length), { account })).map(requestOf);
		for (let n = 0; n < requests.length; n += 200) await engine.enqueue(requests.slice(n, n + 200));
	};
	const happened = async () => (await world.events(TYPES)).map(({ eventId, data }) => ({ eventId, account: String(data['account']) }));
	const newest = async () => Number(((await n8n.api.api('GET', '/executions?limit=1')) as { data: { id: string }[] }).data[0]?.id ?? 0);

	it('starts one execution each, in order, whatever is lost, doubled, closed or killed', async () => {
		const startedAt = performance.now(), inFlightAtKills: number[] = [], kills: number[] = [];
		const reached = (share: number) => until(`${share * 100} % of the executions`, async () => (await newest()) >= share * TOTAL, { ...LONG, everyMs: 100 });
		way.troubles = { duplicate: 0.05, error: 0.2 };
		await enqueue(Math.ceil(TOTAL / 3));

		await reached(0.2);
		way.isClosed = true;
		await sleep(OUTAGE_MS);
		way.isClosed = false;
		for (const share of KILLS_AT) {
			await reached(share);
			await until('deliveries under way', () => way.underWay >= 2, { everyMs: 1 });
			inFlightAtKills.push(way.underWay);
			await n8n.n8n.kill();
			kills.push(Date.now());
			await n8n.start();
		}
		await until('the jobs to end', async () => (await engine.list({ states: ['queued', 'running', 'retry_scheduled'], limit: 1 })).jobs.length === 0, LONG);
		await until('every event to be taken', async () => (await engine.endpoints.list()).every(({ waiting }) => waiting === 0) && (await newest()) >= (await happened()).length, LONG);
		await until('the executions to end', async () => (await n8n.underWay()).length === 0, LONG);

		const events = await happened();
		const judged = {} as Record<Mode, Judged>;
		for (const mode of eachMode) {
			const names = accountsOf(mode).map(({ name }) => name);
			const wanted = events.filter(({ account }) => names.includes(account)).map(({ eventId }) => eventId);
			judged[mode] = judge(wanted, (await n8n.api.listExecutionsWithData({ workflowId: flows[mode].id })).map(toldBy), kills);
		}
		const named = Object.fromEntries(eachMode.map((mode) => [MODES[mode], judged[mode]]));
		const section = eventsSection({ seed, n8nVersion, timeFactor: TIME_FACTOR, outageMs: OUTAGE_MS, tookMs: performance.now() - startedAt, calls: { ...way.calls }, inFlightAtKills, judged: named });
		console.log(section);
		if (process.env.EVENTS_WRITE) await writeSection('events', section);

		expect(events.length).toBeGreaterThanOrEqual(TOTAL);
		for (const mode of eachMode) expect(judged[mode]).toMatchObject({ missed: 0, unknown: 0, outOfOrder: 0 });
		const sum = (figure: keyof Judged) => eachMode.reduce((all, mode) => all + judged[mode][figure], 0);
		const inFlight = inFlightAtKills.reduce((all, count) => all + count, 0);
		expect(sum('repeats')).toBeLessThanOrEqual(inFlight);
		expect(sum('cutOff')).toBeLessThanOrEqual(inFlight);
		// What n8n had accepted and a kill cut off stays in its list, crashed: the price of not waiting for the workflow.
		expect(judged.onReceived.withoutOutput).toBeLessThanOrEqual(judged.onReceived.cutOff);
		expect(judged.lastNode.withoutOutput).toBe(0);
		expect(await engine.endpoints.list()).toEqual(eachMode.map(() => expect.objectContaining({ waiting: 0, dead: 0, missed: 0 }) as unknown));
	}, LONG.timeoutMs);
});

/** Status Trigger → Note, which puts out what the event was. */
function noteFlow(world: World, acknowledge: Mode, accounts: Account[]): WorkflowJson {
	const flow = statusFlow(world, TYPES, { filters: { accounts: accounts.map(({ name }) => name).join(', ') }, options: { acknowledge } });
	const fields = { eventId: '={{ $json.eventId }}', job: '={{ $json.job.id }}', seq: '={{ $json.job.seq }}', at: '={{ $json.timestamp }}' };
	flow.nodes.push({
		id: 'note', name: 'Note', type: 'n8n-nodes-base.set', typeVersion: 3.4, position: [220, 0],
		parameters: { assignments: { assignments: Object.entries(fields).map(([name, value]) => ({ id: name, name, type: name === 'seq' ? 'number' : 'string', value })) } },
	});
	flow.connections = { News: { main: [[{ node: 'Note', type: 'main', index: 0 }]] } };
	return flow;
}

type Noted = { eventId: string; job: string; seq: number; at: string };
const noted = (execution: ExecutionWithData) => N8nApi.outputOf(execution, 'Note')[0]?.[0]?.json as Noted | undefined;

/** One that was cut off has kept what started it, and no output. */
function toldBy(execution: ExecutionWithData): ToldExecution {
	const { id, status, data } = execution;
	const startedAt = execution.startedAt ? Date.parse(execution.startedAt) : null;
	const output = noted(execution);
	if (output) return { id: Number(id), status, startedAt, ...output, isPutOut: true };
	const { executionData } = data as unknown as { executionData?: { nodeExecutionStack: { data: { main: { json: { eventId: string; job: { id: string; seq: number } } }[][] } }[] } };
	const started = executionData?.nodeExecutionStack[0]?.data.main[0]?.[0]?.json;
	if (!started) throw new Error(`Execution ${id} (${status}) has kept nothing of its event.`);
	return { id: Number(id), status, startedAt, eventId: started.eventId, job: started.job.id, seq: started.job.seq, isPutOut: false };
}
