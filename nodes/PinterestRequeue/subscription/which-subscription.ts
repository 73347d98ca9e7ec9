import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { locatorOf } from '../../shared/locator-value';
import { refused } from '../../shared/values';

export const subscriptionLocator: INodeProperties = {
	displayName: 'Subscription',
	name: 'subscription',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'Who is told of events: an endpoint of your own, or a Pinterest Job Status Trigger',
	modes: [
		{ displayName: 'From List', name: 'list', type: 'list', typeOptions: { searchListMethod: 'searchSubscriptions', searchable: true } },
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. sub_3f0c6a1be2d94c7788aa01f2' },
	],
};

export function subscriptionOf(n8n: IExecuteFunctions, item: number): string {
	const { value } = locatorOf(n8n.getNodeParameter('subscription', item, ''), 'Subscription');
	if (!value) throw refused('Subscription is empty.', 'Choose who is told of events.');
	return value;
}
