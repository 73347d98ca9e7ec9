import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { changeCredential } from '../../scripts/demo/credentials.mjs';
import type { Engine } from '../../src';
import { sign } from '../../src/webhook/signature';
import { delaySection } from '../bench/events/report';
import { quantile } from '../bench/figure';
import { writeSection } from '../bench/section';
import { forgedCalls, NO_EVENTS } from '../support/forged-calls';
import { N8nApi, n8nVersion } from '../support/n8n';
import { FAST_PACE } from '../support/world';
import { enqueue, pins, requestOf, statusFlow, unchecked } from './support/flows';
import { until, useWorlds, type World } from './support/world';

const to = (node: string) => [{ node, type: 'main', index: 0 }];
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const BODY = Buffer.from(JSON.stringify({ type: 'job.succeeded', timestamp: '2026-11-20T00:00:00.000Z', data: { id: 'pj_1', seq: 3, state: 'succeeded' } }));
/** Events one by one: 400 in `npm run bench:events`, a few here. */
const SINGLE = Number(process.env.EVENTS_SINGLE ?? 30);

describe(`the Status Trigger, on n8n ${n8nVersion}`, () => {
	const { n8n, open } = useWorlds();

	describe('sorted and waited for', () => {
		let world: World;
		beforeAll(async () => {
			world = await open({ accounts: ['acme-us', 'acme-eu'] });
			await world.publishWorkers();
			await world.untilServed();
		}, 120_000);

		it('sorts events by who has to act, and counts one as taken when its workflow has finished without an error', async () => {
			// Each event's first execution fails, so that it has to come again.
			const seen = new Set<string>();
			const service = createServer(({ url }, response) => void response.writeHead(seen.has(url!) ? 200 : 500).end(() => seen.add(url!)));
			await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
			const flow = statusFlow(world, ['job.succeeded', 'job.failed'], { outputs: 'route', options: { acknowledge: 'lastNode' } });
			const call = (name: string, x: number) => ({
				id: name, name, type: 'n8n-nodes-base.httpRequest', typeVersion: 4.2, position: [300, x] as [number, number],
				parameters: { url: `=http://127.0.0.1:${(service.address() as AddressInfo).port}/{{ $json.eventId }}` },
			});
			flow.nodes.push(call('Published', 0), call('For the client', 200));
			flow.connections = { News: { main: [to('Published'), [], to('For the client'), [], []] } };
			const { id } = await world.import(flow);
			await n8n.api.activate(id);

			const [fine, foreign] = pins(world, 2);
			const [first, second] = await enqueue(world, [fine!, { ...foreign!, board: world.accounts[1]!.boards[0]! }], unchecked);
			await world.untilEnded(2);
			const executions = () => n8n.api.listExecutionsWithData({ workflowId: id });
			await until('both events', async () => (await executions()).filter(({ status }) => status === 'success').length === 2);
			service.close();

			const all = await executions();
			const outputs = (execution: (typeof all)[number]) => N8nApi.outputOf(execution, 'News').map((items) => (items ?? []).map(({ json }) => [json['event'], (json['job'] as { id: string }).id]));
			const taken = all.filter(({ status }) => status === 'success').map(outputs);
			expect(taken).toContainEqual([[['job.succeeded', first!.json['id']]], [], [], [], []]);
			expect(taken).toContainEqual([[], [], [['job.failed', second!.json['id']]], [], []]);
			expect(all.filter(({ status }) => status === 'error')).toHaveLength(2);

			const [subscription] = (await world.engine.endpoints.list()).filter(({ url }) => url.includes('pinterest-jobs'));
			await until('the log', async () => (await world.engine.endpoints.deliveries(subscription!.id)).filter(({ result }) => result === 'delivered').length === 2);
			const tries = await world.engine.endpoints.deliveries(subscription!.id);
			expect(tries.filter(({ result }) => result === 'postponed').length).toBe(all.filter(({ status }) => status === 'error').length);
			expect(tries.filter(({ result }) => result === 'postponed').map(({ status }) => status)).toContain(500);
			expect(await world.engine.endpoints.get(subscription!.id)).toMatchObject({ waiting: 0, dead: 0 });
		});
	});

	describe('called by anybody', () => {
		let world: World;
		let workflow: { id: string };
		let hook: URL;

		beforeAll(async () => {
			world = await open({ accounts: [] });
			await changeCredential(n8n.api, world.engineCredential, { ...world.engineData, signingSecret: SECRET });
			workflow = await world.import(statusFlow(world, ['job.succeeded']));
			await n8n.api.activate(workflow.id);
			await until('its subscription', async () => (await world.engine.endpoints.list()).length === 1);
			const [subscription] = await world.engine.endpoints.list();
			hook = new URL(subscription!.url);
		}, 120_000);

		const started = async () => (await n8n.api.listExecutions({ workflowId: workflow.id })).length;
		const signed = (id: string, secrets = [SECRET], body = BODY) => ({ 'content-type': 'application/json', ...sign(secrets, id, Date.now(), body) });

		it('start nothing when they are forged, stale or malformed', async () => {
			const calls = [
				...forgedCalls({ secret: SECRET, now: Date.now(), body: BODY }).map(({ name, headers, body }) => ({ name, headers, body: body as Buffer | null, method: 'POST' })),
				...NO_EVENTS.map(([name, text]) => ({ name, headers: signed('evt_2', [SECRET], Buffer.from(text)), body: Buffer.from(text), method: 'POST' })),
				{ name: 'no body', headers: signed('evt_2', [SECRET], Buffer.alloc(0)), body: null, method: 'POST' },
				...['GET', 'PUT', 'DELETE', 'PATCH'].map((method) => ({ name: `${method} instead of POST`, headers: signed('evt_2'), body: method === 'GET' ? null : BODY, method })),
				{ name: 'a sample with a proof that nobody gave', headers: { 'content-type': 'application/json', 'x-pinterest-jobs-sample': 'A'.repeat(32) }, body: BODY, method: 'POST' },
				{ name: 'a body that says it is packed', headers: { ...signed('evt_2'), 'content-encoding': 'gzip' }, body: BODY, method: 'POST' },
			];
			const answers: Record<string, number> = {};
			for (const { name, headers, body, method } of calls) answers[name] = await call(hook, method, headers, body);
			console.log(`${calls.length} classes of calls: ${JSON.stringify(count(Object.values(answers)))}`);
			expect(Object.entries(answers).filter(([, status]) => status < 400)).toEqual([]);
			expect(calls.length).toBeGreaterThanOrEqual(25);
			expect(await started()).toBe(0);
		});

		it('start one execution when they are genuine, and none when they are played again', async () => {
			const headers = signed('evt_genuine');
			const statuses = [];
			for (let n = 0; n < 4; n++) statuses.push(await call(hook, 'POST', headers, BODY));
			statuses.push(...await Promise.all(Array.from({ length: 8 }, () => call(hook, 'POST', signed('evt_at_once'), BODY))));
			expect(statuses.slice(0, 4)).toEqual([200, 200, 200, 200]);
			expect(statuses.slice(4).filter((status) => status !== 200 && status !== 409)).toEqual([]);
			await until('both executions', async () => (await started()) >= 2);
			const ids = [];
			for (const { id } of await n8n.api.listExecutions({ workflowId: workflow.id })) {
				ids.push(...N8nApi.outputOf(await n8n.api.finishedExecution(id), 'News')[0]!.map(({ json }) => json['eventId']));
			}
			expect(ids.sort()).toEqual(['evt_at_once', 'evt_genuine']);
		});

		it('are accepted with either secret while one replaces the other, and with the old one no longer afterwards', async () => {
			const next = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
			const before = await started();
			await changeCredential(n8n.api, world.engineCredential, { ...world.engineData, signingSecret: next, previousSigningSecret: SECRET });
			const by = (id: string, ...secrets: string[]) => call(hook, 'POST', signed(id, secrets), BODY);
			expect([await by('evt_old', SECRET), await by('evt_new', next), await by('evt_both', next, SECRET)]).toEqual([200, 200, 200]);
			await changeCredential(n8n.api, world.engineCredential, { ...world.engineData, signingSecret: next });
			expect([await by('evt_late', SECRET), await by('evt_newer', next)]).toEqual([401, 200]);
			await until('four executions', async () => (await started()) >= before + 4);
			expect(await started()).toBe(before + 4);
		});
	});

	describe('beside a worker with nothing else to do', () => {
		let world: World, engine: Engine;
		let workflow: { id: string };
		beforeAll(async () => {
			world = await open({ accounts: ['acme-us', 'acme-idle'], timeFactor: 1 });
			engine = world.outside();
			workflow = await world.import(statusFlow(world, ['job.queued']));
			await n8n.api.activate(workflow.id);
			await engine.serve({ account: 'acme-us', client: 'Acme', token: world.tokenOf('acme-us'), pace: FAST_PACE });
		}, 120_000);
		afterAll(() => engine?.close());

		it('starts its execution at once', async () => {
			// What n8n needs for a call of its own Webhook node, one by one beside the events.
			const alone = await world.import(aloneFlow);
			await n8n.api.activate(alone.id);
			// Of an account that nobody serves: there is nothing but the event.
			for (const pin of pins(world, SINGLE, { account: world.accounts[1]! })) {
				await engine.enqueue([requestOf(pin)]);
				await sleep(250);
				await n8n.api.callWebhook('alone', { body: { at: Date.now() } });
				await sleep(50);
			}
			await until('every execution', async () => (await n8n.api.listExecutions({ workflowId: workflow.id, status: 'success' })).length >= SINGLE);
			const executions = await n8n.api.listExecutionsWithData({ workflowId: workflow.id });
			const delays = executions.map((execution) => Date.parse(execution.startedAt) - Date.parse(String(N8nApi.outputOf(execution, 'News')[0]![0]!.json['timestamp'])));
			const section = delaySection(n8nVersion, delays);
			console.log(section);
			if (process.env.EVENTS_WRITE) await writeSection('event-delay', section);
			expect(delays).toHaveLength(SINGLE);
			await until('every call', async () => (await n8n.api.listExecutions({ workflowId: alone.id, status: 'success' })).length >= SINGLE);
			const calls = (await n8n.api.listExecutionsWithData({ workflowId: alone.id }))
				.map((execution) => Date.parse(execution.startedAt) - (N8nApi.outputOf(execution, 'Hook')[0]![0]!.json['body'] as { at: number }).at);
			const median = (all: number[]) => quantile([...all].sort((a, b) => a - b), 0.5);
			console.log(`a call of n8n's own Webhook node: p50 ${median(calls)} ms`);
			// A look every two seconds would take longer: a signal wakes the dispatcher.
			expect(median(delays)).toBeLessThan(500 + 3 * median(calls));
		}, 600_000);
	});
});

/** n8n's own Webhook node, and nothing else. */
const aloneFlow = {
	name: 'Alone', connections: {},
	nodes: [{ id: 'hook', name: 'Hook', type: 'n8n-nodes-base.webhook', typeVersion: 2, position: [0, 0], webhookId: 'alone', parameters: { httpMethod: 'POST', path: 'alone' } }],
};

/** Exactly these headers and bytes; fetch would add some of its own. Answers the status. */
function call(url: URL, method: string, headers: Record<string, string>, body: Buffer | null): Promise<number> {
	return new Promise((resolve, reject) => {
		const sent = request(url, { method, headers: { ...headers, ...(body ? { 'content-length': body.length } : {}) } }, (response) => {
			response.resume().once('end', () => resolve(response.statusCode ?? 0));
		});
		sent.once('error', reject);
		sent.end(body ?? undefined);
	});
}

function count(statuses: number[]): Record<string, number> {
	return statuses.reduce<Record<string, number>>((sums, status) => ({ ...sums, [status]: (sums[status] ?? 0) + 1 }), {});
}
