import { NodeConnectionTypes, type IDataObject, type INodeType, type INodeTypeDescription, type ITriggerFunctions, type ITriggerResponse } from 'n8n-workflow';
import { testEngine } from '../shared/credential-test';
import { engineOf } from '../shared/engine';
import { publishErrorOf, shownBy } from '../shared/errors';
import { report } from './report';
import { serve } from './serve';
import { accountOf } from './served-account';
import { RENEWED_BY_N8N, MADE_BY_HAND, tokenSource } from './token-source';
import { workerFields } from './worker.fields';

/** Publishes for one account while its workflow is published. */
export class PinterestPublishWorker implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Pinterest Publish Worker',
		name: 'pinterestPublishWorker',
		icon: { light: 'file:../shared/icons/worker.svg', dark: 'file:../shared/icons/worker.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["account"] }}',
		description: 'Publishes the enqueued Pins of one account in the background while this workflow is published',
		eventTriggerDescription: '',
		activationMessage: 'The worker now publishes for this account in the background. It starts no executions.',
		defaults: { name: 'Pinterest Publish Worker' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{ name: 'pinterestJobsEngineApi', displayName: 'Pinterest Job Engine', required: true, testedBy: 'testEngine' },
			// `hide`, not `show`: the editor takes the field of a `show` for a choice between all credentials and mixes up their names.
			{ name: 'pinterestJobsOAuth2Api', displayName: 'Pinterest Account', required: true, displayOptions: { hide: { authentication: ['accessToken'] } } },
			{ name: 'pinterestJobsAccessTokenApi', displayName: 'Pinterest Account', required: true, displayOptions: { hide: { authentication: ['oAuth2'] } } },
		],
		triggerPanel: {
			header: 'Check the account',
			executionsHelp: {
				inactive: 'Executing this step publishes nothing: it checks the connection, the permissions and Redis, and lists the boards.<br><br><b>To publish</b>, publish the workflow: the worker then runs in the background.',
				active: 'Executing this step publishes nothing: it checks the connection and lists the boards.<br><br><b>The worker is running</b> in the background. It starts no executions.',
			},
			activationHint: 'Publish the workflow and the worker runs in the background.',
		},
		properties: workerFields,
	};

	methods = { credentialTest: { testEngine } };

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		// Everything is read now: n8n evaluates no expression once this function has returned.
		const credential = this.getNodeParameter('authentication', 'oAuth2') === 'oAuth2' ? RENEWED_BY_N8N : MADE_BY_HAND;
		const held = await engineOf(this).catch(shownBy(this, publishErrorOf));
		const { engine, release } = held;
		try {
			const account = { ...accountOf((name, fallback) => this.getNodeParameter(name, fallback)), token: tokenSource(this, credential) };
			if (this.getMode() === 'manual') {
				return {
					manualTriggerFunction: async () => {
						// Where this fails n8n closes nothing.
						const checked = await engine.checkAccount(account).catch((error: unknown) => (release(), shownBy(this)(error)));
						this.emit([[{ json: report(checked) as unknown as IDataObject }]]);
					},
					closeFunction: async () => await Promise.resolve(release()),
				};
			}
			// A dead token or a missing Redis is an incident that ends by itself; it does not keep the workflow from being published.
			const served = await serve(this, held, account);
			return { closeFunction: () => served.stop() };
		} catch (error) {
			release();
			throw publishErrorOf(this.getNode(), error);
		}
	}
}
