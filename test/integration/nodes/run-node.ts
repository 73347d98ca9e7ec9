import { ExecuteContext } from 'n8n-core';
import {
	createRunExecutionData, Workflow, type IDataObject, type INode, type INodeExecutionData, type INodeType, type IWorkflowExecuteAdditionalData, type NodeExecutionHint,
} from 'n8n-workflow';
import { redisSettings } from '../../support/redis';
import { SECRET } from '../../support/world';

export interface NodeRun {
	parameters: IDataObject;
	items: INodeExecutionData[];
	continueOnFail?: boolean;
	type?: string;
	timezone?: string;
	/** The fields of the engine credential. */
	credential: IDataObject;
}

/** The fields of an engine credential for a namespace of this run's Redis. */
export const engineCredential = (namespace: string, more: IDataObject = {}): IDataObject =>
	({ ...connectionOf(redisSettings()), namespace, signingSecret: SECRET, advanced: true, timeFactor: 60, ...more });

/** Of an engine credential, in place of the Redis of this run: one that nobody answers at. */
export const REDIS_AWAY: IDataObject = { connection: 'url', url: 'redis://127.0.0.1:1' };

function connectionOf({ mode, url, nodes = [], sentinelName, tlsCa }: ReturnType<typeof redisSettings>): IDataObject {
	if (mode === 'cluster' || mode === 'sentinel') return { connection: mode, nodes: nodes.join(','), sentinelName };
	return { connection: 'url', url, ...(tlsCa ? { tls: true, tlsVerify: true, tlsCa } : {}) };
}

/** Runs a node as n8n does, with n8n's own execution context. */
export async function runNode(nodeType: INodeType, run: NodeRun): Promise<{ items: INodeExecutionData[]; hints: NodeExecutionHint[] }> {
	const node: INode = {
		id: 'node-1', name: 'Node', type: run.type ?? `n8n-nodes-pinterest-jobs.${nodeType.description.name}`, typeVersion: 1, position: [0, 0],
		parameters: run.parameters as INode['parameters'],
		credentials: { pinterestJobsEngineApi: { id: '1', name: 'Engine' } },
		...(run.continueOnFail ? { onError: 'continueRegularOutput' as const } : {}),
	};
	const workflow = new Workflow({
		id: 'workflow-1', name: 'Sheet to Pins', nodes: [node], connections: {}, active: false,
		settings: { timezone: run.timezone ?? 'Europe/Berlin' },
		nodeTypes: { getByName: () => nodeType, getByNameAndVersion: () => nodeType, getKnownTypes: () => ({}) },
	});
	const executeData = { node, data: { main: [run.items] }, source: null };
	const runExecutionData = createRunExecutionData({ executionData: { nodeExecutionStack: [executeData] } });
	const additionalData = {
		executionId: '7', instanceBaseUrl: 'http://n8n.test/', webhookWaitingBaseUrl: 'http://n8n.test/waiting', formWaitingBaseUrl: 'http://n8n.test/form-waiting', currentNodeParameters: undefined, variables: {},
		credentialsHelper: { getDecrypted: async () => await Promise.resolve(run.credential), isCredentialUsableByNode: () => true },
	} as unknown as IWorkflowExecuteAdditionalData;
	const context = new ExecuteContext(workflow, node, additionalData, 'trigger', runExecutionData, 0, run.items, executeData.data, executeData, []);
	const output = (await nodeType.execute!.call(context)) as INodeExecutionData[][];
	return { items: output[0]!, hints: context.hints };
}
