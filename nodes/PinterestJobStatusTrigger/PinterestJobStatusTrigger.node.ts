import {
	NodeConnectionTypes, type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription, type ITriggerFunctions,
	type ITriggerResponse, type IWebhookFunctions, type IWebhookResponseData,
} from 'n8n-workflow';
import { testEngine } from '../shared/credential-test';
import { keepAlive } from './keep-alive';
import { receive } from './receive';
import { outputsOf, ROUTES } from './routes';
import { triggerFields } from './trigger.fields';
import { webhookMethods } from './webhook-methods';
import { WEBHOOK_PATH } from './webhook-url';

/** Starts a workflow for each event of a job or account. */
export class PinterestJobStatusTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Pinterest Job Status Trigger',
		name: 'pinterestJobStatusTrigger',
		icon: { light: 'file:../shared/icons/status.svg', dark: 'file:../shared/icons/status.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].join(", ") }}',
		description: 'Starts the workflow when a Pinterest job succeeds, fails, waits or runs again',
		eventTriggerDescription: 'Waiting for an event of a Pinterest job',
		activationMessage: 'This workflow now starts for every event you chose. What happens while it is not published is kept and comes then.',
		defaults: { name: 'Pinterest Job Status Trigger' },
		inputs: [],
		outputs: `={{ $parameter["outputs"] === "route" ? ${JSON.stringify(ROUTES.map((displayName) => ({ type: NodeConnectionTypes.Main, displayName })))} : ["main"] }}`,
		credentials: [{ name: 'pinterestJobsEngineApi', required: true, testedBy: 'testEngine' }],
		webhooks: [{
			name: 'default', httpMethod: 'POST', path: WEBHOOK_PATH,
			responseMode: '={{ ($parameter["options"] || {})["acknowledge"] || "onReceived" }}',
			responseData: '={{ ($parameter["options"] || {})["acknowledge"] === "lastNode" ? "noData" : "" }}',
		}],
		triggerPanel: {
			header: 'Get a sample event',
			executionsHelp: {
				inactive: '<b>While building</b>, execute this step: if no event happens within five seconds you get the newest job that fits, or an example.<br><br><b>When ready</b>, publish the workflow: every event then starts an execution.',
				active: '<b>While building</b>, execute this step for a sample event: nothing is taken from the published workflow.<br><br><b>Your workflow is published</b>: its executions are in the executions list.',
			},
			activationHint: 'Once you have finished building, publish the workflow: events then start it by themselves.',
		},
		properties: triggerFields,
	};

	methods = { credentialTest: { testEngine } };

	webhookMethods = webhookMethods;

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receive(this);
	}

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await keepAlive(this);
	}

	/**
	 * Passes on what the webhook or trigger() gave, each event by its output: n8n runs this in every execution, with the first output as its
	 * input. Without it a test run would call trigger() and wait for ever.
	 */
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await Promise.resolve(outputsOf(this.getInputData(), this.getNodeParameter('outputs', 0, 'one') === 'route'));
	}
}
