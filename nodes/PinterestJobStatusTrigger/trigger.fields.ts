import type { INodeProperties } from 'n8n-workflow';
import { eventFiltersField, eventsField, latestOnlyField } from '../shared/event-fields';

export const triggerFields: INodeProperties[] = [
	{ ...eventsField, description: 'What starts the workflow: one execution per event' },
	eventFiltersField,
	{
		displayName: 'Outputs',
		name: 'outputs',
		type: 'options',
		noDataExpression: true,
		default: 'one',
		options: [
			{ name: 'One', value: 'one', description: 'Every event leaves by the same output' },
			{ name: 'One Per Route', value: 'route', description: 'Succeeded jobs, failed ones by who has to act (ops, client, engineering), and everything else' },
		],
		description: 'Whether events are sorted by who has to act',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Acknowledge When',
				name: 'acknowledge',
				type: 'options',
				default: 'onReceived',
				options: [
					{ name: 'Execution Has Started', value: 'onReceived', description: 'Each event starts one execution; one that fails is in the list of executions' },
					{ name: 'Workflow Has Finished', value: 'lastNode', description: 'An event whose execution fails comes again by the schedule, so the steps must bear to be repeated' },
				],
				description: 'When an event counts as taken. Until then it holds back the later ones of its job.',
			},
			latestOnlyField,
		],
	},
];
