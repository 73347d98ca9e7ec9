import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { JOB_STATES, QUEUE_NAMES, type Engine, type JobFilter, type JobView } from '../../src';
import { listOf } from './credential';
import { instantOf } from './instant';
import { textOf } from './values';

const STATE_NAMES: Record<(typeof JOB_STATES)[number], string> = {
	queued: 'Queued', running: 'Running', retry_scheduled: 'Retry Scheduled', succeeded: 'Succeeded', failed: 'Failed', canceled: 'Canceled',
};
const QUEUE_TEXTS: Record<(typeof QUEUE_NAMES)[number], { name: string; description: string }> = {
	ops: { name: 'Ops', description: 'Somebody of the team has to fix something, a board or a connection for example' },
	client: { name: 'Client', description: 'The client has to give something else, an image for example' },
	engineering: { name: 'Engineering', description: 'Something happened that this package does not know how to handle' },
};

export const stateOptions = JOB_STATES.map((value) => ({ name: STATE_NAMES[value], value }));
export const queueOptions = QUEUE_NAMES.map((value) => ({ value, ...QUEUE_TEXTS[value] }));

const filters: Record<keyof Omit<JobFilter, 'limit' | 'cursor' | 'phase'>, INodeProperties> = {
	account: { displayName: 'Account', name: 'account', type: 'string', default: '', placeholder: 'e.g. acme-us', description: 'The Account Name of the worker' },
	boardId: { displayName: 'Board ID', name: 'boardId', type: 'string', default: '', description: 'The number of the board' },
	client: { displayName: 'Client Label', name: 'client', type: 'string', default: '', placeholder: 'e.g. Acme', description: 'For whom the Pins are published' },
	createdAfter: { displayName: 'Created After', name: 'createdAfter', type: 'dateTime', default: '', description: 'Only jobs enqueued after this time' },
	createdBefore: { displayName: 'Created Before', name: 'createdBefore', type: 'dateTime', default: '', description: 'Only jobs enqueued before this time' },
	code: { displayName: 'Error Code', name: 'code', type: 'string', default: '', placeholder: 'e.g. board_not_found', description: 'The code of the last error, as lastError.code shows it' },
	queue: { displayName: 'Failure Queue', name: 'queue', type: 'options', default: 'ops', options: queueOptions, description: 'Who has to act on the failed job' },
	source: { displayName: 'Source Record ID', name: 'source', type: 'string', default: '', description: 'The row, record or product the Pin was made from' },
	states: { displayName: 'States', name: 'states', type: 'multiOptions', default: [], options: stateOptions, description: 'Only jobs in one of these states' },
};

/** A collection of filters, without those an operation sets by itself. */
export function filterField(without: (keyof typeof filters)[] = []): INodeProperties {
	return {
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		description: 'Without a filter every job counts',
		options: Object.entries(filters).filter(([name]) => !without.includes(name as keyof typeof filters)).map(([, field]) => field),
	};
}

export const limitFields: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { returnAll: [false] } },
	},
];

/** The filters of one item. */
export function filterOf(n8n: IExecuteFunctions, item: number): JobFilter {
	return jobFilter(n8n.getNodeParameter('filters', item, {}) as Record<string, unknown>, n8n.getTimezone());
}

export function jobFilter(fields: Record<string, unknown>, zone: string): JobFilter {
	const filter: JobFilter = {};
	for (const name of ['account', 'boardId', 'client', 'code', 'source'] as const) {
		const text = textOf(fields[name], filters[name].displayName);
		if (text) filter[name] = text;
	}
	for (const name of ['createdAfter', 'createdBefore'] as const) {
		const instant = instantOf(fields[name], filters[name].displayName, zone);
		if (instant) filter[name] = Date.parse(instant.iso);
	}
	const states = listOf(fields['states']);
	if (states.length > 0) filter.states = states as JobFilter['states'];
	if (fields['queue']) filter.queue = fields['queue'] as JobFilter['queue'];
	return filter;
}

// What the store gives at once without a long script.
const PAGE = 200;

/** The jobs of a filter, page after page, up to the limit of the item. */
export async function listJobs(n8n: IExecuteFunctions, engine: Pick<Engine, 'list'>, item: number, filter: JobFilter): Promise<JobView[]> {
	const most = n8n.getNodeParameter('returnAll', item, false) ? Infinity : Number(n8n.getNodeParameter('limit', item, 50));
	const jobs: JobView[] = [];
	let cursor: string | null | undefined;
	do {
		const page = await engine.list({ ...filter, limit: Math.min(PAGE, most - jobs.length), ...(cursor ? { cursor } : {}) });
		jobs.push(...page.jobs);
		cursor = page.cursor;
	} while (cursor && jobs.length < most);
	return jobs;
}
