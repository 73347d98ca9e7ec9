import { perItem, type Operation } from '../../shared/operation';
import { subscriptionLocator, subscriptionOf } from './which-subscription';

export const test: Operation = {
	name: 'Test',
	value: 'test',
	action: 'Send a test event',
	description: 'Post a signed test event from this machine now, and see the answer. It is no event of a job.',
	fields: [subscriptionLocator],
	peopleOnly: true,
	run: perItem(async ({ n8n, engine }, item) => {
		const subscription = subscriptionOf(n8n, item);
		return { subscription, ...await engine.endpoints.test(subscription) };
	}),
};
