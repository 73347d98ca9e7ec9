import type { INodeProperties } from 'n8n-workflow';
import { ERROR_CLASSES, EVENT_TYPES, type ErrorClass, type EventType } from '../../src';
import { queueOptions, stateOptions } from './job-filter';

/** Each event starts an execution: the ones that tell of an end or of a stop are the default. */
const DEFAULT_EVENTS: EventType[] = ['job.succeeded', 'job.failed', 'job.canceled', 'account.held', 'account.released'];

const EVENTS: Record<EventType, { name: string; description: string }> = {
	'account.held': { name: 'Account Held', description: 'A dead token, a limit or a missing worker makes the jobs of an account wait' },
	'account.released': { name: 'Account Released', description: 'The jobs of a held account run again' },
	'failure_group.opened': { name: 'Failure Group Opened', description: 'The first job failed of a cause; the others of the same cause are only counted' },
	'job.canceled': { name: 'Job Canceled', description: 'Somebody canceled a job that was waiting' },
	'job.failed': { name: 'Job Failed', description: 'A job waits for somebody, with what to do' },
	'job.queued': { name: 'Job Queued', description: 'A job was accepted' },
	'job.requeued': { name: 'Job Requeued', description: 'A failed or canceled job was put back' },
	'job.retry_scheduled': { name: 'Job Retry Scheduled', description: 'An attempt did not publish; the job tells when the next one is' },
	'job.running': { name: 'Job Running', description: 'A worker has begun to publish' },
	'job.succeeded': { name: 'Job Succeeded', description: 'The Pin exists; the job has its ID and URL' },
	'job.updated': { name: 'Job Updated', description: 'The content of a waiting job was changed' },
};
const CLASS_NAMES: Record<ErrorClass, string> = { retry: 'Retry', retry_later: 'Retry Later', route: 'Route', stop: 'Stop' };

/** Which events. */
export const eventsField: INodeProperties = {
	displayName: 'Events',
	name: 'events',
	type: 'multiOptions',
	required: true,
	default: DEFAULT_EVENTS,
	options: [...EVENT_TYPES].sort().map((value) => ({ value, ...EVENTS[value] })),
	description: 'What is told',
};

/** And of what. */
export const eventFiltersField: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add filter',
	default: {},
	description: 'An event has to pass every filter that is set. Filters on jobs do not hold back events of accounts.',
	options: [
		{ displayName: 'Accounts', name: 'accounts', type: 'string', default: '', placeholder: 'e.g. acme-us, acme-uk', description: 'Account Names, separated by commas' },
		{ displayName: 'Client Labels', name: 'clients', type: 'string', default: '', placeholder: 'e.g. Acme, Globex', description: 'Separated by commas' },
		{
			displayName: 'Error Classes',
			name: 'classes',
			type: 'multiOptions',
			default: [],
			options: ERROR_CLASSES.map((value) => ({ name: CLASS_NAMES[value], value })),
			description: 'Only jobs whose last error is of one of these classes',
		},
		{
			displayName: 'Failure Queues',
			name: 'queues',
			type: 'multiOptions',
			default: [],
			options: queueOptions,
			description: 'Only failed jobs that wait for one of these',
		},
		{
			displayName: 'Source Record ID or Key Starts With',
			name: 'sources',
			type: 'string',
			default: '',
			placeholder: 'e.g. shop:, sheet:',
			description: 'Only jobs whose Source Record ID or Idempotency Key begins with one of these, separated by commas',
		},
		{ displayName: 'States', name: 'states', type: 'multiOptions', default: [], options: stateOptions, description: 'Only jobs that are now in one of these states' },
	],
};

export const latestOnlyField: INodeProperties = {
	displayName: 'Latest State Only',
	name: 'latestOnly',
	type: 'boolean',
	default: false,
	description: 'Whether to leave out an event whose job has moved on by the time it is delivered, for example after the workflow was off',
};
