import { HookContext, TriggerContext } from 'n8n-core';
import { Workflow, type IDataObject, type INode, type INodeExecutionData, type IWorkflowExecuteAdditionalData } from 'n8n-workflow';
import { PinterestJobStatusTrigger } from '../../../nodes/PinterestJobStatusTrigger/PinterestJobStatusTrigger.node';
import { subscriptionId } from '../../../nodes/PinterestJobStatusTrigger/subscription';
import { closeEngines } from '../../../nodes/shared/engine';
import { Engine } from '../../../src';
import { flushNamespace, redisSettings, testNamespace } from '../../support/redis';
import { SECRET } from '../../support/world';
import { engineCredential } from './run-node';

const trigger = new PinterestJobStatusTrigger();
const namespace = testNamespace();
const engine = Engine.open({ redis: redisSettings(), namespace, signingSecret: SECRET, timeFactor: 60 });

afterAll(async () => {
	await Promise.all([engine.close(), closeEngines()]);
	await flushNamespace(namespace);
});

/** What n8n gives a trigger of a published workflow. */
function surroundings(nodeId: string, given: { parameters?: IDataObject; base?: string }) {
	const { parameters = {} } = given;
	const node: INode = {
		id: nodeId, name: 'Status', type: 'n8n-nodes-pinterest-jobs.pinterestJobStatusTrigger', typeVersion: 1, position: [0, 0], webhookId: nodeId,
		parameters: { events: ['account.held'], filters: {}, ...parameters } as INode['parameters'],
		credentials: { pinterestJobsEngineApi: { id: '1', name: 'Engine' } },
	};
	const workflow = new Workflow({
		id: 'workflow-1', name: 'Alerts', nodes: [node], connections: {}, active: true,
		nodeTypes: { getByName: () => trigger, getByNameAndVersion: () => trigger, getKnownTypes: () => ({}) },
	});
	const additionalData = {
		instanceBaseUrl: 'http://n8n.test/', webhookBaseUrl: 'https://n8n.test/webhook', webhookTestBaseUrl: 'https://n8n.test/webhook-test',
		webhookWaitingBaseUrl: 'http://n8n.test/w', formWaitingBaseUrl: 'http://n8n.test/f', variables: {},
		credentialsHelper: {
			getDecrypted: async () => await Promise.resolve(engineCredential(namespace, { deliveryBaseUrl: given.base ?? 'http://127.0.0.1:5678' })),
			isCredentialUsableByNode: () => true,
		},
	} as unknown as IWorkflowExecuteAdditionalData;
	return { node, workflow, additionalData };
}

type Activation = 'init' | 'activate' | 'update';

/** Calls `trigger()`, as n8n's main process does when it starts or, with another mode, when somebody publishes. */
async function start(nodeId: string, given: { parameters?: IDataObject; base?: string; mode?: Activation } = {}) {
	const { node, workflow, additionalData } = surroundings(nodeId, given);
	const { mode = 'init' } = given;
	const emitted: IDataObject[] = [];
	const emit = ([items]: INodeExecutionData[][]) => void emitted.push(items![0]!.json);
	const context = new TriggerContext(workflow, node, additionalData, 'trigger', mode, emit as never);
	jest.spyOn(context, 'getInstanceId').mockReturnValue('instance-1');
	const { closeFunction } = await trigger.trigger.call(context);
	return { emitted, close: async () => await closeFunction!() };
}

/** Calls a hook of the webhook, as n8n does before (2.8) or beside (2.41) `trigger()`. */
async function hook(name: 'create' | 'delete', nodeId: string, { base, mode = 'activate' }: { base: string; mode?: Activation | 'manual' }) {
	const { node, workflow, additionalData } = surroundings(nodeId, { base });
	const webhookData = { httpMethod: 'POST', node: node.name, path: `${nodeId}/pinterest-jobs`, webhookDescription: trigger.description.webhooks![0], workflowId: workflow.id, workflowExecuteAdditionalData: additionalData };
	const context = new HookContext(workflow, node, additionalData, mode === 'manual' ? 'manual' : 'trigger', mode, webhookData as never);
	jest.spyOn(context, 'getInstanceId').mockReturnValue('instance-1');
	return await trigger.webhookMethods.default[name].call(context);
}

const idOf = (nodeId: string) => subscriptionId({ instanceId: 'instance-1', workflowId: 'workflow-1', nodeId }, false);

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
	for (const deadline = Date.now() + 5000; !(await isSo()); await new Promise((resolve) => setTimeout(resolve, 20))) {
		if (Date.now() > deadline) throw new Error('Not so within 5 s.');
	}
}

