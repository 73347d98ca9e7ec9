import { subscriptionView } from '../../../src';
import { perItem, type Operation } from '../../shared/operation';
import { subscriptionLocator, subscriptionOf } from './which-subscription';

export const rotateSecret: Operation = {
	name: 'Rotate Secret',
	value: 'rotateSecret',
	action: 'Rotate the secret of a subscription',
	description: 'Sign with a new secret; the one before signs as well for 24 hours. Get Secret shows the new one.',
	fields: [subscriptionLocator],
	peopleOnly: true,
	done: 'rotated',
	run: perItem(async ({ n8n, engine }, item) => subscriptionView(await engine.endpoints.rotate(subscriptionOf(n8n, item)))),
};
