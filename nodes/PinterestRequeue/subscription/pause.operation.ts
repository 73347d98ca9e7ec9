import { subscriptionView } from '../../../src';
import { perItem, type Operation } from '../../shared/operation';
import { subscriptionLocator, subscriptionOf } from './which-subscription';

export const pause: Operation = {
	name: 'Pause',
	value: 'pause',
	action: 'Pause a subscription',
	description: 'Keep its events for seven days without delivering them',
	fields: [subscriptionLocator],
	peopleOnly: true,
	done: 'paused',
	run: perItem(async ({ n8n, engine }, item) => subscriptionView(await engine.endpoints.pause(subscriptionOf(n8n, item)))),
};
