import { subscriptionView } from '../../../src';
import { perItem, type Operation } from '../../shared/operation';

export const getMany: Operation = {
	name: 'Get Many',
	value: 'getAll',
	action: 'Get many subscriptions',
	description: 'Who is told of events, and how many wait or could not be delivered',
	fields: [],
	run: perItem(async ({ engine }) => (await engine.endpoints.list()).map(subscriptionView)),
};
