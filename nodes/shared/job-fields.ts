import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Actor } from '../../src';
import { refused, textOf } from './values';

export const jobIdField: INodeProperties = {
	displayName: 'Job ID',
	name: 'jobId',
	type: 'string',
	required: true,
	default: '={{ $json.job?.id ?? $json.id }}',
	placeholder: 'e.g. pj_4qz7m2k6x5v3n8w1r9t0ycbdef',
	description: 'The ID that Enqueue returned and every event carries; it begins with pj_',
};

const doneBy: INodeProperties = {
	displayName: 'Done By',
	name: 'doneBy',
	type: 'string',
	default: '',
	placeholder: 'e.g. ann, or {{ $json.submittedBy }}',
	description: 'The person who decides, kept in the history of the job. Leave empty when the workflow decides by itself: that counts as automatic, and automatic requeues of a job are limited so that a loop ends.',
};

/** The same field where a person has to be named. */
export const doneByPerson: INodeProperties = {
	...doneBy,
	required: true,
	description: 'The person who decides, kept in the history of the job',
};

export const doneByField = doneBy;

export const revisionField: INodeProperties = {
	displayName: 'Revision Seen',
	name: 'revision',
	type: 'string',
	default: '',
	placeholder: 'e.g. {{ $json.job.revision }}',
	description: 'The revision of the job that the decision is based on. If the job has another one by now nothing is done, so that a second run has no effect. Leave empty to act on the job as it stands.',
};

export function jobIdOf(n8n: IExecuteFunctions, item: number): string {
	const id = textOf(n8n.getNodeParameter('jobId', item, ''), 'Job ID');
	if (!id) throw refused('Job ID is empty.', 'Use the id that Enqueue returned, or job.id of an event.');
	return id;
}

/** Who acts: a person when one is named, else the workflow, which counts as automatic. */
export function actorOf(n8n: IExecuteFunctions, item: number): Actor {
	const person = textOf(n8n.getNodeParameter('doneBy', item, ''), 'Done By');
	const revision = revisionOf(n8n.getNodeParameter('revision', item, ''));
	const { name, id } = n8n.getWorkflow();
	return { by: person ?? `workflow ${name ?? id}`, automatic: person === null, ...(revision === null ? {} : { revision }) };
}

function revisionOf(value: unknown): number | null {
	const text = textOf(value, 'Revision Seen');
	if (text === null) return null;
	if (!/^\d{1,9}$/.test(text)) throw refused(`Revision Seen "${text}" is not a number.`, 'Use the revision of the job, for example {{ $json.job.revision }}.');
	return Number(text);
}

/** Whether a correction is looked at before it is written, and whether it is written at all. */
export const checkFields: INodeProperties[] = [
	{
		displayName: 'Check Board and Image First',
		name: 'check',
		type: 'boolean',
		default: true,
		description: 'Whether to look at a changed board, section, image or video address before anything runs: a board that is not one of the account, or an image or video that cannot be loaded, is refused at once',
	},
	{
		displayName: 'Dry Run',
		name: 'dryRun',
		type: 'boolean',
		default: false,
		description: 'Whether to check only: the output shows what would be requeued, and nothing is changed',
	},
];

export function checksOf(n8n: IExecuteFunctions, item: number): { check: boolean; dryRun: boolean } {
	return { check: n8n.getNodeParameter('check', item, true) !== false, dryRun: n8n.getNodeParameter('dryRun', item, false) === true };
}
