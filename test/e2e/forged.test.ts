import { request } from 'node:http';
import { changeCredential } from '../../scripts/demo/credentials.mjs';
import { sign } from '../../src/webhook/signature';
import { forgedCalls, NO_EVENTS } from '../support/forged-calls';
import { N8nApi, n8nVersion } from '../support/n8n';
import { statusFlow } from './support/flows';
import { until, useWorlds, type World } from './support/world';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const BODY = Buffer.from(JSON.stringify({ type: 'job.succeeded', timestamp: '2026-11-20T00:00:00.000Z', data: { id: 'pj_1', seq: 3, state: 'succeeded' } }));

describe(`calls to a published Status Trigger, on n8n ${n8nVersion}`, () => {
	const { n8n, open } = useWorlds();
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
