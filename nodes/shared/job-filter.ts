import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { JOB_STATES, QUEUE_NAMES, type Engine, type JobFilter, type JobView } from '../../src';
import { listOf } from './credential';
import { instantOf } from './instant';
import { refused, textOf } from './values';

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

// As the person who works on a queue thinks of it; the rest is asked for in other words.
type Asked = Exclude<keyof JobFilter, 'limit' | 'cursor' | 'phase' | 'failedBefore' | 'awakeAt' | 'accounts'> | 'unclaimed' | 'failedForHours';

const filters: Record<Asked, INodeProperties> = {
	account: { displayName: 'Account', name: 'account', type: 'string', default: '', placeholder: 'e.g. acme-us', description: 'The Account Name of the worker' },
	boardId: { displayName: 'Board ID', name: 'boardId', type: 'string', default: '', description: 'The number of the board' },
	cause: { displayName: 'Cause', name: 'cause', type: 'string', default: '', placeholder: 'e.g. {{ $json.cause }}', description: 'Failures of one cause, as Failure: Get Groups and the event failure_group.opened name it' },
	client: { displayName: 'Client Label', name: 'client', type: 'string', default: '', placeholder: 'e.g. Acme', description: 'For whom the Pins are published' },
	createdAfter: { displayName: 'Created After', name: 'createdAfter', type: 'dateTime', default: '', description: 'Only jobs enqueued after this time' },
	createdBefore: { displayName: 'Created Before', name: 'createdBefore', type: 'dateTime', default: '', description: 'Only jobs enqueued before this time' },
	code: { displayName: 'Error Code', name: 'code', type: 'string', default: '', placeholder: 'e.g. board_not_found', description: 'The code of the last error, as lastError.code shows it' },
	failedAfter: { displayName: 'Failed After', name: 'failedAfter', type: 'dateTime', default: '', description: 'Only open failures since this time' },
	failedForHours: { displayName: 'Failed for More Than (Hours)', name: 'failedForHours', type: 'number', typeOptions: { minValue: 0 }, default: 4, description: 'Only open failures that have waited for somebody so long' },
	queue: { displayName: 'Failure Queue', name: 'queue', type: 'options', default: 'ops', options: queueOptions, description: 'Who has to act on the failed job' },
	incident: { displayName: 'Incident ID', name: 'incident', type: 'string', default: '', placeholder: 'e.g. {{ $json.id }}', description: 'The jobs that wait under a hold, or, of failed ones, those that failed while it stood' },
	owner: { displayName: 'Owner', name: 'owner', type: 'string', default: '', placeholder: 'e.g. ann', description: 'Failures this person has claimed' },
	source: { displayName: 'Source Record ID', name: 'source', type: 'string', default: '', description: 'The row, record or product the Pin was made from' },
	text: { displayName: 'Text', name: 'text', type: 'string', default: '', placeholder: 'e.g. summer', description: 'Found in the job ID, the record, the title, the link, the board name or the last error' },
	unclaimed: { displayName: 'Unclaimed Only', name: 'unclaimed', type: 'boolean', default: true, description: 'Whether to leave out failures that somebody has claimed' },
	states: { displayName: 'States', name: 'states', type: 'multiOptions', default: [], options: stateOptions, description: 'Only jobs in one of these states' },
};

/** A collection of filters, without those an operation sets by itself. */
export function filterField(without: Asked[] = []): INodeProperties {
	return {
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		description: 'Without a filter every job counts',
		options: Object.entries(filters).filter(([name]) => !without.includes(name as Asked)).map(([, field]) => field)
			.sort((a, b) => a.displayName.localeCompare(b.displayName)),
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

export function jobFilter(fields: Record<string, unknown>, zone: string, now = Date.now()): JobFilter {
	const filter: JobFilter = {};
	for (const name of ['account', 'boardId', 'cause', 'client', 'code', 'incident', 'owner', 'source', 'text'] as const) {
		const text = textOf(fields[name], filters[name].displayName);
		if (text) filter[name] = text;
	}
	for (const name of ['createdAfter', 'createdBefore', 'failedAfter'] as const) {
		const instant = instantOf(fields[name], filters[name].displayName, zone);
		if (instant) filter[name] = Date.parse(instant.iso);
	}
	const states = listOf(fields['states']);
	if (states.length > 0) filter.states = states as JobFilter['states'];
	if (fields['unclaimed'] === true) filter.owner = null;
	const hours = fields['failedForHours'];
	if (hours !== undefined && hours !== '') filter.failedBefore = now - hoursOf(hours) * 3_600_000;
	if (fields['queue']) filter.queue = fields['queue'] as JobFilter['queue'];
	return filter;
}

function hoursOf(value: unknown): number {
	const hours = Number(value);
	if (!(hours >= 0)) throw refused(`Failed for More Than "${String(value)}" is not a number of hours.`, 'Give a number, for example 4.');
	return hours;
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
