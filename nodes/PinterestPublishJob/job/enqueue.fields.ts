import type { INodeProperties } from 'n8n-workflow';
import { accountLocator, boardLocator, sectionLocator } from '../../shared/locators';
import { mediaFields } from '../../shared/media';
import { pinTextFields } from '../../shared/pin-fields';
import { whenLateField } from '../../shared/when-late';

const options: INodeProperties[] = [
	{
		displayName: 'Asset ID',
		name: 'assetId',
		type: 'string',
		default: '',
		placeholder: 'e.g. lamp-17-square',
		description: 'Your own name of the image. Use it when the URL of the same image changes, as signed URLs do.',
	},
	{
		displayName: 'Check Board First',
		name: 'checkBoard',
		type: 'boolean',
		default: true,
		description: 'Whether to refuse a Pin whose board is not one of the account, or whose section is not one of the board, instead of letting its job fail. Waits up to 5 seconds for a worker to read the boards again; without a worker nothing is refused.',
	},
	{
		displayName: 'Check Media First',
		name: 'checkMedia',
		type: 'boolean',
		default: true,
		description: 'Whether to look at the addresses of images and videos and to refuse a Pin when nothing can be loaded from there, or nothing that Pinterest takes, instead of letting its job fail. An address that does not answer now is accepted with a warning. Waits up to 15 seconds for all items together.',
	},
	{
		displayName: 'Client Label',
		name: 'client',
		type: 'string',
		default: '',
		placeholder: 'e.g. Acme',
		description: 'For whom the Pin is published: events and failures can be filtered by it',
	},
	{
		displayName: 'Dominant Color',
		name: 'dominantColor',
		type: 'color',
		default: '',
		description: 'Shown while the image loads, as #RRGGBB',
	},
	{
		displayName: 'Idempotency Key',
		name: 'key',
		type: 'string',
		default: '',
		placeholder: 'e.g. campaign-7-lamp',
		description: 'Your own key for this Pin, instead of one made from a Source Record ID or the content. The same key never gives a second Pin.',
	},
	{
		displayName: 'Link Marker',
		name: 'marker',
		type: 'boolean',
		default: false,
		description: 'Whether to add a short marker to the link. It tells this Pin from an equal one when an answer of Pinterest was lost.',
	},
	{
		displayName: 'Metadata',
		name: 'metadata',
		type: 'json',
		default: '{}',
		description: 'Your own JSON object, up to 4 kB. It comes back with the job and in every event, so that a workflow can update its source.',
	},
	{
		displayName: 'Publish Before',
		name: 'publishBefore',
		type: 'dateTime',
		default: '',
		description: 'The Pin is not published after this time, unless you choose to publish it late. Without a time zone the one of the workflow counts.',
	},
	{
		displayName: 'Scheduled At',
		name: 'scheduledAt',
		type: 'dateTime',
		default: '',
		description: 'Not before this time. Without a time zone the one of the workflow counts; the job shows the time in UTC.',
	},
	{ ...whenLateField, displayOptions: { show: { publishBefore: [{ _cnd: { exists: true } }] } } },
	{
		displayName: 'When the Job Is Still Waiting',
		name: 'whenWaiting',
		type: 'options',
		default: 'error',
		description: 'What to do when the same record comes again with another title, image or time',
		options: [
			{ name: 'Report a Conflict', value: 'error', description: 'Leave the job as it is and name the fields that differ' },
			{ name: 'Update the Job', value: 'update', description: 'Let the waiting job publish the new content; published Pins are never changed' },
		],
	},
];

export const enqueueFields: INodeProperties[] = [
	accountLocator,
	boardLocator,
	sectionLocator,
	{
		displayName: 'Source Record ID',
		name: 'source',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.id }}',
		description: 'The ID of the row, record or product this Pin is made from. One record gives one Pin, however often the workflow runs.',
		hint: 'Recommended: without it a changed link, image or time counts as another Pin',
	},
	...mediaFields,
	...pinTextFields,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options,
	},
];
