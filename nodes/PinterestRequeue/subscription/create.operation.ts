import { subscriptionView } from '../../../src';
import { eventFiltersField, eventsField, latestOnlyField } from '../../shared/event-fields';
import { eventTermsOf } from '../../shared/event-terms';
import { perItem, type Operation } from '../../shared/operation';
import { textOf } from '../../shared/values';

export const create: Operation = {
	name: 'Create',
	value: 'create',
	action: 'Create a subscription',
	description: 'Send events to an endpoint of your own: a Slack app, a backend. The same URL and label again change what it is told of.',
	fields: [
		{ displayName: 'URL', name: 'url', type: 'string', required: true, default: '', placeholder: 'e.g. https://backend.example/pinterest-events', description: 'Where events are posted, signed as Standard Webhooks: https, in the public internet' },
		{ displayName: 'Label', name: 'label', type: 'string', required: true, default: '', placeholder: 'e.g. Backend of the shop', description: 'What lists and alerts call it' },
		{ ...eventsField, description: 'What is sent there' },
		eventFiltersField,
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: [
				{ ...latestOnlyField, description: 'Whether to leave out an event whose job has moved on by the time it is delivered' },
				{ displayName: 'Try the Address First', name: 'probe', type: 'boolean', default: true, description: 'Whether to create nothing unless the address answers a signed probe with 2xx' },
			],
		},
	],
	peopleOnly: true,
	done: 'created',
	run: perItem(async ({ n8n, engine }, item) => {
		const options = n8n.getNodeParameter('options', item, {}) as { latestOnly?: boolean; probe?: boolean };
		const { subscription, unsure } = await engine.endpoints.create({
			url: textOf(n8n.getNodeParameter('url', item), 'URL') ?? '', label: textOf(n8n.getNodeParameter('label', item), 'Label') ?? '',
			...eventTermsOf(n8n.getNodeParameter('events', item, []), n8n.getNodeParameter('filters', item, {}) as Record<string, unknown>),
			latestOnly: options.latestOnly === true, probe: options.probe !== false,
		});
		return { ...subscriptionView(subscription), warning: unsure };
	}),
};
