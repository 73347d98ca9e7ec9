import { perItem, type Operation } from '../../shared/operation';
import { subscriptionLocator, subscriptionOf } from './which-subscription';

export const getDeliveries: Operation = {
	name: 'Get Deliveries',
	value: 'getDeliveries',
	action: 'Get the deliveries of a subscription',
	description: 'Its latest tries, the last one first: status, duration and the begin of the answer. A hundred are kept.',
	fields: [
		subscriptionLocator,
		{ displayName: 'Limit', name: 'limit', type: 'number', typeOptions: { minValue: 1, maxValue: 100 }, default: 50, description: 'Max number of results to return' },
	],
	run: perItem(async ({ n8n, engine }, item) => {
		const subscription = subscriptionOf(n8n, item);
		const tries = await engine.endpoints.deliveries(subscription, n8n.getNodeParameter('limit', item, 50) as number);
		return tries.map((tried) => ({ subscription, ...tried }));
	}),
};
