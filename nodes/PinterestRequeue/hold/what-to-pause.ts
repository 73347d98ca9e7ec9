import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Pausable } from '../../../src';
import { accountLocator } from '../../shared/locators';
import { refused, textOf } from '../../shared/values';
import { heldAccountOf } from './hold-fields';

/** An account, the accounts of a client, or everything. */
export const whatToPause: INodeProperties[] = [
	{
		displayName: 'What',
		name: 'what',
		type: 'options',
		noDataExpression: true,
		default: 'account',
		description: 'Whose publishing stops or goes on',
		options: [
			{ name: 'An Account', value: 'account' },
			{ name: 'All Accounts of a Client', value: 'client', description: 'Those whose Pinterest Publish Worker has this Client Label, now or while the pause lasts' },
			{ name: 'Everything', value: 'everything', description: 'Every account of this engine\'s namespace' },
		],
	},
	{
		...accountLocator,
		description: 'The account, by its Account Name',
		displayOptions: { show: { what: ['account'] } },
	},
	{
		displayName: 'Client Label',
		name: 'client',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. Acme',
		description: 'As the Worker nodes have it. A label that only single jobs name pauses nothing.',
		displayOptions: { show: { what: ['client'] } },
	},
];

export function pausableOf(n8n: IExecuteFunctions, item: number): Pausable {
	switch (n8n.getNodeParameter('what', item, 'account')) {
		case 'everything': return { everything: true };
		case 'client': {
			const client = textOf(n8n.getNodeParameter('client', item, ''), 'Client Label');
			if (!client) throw refused('Client Label is empty.', 'Give the Client Label of the Worker nodes, or choose What: Everything.');
			return { client };
		}
		default: return { account: heldAccountOf(n8n, item) };
	}
}
