import { TriggerContext } from 'n8n-core';
import { Workflow, type IDataObject, type INode, type INodeExecutionData, type IWorkflowExecuteAdditionalData } from 'n8n-workflow';
import { PinterestJobStatusTrigger } from '../../../nodes/PinterestJobStatusTrigger/PinterestJobStatusTrigger.node';
import { subscriptionId } from '../../../nodes/PinterestJobStatusTrigger/subscription';
import { closeEngines } from '../../../nodes/shared/engine';
import { Engine } from '../../../src';
import { flushNamespace, redisUrl, testNamespace } from '../../support/redis';
import { SECRET } from '../../support/world';
import { engineCredential } from './run-node';

const trigger = new PinterestJobStatusTrigger();
const namespace = testNamespace();
const engine = Engine.open({ redis: { url: redisUrl() }, namespace, signingSecret: SECRET, timeFactor: 60 });

afterAll(async () => {
	await Promise.all([engine.close(), closeEngines()]);
	await flushNamespace(namespace);
});

/** Publishes a workflow with this trigger, as n8n's main process does. */
async function publish(nodeId: string, parameters: IDataObject = {}) {
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
		instanceBaseUrl: 'http://n8n.test/', webhookBaseUrl: 'https://n8n.test/webhook', webhookWaitingBaseUrl: 'http://n8n.test/w', formWaitingBaseUrl: 'http://n8n.test/f', variables: {},
		credentialsHelper: {
			getDecrypted: async () => await Promise.resolve(engineCredential(namespace, { deliveryBaseUrl: 'http://127.0.0.1:5678' })),
			isCredentialUsableByNode: () => true,
		},
	} as unknown as IWorkflowExecuteAdditionalData;
	const emitted: IDataObject[] = [];
	const emit = ([items]: INodeExecutionData[][]) => void emitted.push(items![0]!.json);
	const context = new TriggerContext(workflow, node, additionalData, 'trigger', 'activate', emit as never);
	jest.spyOn(context, 'getInstanceId').mockReturnValue('instance-1');
	const { closeFunction } = await trigger.trigger.call(context);
	return { emitted, close: async () => await closeFunction!() };
}

const idOf = (nodeId: string) => subscriptionId({ instanceId: 'instance-1', workflowId: 'workflow-1', nodeId }, false);

async function until(isSo: () => boolean): Promise<void> {
	for (const deadline = Date.now() + 5000; !isSo(); await new Promise((resolve) => setTimeout(resolve, 20))) {
		if (Date.now() > deadline) throw new Error('Not so within 5 s.');
	}
}

it('subscribes by itself when n8n starts, with the address the worker reaches, and stays subscribed when n8n stops', async () => {
	const { close } = await publish('node-a');
	await close();
	const [subscription] = (await engine.subscriptions()).filter(({ id }) => id === idOf('node-a'));
	expect(subscription).toMatchObject({ url: 'http://127.0.0.1:5678/webhook/node-a/pinterest-jobs', paused: false, events: ['account.held'] });
});

it('tells every trigger once that no worker serves an account, also when nobody was there as the job came', async () => {
	await engine.enqueue([{ account: 'acme-us', boardId: '1', media: { kind: 'image_url', url: 'https://shop.example/1.jpg' }, source: 'row-1' }]);
	const [first, second, other] = [await publish('node-b'), await publish('node-c'), await publish('node-d', { filters: { accounts: 'acme-uk' } })];
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

	const again = await publish('node-b');
	await new Promise((resolve) => setTimeout(resolve, 300));
	await again.close();
	expect(again.emitted).toEqual([]);
});
