import { NodeConnectionTypes, type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { testEngine } from '../shared/credential-test';
import { listSearch } from '../shared/locators';
import { execute, propertiesOf } from '../shared/operation';
import { resources } from './resources';

/** Accepts Pins as jobs and answers what became of them. */
export class PinterestPublishJob implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Pinterest Publish Job',
		name: 'pinterestPublishJob',
		icon: { light: 'file:../shared/icons/publish.svg', dark: 'file:../shared/icons/publish.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Publish Pins as durable jobs: each is published once, paced, retried, and reported',
		defaults: { name: 'Pinterest Publish Job' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'pinterestJobsEngineApi', required: true, testedBy: 'testEngine' }],
		properties: propertiesOf(resources),
	};

	methods = { listSearch, credentialTest: { testEngine } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await execute(this, resources);
	}
}
