import { TriggerContext } from 'n8n-core';
import { Workflow, type IDataObject, type INode, type INodeCredentialsDetails, type INodeExecutionData, type ITriggerResponse, type IWorkflowExecuteAdditionalData } from 'n8n-workflow';
import { PinterestPublishWorker } from '../../../nodes/PinterestPublishWorker/PinterestPublishWorker.node';

const nodeType = new PinterestPublishWorker();

/** What each of a Worker's credentials says when it is read; who connects by OAuth2 has one of that type. */
export type WorkerCredentials = Record<string, () => IDataObject> & { pinterestJobsEngineApi: () => IDataObject };

/** Starts a Worker of acme-us as n8n does, when it is published or run by hand. */
export async function startWorker(credentials: WorkerCredentials, mode: 'trigger' | 'manual' = 'trigger'): Promise<ITriggerResponse & { emitted: IDataObject[] }> {
	const authentication = credentials['pinterestJobsOAuth2Api'] ? 'oAuth2' : 'accessToken';
	const node: INode = {
		id: 'node-1', name: 'Worker', type: 'n8n-nodes-pinterest-jobs.pinterestPublishWorker', typeVersion: 1, position: [0, 0],
		parameters: { authentication, account: 'acme-us', client: 'Acme', pace: 'standard', options: {} },
		credentials: Object.fromEntries(Object.keys(credentials).map((type) => [type, { id: type, name: type }])),
	};
	const workflow = new Workflow({
		id: 'workflow-1', name: 'Workers', nodes: [node], connections: {}, active: true,
		nodeTypes: { getByName: () => nodeType, getByNameAndVersion: () => nodeType, getKnownTypes: () => ({}) },
	});
	const additionalData = {
		variables: {},
		credentialsHelper: {
			getDecrypted: async (_data: unknown, _node: INodeCredentialsDetails, type: string) => await Promise.resolve().then(() => credentials[type]!()),
			isCredentialUsableByNode: () => true,
		},
	} as unknown as IWorkflowExecuteAdditionalData;
	const emitted: IDataObject[] = [];
	const emit = ([items]: INodeExecutionData[][]) => void emitted.push(items![0]!.json);
	const context = new TriggerContext(workflow, node, additionalData, mode, 'activate', emit as never);
	return { emitted, ...await nodeType.trigger.call(context) };
}
