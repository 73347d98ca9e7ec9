import { perItem, type Operation } from '../../shared/operation';
import { subscriptionLocator, subscriptionOf } from './which-subscription';

export const getSecret: Operation = {
	name: 'Get Secret',
	value: 'getSecret',
	action: 'Get the secret of a subscription',
	description: 'What its endpoint verifies with. n8n keeps it with the execution: delete that, or use pinterest-jobs subscriptions secret on the command line.',
	fields: [subscriptionLocator],
	peopleOnly: true,
	run: perItem(async ({ n8n, engine }, item) => ({ ...await engine.endpoints.secret(subscriptionOf(n8n, item)) })),
};
