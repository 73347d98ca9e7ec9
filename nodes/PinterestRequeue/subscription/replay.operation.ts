import type { IExecuteFunctions } from 'n8n-workflow';
import type { Replay } from '../../../src';
import { listOf } from '../../shared/credential';
import { instantOf } from '../../shared/instant';
import { perItem, type Operation } from '../../shared/operation';
import { refused, textOf } from '../../shared/values';
import { subscriptionLocator, subscriptionOf } from './which-subscription';

export const replay: Operation = {
	name: 'Replay',
	value: 'replay',
	action: 'Replay events to a subscription',
	description: 'Deliver events once more, in order: dead ones (kept for 30 days), or what is in the log of seven days. A trigger starts no second execution of an event that it has taken.',
	fields: [
		subscriptionLocator,
		{
			displayName: 'Events',
			name: 'which',
			type: 'options',
			noDataExpression: true,
			default: 'dead',
			options: [
				{ name: 'All Dead Deliveries', value: 'dead', description: 'What was refused nine times' },
				{ name: 'Of a Job', value: 'job', description: 'Every event of one job that the subscription asks for' },
				{ name: 'Of a Time', value: 'time', description: 'Every event between two instants that the subscription asks for' },
				{ name: 'These Event IDs', value: 'events' },
			],
			description: 'Which events to deliver again',
		},
		{ displayName: 'Job ID', name: 'jobId', type: 'string', required: true, default: '', placeholder: 'e.g. pj_4qz7…', displayOptions: { show: { which: ['job'] } }, description: 'The job whose events come again' },
		{ displayName: 'Event IDs', name: 'eventIds', type: 'string', required: true, default: '', placeholder: 'e.g. evt_3f0c…, evt_9b1a…', displayOptions: { show: { which: ['events'] } }, description: 'Separated by commas' },
		{ displayName: 'From', name: 'from', type: 'dateTime', required: true, default: '', displayOptions: { show: { which: ['time'] } }, description: 'The first instant' },
		{ displayName: 'To', name: 'to', type: 'dateTime', default: '', displayOptions: { show: { which: ['time'] } }, description: 'The last instant; now when empty' },
	],
	peopleOnly: true,
	done: 'replayed',
	run: perItem(async ({ n8n, engine }, item) => {
		const subscription = subscriptionOf(n8n, item);
		return { subscription, replayed: await engine.endpoints.replay(subscription, whichOf(n8n, item)) };
	}),
};

function whichOf(n8n: IExecuteFunctions, item: number): Replay {
	const text = (name: string, label: string) => textOf(n8n.getNodeParameter(name, item, ''), label);
	switch (n8n.getNodeParameter('which', item, 'dead')) {
		case 'job': return { which: 'job', jobId: required(text('jobId', 'Job ID'), 'Job ID') };
		case 'events': return { which: 'events', eventIds: listOf(required(text('eventIds', 'Event IDs'), 'Event IDs')) };
		case 'time': {
			const instant = (name: string, label: string) => instantOf(n8n.getNodeParameter(name, item, ''), label, n8n.getTimezone())?.iso ?? null;
			const to = instant('to', 'To');
			return { which: 'time', from: Date.parse(required(instant('from', 'From'), 'From')), to: to === null ? Date.now() : Date.parse(to) };
		}
		default: return { which: 'dead' };
	}
}

function required(value: string | null, label: string): string {
	if (value === null) throw refused(`${label} is empty.`, `Give ${label}, or choose other events.`);
	return value;
}
