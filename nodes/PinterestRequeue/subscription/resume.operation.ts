import { subscriptionView } from '../../../src';
import { perItem, type Operation } from '../../shared/operation';
import { subscriptionLocator, subscriptionOf } from './which-subscription';

export const resume: Operation = {
	name: 'Resume',
	value: 'resume',
	action: 'Resume a subscription',
	description: 'Deliver again, also one that was disabled because nothing was accepted for five days',
	fields: [subscriptionLocator],
	peopleOnly: true,
	done: 'resumed',
	run: perItem(async ({ n8n, engine }, item) => subscriptionView(await engine.endpoints.resume(subscriptionOf(n8n, item)))),
};
