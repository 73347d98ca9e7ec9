import type { INodeProperties } from 'n8n-workflow';

/** Which Pinterest a credential is for; tokens and boards of one are unknown to the others. */
export const environmentFields: INodeProperties[] = [
	{
		displayName: 'Environment',
		name: 'environment',
		type: 'options',
		default: 'production',
		options: [
			{ name: 'Production', value: 'production', description: 'Real Pins, for everybody to see' },
			{ name: 'Pinterest Sandbox', value: 'sandbox', description: 'Pinterest\'s own sandbox: its own boards, and tokens that last a day' },
			{ name: 'Local Sandbox', value: 'local', description: 'The stand-in for Pinterest that comes with this package: no Pinterest app needed' },
		],
		description: 'A token and a board ID of one environment mean nothing in another',
	},
	{
		displayName: 'Base URL',
		name: 'baseUrl',
		type: 'string',
		required: true,
		default: 'http://127.0.0.1:4010/v5',
		description: 'The address that "pinterest-jobs sandbox" prints when it starts',
		displayOptions: { show: { environment: ['local'] } },
	},
];
