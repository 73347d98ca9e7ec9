import type { INodeProperties } from 'n8n-workflow';

const own = { show: { pace: ['own'] } };

export const workerFields: INodeProperties[] = [
	{
		displayName: 'Authentication',
		// Not `authentication`: n8n's editor then takes all credentials of the node for alternatives and mixes up their names.
		name: 'connectWith',
		type: 'options',
		noDataExpression: true,
		default: 'oAuth2',
		description: 'How this account is connected to Pinterest',
		options: [
			{ name: 'OAuth2', value: 'oAuth2', description: 'Renews itself: for production' },
			{ name: 'Access Token', value: 'accessToken', description: 'For trials: ends after its lifetime and has to be replaced by hand' },
		],
	},
	{
		displayName: 'This node publishes for one account as long as its workflow is published. Executing it by hand publishes nothing: it checks the connection and lists the boards.',
		name: 'notice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Account Name',
		name: 'account',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. acme-us',
		description: 'Your name of this Pinterest account, as Enqueue uses it. It belongs to the Pinterest user of the credential from the first connection on; choose one that can stay.',
	},
	{
		displayName: 'Client Label',
		name: 'client',
		type: 'string',
		default: '',
		placeholder: 'e.g. Acme',
		description: 'For whom this account publishes: shown with the account. A job has the Client Label that Enqueue gave it.',
	},
	{
		displayName: 'Pace',
		name: 'pace',
		type: 'options',
		noDataExpression: true,
		default: 'standard',
		description: 'How fast Pinterest allows this account to publish. The worker stays below it and slows down when told to.',
		options: [
			{ name: 'Standard Access', value: 'standard', description: 'An app that Pinterest has approved: 100 writes a minute' },
			{ name: 'Trial Access', value: 'trial', description: 'An app on trial: 250 writes a day over all its accounts' },
			{ name: 'Own Limits', value: 'own', description: 'Numbers that Pinterest has agreed with you' },
		],
	},
	{
		displayName: 'Writes per Minute',
		name: 'writesPerMinute',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 100,
		description: 'What Pinterest allows the account; 80 percent of it is used',
		displayOptions: own,
	},
	{
		displayName: 'Burst',
		name: 'burst',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 5,
		description: 'How many may start at once after a quiet time',
		displayOptions: own,
	},
	{
		displayName: 'Writes per Day',
		name: 'writesPerDay',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description: 'Over all accounts of the Pinterest app; 0 for no limit',
		displayOptions: own,
	},
	{
		displayName: 'At the Same Time',
		name: 'concurrent',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 20 },
		default: 2,
		description: 'How many Pins of the account may be under way; never two on one board',
		displayOptions: own,
	},
];
