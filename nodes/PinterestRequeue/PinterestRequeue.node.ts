import { NodeConnectionTypes, type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { testEngine } from '../shared/credential-test';
import { listSearch, subscriptionSearch } from '../shared/locators';
import { execute, propertiesOf } from '../shared/operation';
import { resources } from './resources';

/** Puts failed jobs back, settles what only a person can know, and lifts holds. */
export class PinterestRequeue implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Pinterest Requeue',
		name: 'pinterestRequeue',
		icon: { light: 'file:../shared/icons/requeue.svg', dark: 'file:../shared/icons/requeue.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Fix Pinterest jobs in one step: correct them, also while they wait, put them back, resolve unknown outcomes, pause and resume accounts, lift holds',
		defaults: { name: 'Pinterest Requeue' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'pinterestJobsEngineApi', required: true, testedBy: 'testEngine' }],
		properties: propertiesOf(resources),
	};

	methods = { listSearch: { ...listSearch, ...subscriptionSearch }, credentialTest: { testEngine } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await execute(this, resources);
	}
}
