import { perItem, type Operation } from '../../shared/operation';
import { subscriptionLocator, subscriptionOf } from './which-subscription';

export const remove: Operation = {
	name: 'Delete',
	value: 'delete',
	action: 'Delete a subscription',
	description: 'End it with everything that waits for it',
	fields: [subscriptionLocator],
	peopleOnly: true,
	done: 'deleted',
	run: perItem(async ({ n8n, engine }, item) => {
		const subscription = subscriptionOf(n8n, item);
		await engine.endpoints.remove(subscription);
		return { subscription, deleted: true };
	}),
};
