import type { ICredentialType, INodeProperties } from 'n8n-workflow';

const show = (...connection: string[]) => ({ show: { connection } });
const advanced = { show: { advanced: [true] } };

const redis: INodeProperties[] = [
	{
		displayName: 'Redis',
		name: 'connection',
		type: 'options',
		default: 'standalone',
		options: [
			{ name: 'Host and Port', value: 'standalone' },
			{ name: 'URL', value: 'url' },
			{ name: 'Sentinel', value: 'sentinel' },
			{ name: 'Cluster', value: 'cluster' },
		],
		description: 'Redis 7.0 or Valkey 8 and later. Jobs live in it: it should persist (appendonly yes) and throw nothing away (maxmemory-policy noeviction).',
	},
	{
		displayName: 'Connection URL',
		name: 'url',
		type: 'string',
		typeOptions: { password: true },
		required: true,
		default: '',
		placeholder: 'rediss://user:password@redis.example:6380/0',
		displayOptions: show('url'),
	},
	{ displayName: 'Host', name: 'host', type: 'string', required: true, default: 'localhost', displayOptions: show('standalone') },
	{ displayName: 'Port', name: 'port', type: 'number', required: true, default: 6379, displayOptions: show('standalone') },
	{
		displayName: 'Nodes',
		name: 'nodes',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'redis-1:26379, redis-2:26379, redis-3:26379',
		description: 'The sentinels, or some nodes of the cluster, as host:port, separated by commas',
		displayOptions: show('sentinel', 'cluster'),
	},
	{
		displayName: 'Sentinel Group',
		name: 'sentinelName',
		type: 'string',
		required: true,
		default: 'mymaster',
		description: 'The name the sentinels watch the primary under',
		displayOptions: show('sentinel'),
	},
	{
		displayName: 'Sentinel Password',
		name: 'sentinelPassword',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		displayOptions: show('sentinel'),
	},
	{
		displayName: 'User',
		name: 'username',
		type: 'string',
		default: '',
		description: 'The ACL user; leave empty for the default user',
		displayOptions: show('standalone', 'sentinel', 'cluster'),
	},
	{
		displayName: 'Password',
		name: 'password',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		displayOptions: show('standalone', 'sentinel', 'cluster'),
	},
	{ displayName: 'Database', name: 'database', type: 'number', default: 0, displayOptions: show('standalone', 'sentinel') },
	{ displayName: 'TLS', name: 'tls', type: 'boolean', default: false },
	{
		displayName: 'Verify Certificate',
		name: 'tlsVerify',
		type: 'boolean',
		default: true,
		description: 'Whether to refuse a server whose certificate cannot be checked',
		displayOptions: { show: { tls: [true] } },
	},
	{
		displayName: 'CA Certificate',
		name: 'tlsCa',
		type: 'string',
		typeOptions: { password: true, rows: 4 },
		default: '',
		description: 'The certificate of your own authority in PEM form, if you have one',
		displayOptions: { show: { tls: [true] } },
	},
];

const events: INodeProperties[] = [
	{
		displayName: 'Namespace',
		name: 'namespace',
		type: 'string',
		required: true,
		default: 'pinterest',
		description: 'One per Pinterest app: jobs, accounts and limits of a namespace belong together. Small letters, digits and hyphens.',
	},
	{
		displayName: 'Signing Secret',
		name: 'signingSecret',
		type: 'string',
		typeOptions: { password: true },
		required: true,
		default: '',
		description: 'Proves that an event comes from your worker. Any random text of at least 24 characters, for example from: openssl rand -base64 32.',
	},
	{
		displayName: 'Previous Signing Secret',
		name: 'previousSigningSecret',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		description: 'While you change the secret: the old one, so that events on their way are still accepted. Empty it a day later.',
	},
	{
		displayName: 'n8n Base URL for Deliveries',
		name: 'deliveryBaseUrl',
		type: 'string',
		default: '',
		placeholder: 'http://n8n:5678',
		description: 'Where the worker reaches this n8n, if that is not its webhook URL: inside Docker, behind a proxy, or with webhook processors. Needed when the address is private, such as localhost.',
	},
];

const advancedFields: INodeProperties[] = [
	{ displayName: 'Advanced', name: 'advanced', type: 'boolean', default: false, description: 'Whether to show settings that most do not need' },
	{
		displayName: 'App Writes per Minute',
		name: 'appWritesPerMinute',
		type: 'number',
		default: 0,
		description: 'A limit over all accounts of the Pinterest app; 0 for none',
		displayOptions: advanced,
	},
	{
		displayName: 'App Writes per Day',
		name: 'appWritesPerDay',
		type: 'number',
		default: 0,
		description: 'A limit over all accounts of the Pinterest app, for example 250 for an app on trial; 0 for none',
		displayOptions: advanced,
	},
	{
		displayName: 'Space for Images (MB)',
		name: 'mediaCapMb',
		type: 'number',
		default: 512,
		description: 'How much of Redis image files may take. Images given by URL take none.',
		displayOptions: advanced,
	},
	{
		displayName: 'Spread of Jobs Due Together (Seconds)',
		name: 'spreadSeconds',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 180,
		description: 'Accounts with Pins scheduled for the same minute begin within this time, each at a moment of its own. 0 lets all begin on the minute.',
		displayOptions: advanced,
	},
	{
		displayName: 'Time Factor (Trials Only)',
		name: 'timeFactor',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 1,
		description: 'Divides every waiting time, for trials with the sandbox. Leave it at 1 with Pinterest: it breaks its limits.',
		displayOptions: advanced,
	},
];

/** Where jobs are kept, and how events are signed and delivered. */
export class PinterestJobsEngineApi implements ICredentialType {
	name = 'pinterestJobsEngineApi';

	displayName = 'Pinterest Job Engine API';

	icon = { light: 'file:../nodes/shared/icons/engine.svg', dark: 'file:../nodes/shared/icons/engine.dark.svg' } as const;

	documentationUrl = 'https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/';

	// Tested by Pinterest Publish Job (`testedBy`): Redis speaks no HTTP.
	properties: INodeProperties[] = [...redis, ...events, ...advancedFields];
}
