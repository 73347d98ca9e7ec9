import { TriggerContext } from 'n8n-core';
import { LoggerProxy, Workflow, type IDataObject, type INode, type INodeCredentialsDetails, type INodeExecutionData, type IWorkflowExecuteAdditionalData } from 'n8n-workflow';
import { PinterestPublishWorker } from '../../../nodes/PinterestPublishWorker/PinterestPublishWorker.node';
import { closeEngines } from '../../../nodes/shared/engine';
import type { Engine } from '../../../src';
import { verify } from '../../../src/webhook/signature';
import { flushNamespace } from '../../support/redis';
import { SECRET, TestWorld } from '../../support/world';
import { EventEndpoint, type Arrived } from '../webhook/a-receiver';
import { engineCredential } from './run-node';

const nodeType = new PinterestPublishWorker();
let world: TestWorld;
beforeEach(async () => {
	world = await TestWorld.start({ sandbox: { writeLatencyMs: 400 } });
});
afterEach(async () => {
	await Promise.all([world.stop(), closeEngines()]);
	await flushNamespace(world.namespace);
});

const UNREADABLE = 'Credentials could not be decrypted.';

function readable(credential: IDataObject): IDataObject {
	if (credential['unreadable']) throw new Error(UNREADABLE);
	return { ...credential };
}

/** Starts the Worker as n8n does; `credential` may be changed afterwards, as a person does in n8n. */
async function start(credential: IDataObject, mode: 'trigger' | 'manual' = 'trigger') {
	const node: INode = {
		id: 'node-1', name: 'Worker', type: 'n8n-nodes-pinterest-jobs.pinterestPublishWorker', typeVersion: 1, position: [0, 0],
		parameters: { authentication: 'accessToken', account: 'acme-us', client: 'Acme', pace: 'standard', options: {} },
		credentials: { pinterestJobsEngineApi: { id: '1', name: 'Engine' }, pinterestJobsAccessTokenApi: { id: '2', name: 'Shop' } },
	};
	const workflow = new Workflow({
		id: 'workflow-1', name: 'Workers', nodes: [node], connections: {}, active: true,
		nodeTypes: { getByName: () => nodeType, getByNameAndVersion: () => nodeType, getKnownTypes: () => ({}) },
	});
	const decrypted = (type: string) => (type === 'pinterestJobsEngineApi' ? readable(credential) : {
		environment: 'local', baseUrl: world.sandbox.url.replace(/\/$/, ''), accessToken: world.tokens.get('acme-us'),
	});
	const additionalData = {
		variables: {},
		credentialsHelper: {
			getDecrypted: async (_data: unknown, _node: INodeCredentialsDetails, type: string) => await Promise.resolve().then(() => decrypted(type)),
			isCredentialUsableByNode: () => true,
		},
	} as unknown as IWorkflowExecuteAdditionalData;
	const emitted: IDataObject[] = [];
	const emit = ([items]: INodeExecutionData[][]) => void emitted.push(items![0]!.json);
	const context = new TriggerContext(workflow, node, additionalData, mode, 'activate', emit as never);
	return { emitted, ...await nodeType.trigger.call(context) };
}

const NEW_SECRET = 'the-secret-that-replaces-the-old-one';
const isSignedWith = (secret: string) => ({ headers, raw }: Arrived) => verify(headers, raw, [secret], Date.now()).ok;

it('reports by hand that boards may not be read, instead of failing', async () => {
	const body = { code: 403, message: 'PINNER_DATA_ACCESS_DENIED', status: 'failure' };
	world.sandbox.control.addFault({ match: { path: '/boards' }, fault: { commits: 'no', ending: { kind: 'answer', status: 403, body } }, times: 9 });
	const { emitted, manualTriggerFunction, closeFunction } = await start(engineCredential(world.namespace), 'manual');
	await manualTriggerFunction!();
	await closeFunction!();
	expect(emitted).toMatchObject([{ account: 'acme-us', boards: [], findings: expect.arrayContaining([expect.objectContaining({ code: 'boards_unread', level: 'warning' })]) as unknown }]);
});

it('says what to set when its engine credential makes no sense', async () => {
	await expect(start(engineCredential(world.namespace, { signingSecret: 'short' }))).rejects.toMatchObject({
		name: 'NodeOperationError', message: expect.stringMatching(/signing secret is shorter.*Use a long random one/) as string,
	});
});

describe('a changed engine credential', () => {
	let endpoint: EventEndpoint;
	let engine: Engine;
	let credential: IDataObject;
	beforeEach(async () => {
		endpoint = await EventEndpoint.start();
		engine = world.engine({ deliveryBaseUrl: endpoint.origin });
		credential = engineCredential(world.namespace, { deliveryBaseUrl: endpoint.origin });
		await engine.subscribe({ id: 's1', url: `${endpoint.origin}/events`, events: ['job.succeeded'], paused: false });
	});
	afterEach(() => endpoint.stop());

	let next = 1;
	const enqueue = async (count: number) =>
		(await engine.enqueue(Array.from({ length: count }, () => world.request(next++)))).map((one) => (one.ok ? one.job.id : ''));
	const untilSignedWith = (secret: string) => world.until(async () => {
		const arrived = endpoint.calls.length;
		await world.ended(engine, await enqueue(1));
		return endpoint.calls.slice(arrived).some(isSignedWith(secret)) || null;
	});

	it('reaches a running worker: it signs with the new secret, and what is in flight is published once', async () => {
		const worker = await start(credential);
		await untilSignedWith(SECRET);

		const inFlight = await enqueue(8);
		await world.until(async () => ((await engine.list({ states: ['running'] })).jobs.length > 0 ? true : null));
		credential['signingSecret'] = NEW_SECRET;
		await world.ended(engine, inFlight);
		await untilSignedWith(NEW_SECRET);

		const { jobs } = await engine.list({ limit: 200 });
		expect(new Set(jobs.map(({ state, attempts }) => `${state} ${attempts}`))).toEqual(new Set(['succeeded 1']));
		expect(world.sandbox.control.summary()).toMatchObject({ pins: jobs.length, double: 0 });
		await world.until(() => Promise.resolve(new Set(endpoint.calls.map(({ data }) => data.id)).size === jobs.length || null));
		await worker.closeFunction!();
	});

	it.each([
		['cannot be read', { unreadable: true }, UNREADABLE], ['makes no sense', { signingSecret: 'short' }, 'short'],
	])('stops no worker while it %s, which is told once', async (_what, change, reason) => {
		const warnings: string[] = [];
		const warn = jest.spyOn(LoggerProxy, 'warn').mockImplementation((text) => void warnings.push(text));
		const told = () => warnings.filter((text) => text.includes('goes on with the engine credential as it was'));
		const worker = await start(credential);
		Object.assign(credential, change);
		await world.until(() => Promise.resolve(told().length > 0 || null));
		// Two more looks at it.
		await new Promise((resolve) => setTimeout(resolve, 2500));
		expect(told()).toEqual([expect.stringContaining(reason)]);
		const [job] = await world.ended(engine, await enqueue(1));
		expect(job).toMatchObject({ state: 'succeeded' });

		Object.assign(credential, { unreadable: false, signingSecret: NEW_SECRET });
		await untilSignedWith(NEW_SECRET);
		await worker.closeFunction!();
		warn.mockRestore();
	});
});