it('subscribes by itself when n8n starts, with the address the worker reaches, and stays subscribed when n8n stops', async () => {
	const { close } = await start('node-a');
	await close();
	const [subscription] = (await engine.endpoints.list()).filter(({ id }) => id === idOf('node-a'));
	expect(subscription).toMatchObject({ url: 'http://127.0.0.1:5678/webhook/node-a/pinterest-jobs', paused: false, events: ['account.held'] });
});

it('moves to the address that the credential names by now, without being published again', async () => {
	const given = { base: 'http://127.0.0.1:5679' };
	const urls = async () => (await engine.endpoints.list()).filter(({ id }) => id === idOf('node-h')).map(({ url }) => new URL(url).port);
	const { close } = await start('node-h', given);
	await until(async () => (await urls())[0] === '5679');
	given.base = 'http://127.0.0.1:5680';
	await until(async () => (await urls())[0] === '5680');
	await close();
});

it('tells every trigger once that no worker serves an account, also when nobody was there as the job came', async () => {
	await engine.enqueue([{ account: 'acme-us', boardId: '1', media: { kind: 'image_url', url: 'https://shop.example/1.jpg' }, source: 'row-1' }]);
	const [first, second, other] = [await start('node-b'), await start('node-c'), await start('node-d', { parameters: { filters: { accounts: 'acme-uk' } } })];
	await until(() => first.emitted.length > 0 && second.emitted.length > 0);
	// Another look of all three.
	await new Promise((resolve) => setTimeout(resolve, 1200));
	expect(first.emitted).toEqual([{
		event: 'account.held', eventId: expect.stringMatching(/^evt_/) as string, timestamp: expect.any(String) as string,
		incident: expect.objectContaining({ account: 'acme-us', kind: 'no_worker', waiting: 1 }) as IDataObject,
	}]);
	expect(second.emitted).toEqual(first.emitted);
	expect(other.emitted).toEqual([]);
	await Promise.all([first.close(), second.close(), other.close()]);

	const again = await start('node-b');
	await new Promise((resolve) => setTimeout(resolve, 300));
	await again.close();
	expect(again.emitted).toEqual([]);
});

describe('publishing the trigger', () => {
	const nobody = 'http://127.0.0.1:9';
	const ofNode = async (nodeId: string) => (await engine.endpoints.list()).filter(({ id }) => id === idOf(nodeId));

	it('fails with one sentence that says where nobody answers and what to set, and leaves no subscription', async () => {
		const error = await hook('create', 'node-e', { base: nobody }).catch((thrown: Error) => thrown);
		expect(error).toMatchObject({
			name: 'NodeOperationError',
			message: expect.stringMatching(/^Nobody takes events at http:\/\/127\.0\.0\.1:9\/webhook\/node-e\/pinterest-jobs: connect ECONNREFUSED .*Set "n8n Base URL for Deliveries"/) as string,
		});
		expect(await ofNode('node-e')).toEqual([]);
	});

	it('leaves no subscription either when trigger() runs beside it, and no old address once that is corrected', async () => {
		const refused = await start('node-f', { base: nobody, mode: 'activate' });
		await expect(hook('create', 'node-f', { base: nobody })).rejects.toThrow('Nobody takes events');
		await new Promise((resolve) => setTimeout(resolve, 2500));
		expect(await ofNode('node-f')).toEqual([]);

		// n8n starts it again and never closes the one before.
		const right = await start('node-f', { mode: 'init' });
		await until(async () => (await ofNode('node-f')).length > 0);
		await new Promise((resolve) => setTimeout(resolve, 2500));
		expect(await ofNode('node-f')).toMatchObject([{ url: 'http://127.0.0.1:5678/webhook/node-f/pinterest-jobs' }]);
		await Promise.all([refused.close(), right.close()]);
	});

	it.each([['n8n starts', 'init', false], ['somebody listens for a test', 'manual', true]] as const)('asks nobody when %s', async (_when, mode, test) => {
		expect(await hook('create', `node-${mode}`, { base: nobody, mode })).toBe(true);
		const id = subscriptionId({ instanceId: 'instance-1', workflowId: 'workflow-1', nodeId: `node-${mode}` }, test);
		expect((await engine.endpoints.list()).map((subscription) => subscription.id)).toContain(id);
		await hook('delete', `node-${mode}`, { base: nobody, mode });
	});

	it('pauses what was published also when the credential names another address by now', async () => {
		await hook('create', 'node-g', { base: nobody, mode: 'init' });
		await hook('delete', 'node-g', { base: 'http://127.0.0.1:5678' });
		expect(await ofNode('node-g')).toMatchObject([{ paused: true }]);
	});
});
