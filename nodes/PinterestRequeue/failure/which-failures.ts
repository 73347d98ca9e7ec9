import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { HandlingRequest } from '../../../src';
import { itemErrorOf } from '../../shared/errors';
import { actorOf, jobIdField, jobIdOf } from '../../shared/job-fields';
import type { Call } from '../../shared/operation';
import { refused, textOf } from '../../shared/values';

/** One cause, and with it all of its open failures. */
export const causeField: INodeProperties = {
	displayName: 'Cause',
	name: 'cause',
	type: 'string',
	required: true,
	default: '={{ $json.group?.cause ?? $json.cause }}',
	placeholder: 'e.g. board_not_found|acme-us|549755885175',
	description: 'As Failure: Get Groups and the event failure_group.opened name it',
	displayOptions: { show: { which: ['cause'] } },
};

/** One failure, or all of a cause at once. */
export const whichFailures: INodeProperties[] = [
	{
		displayName: 'Failures',
		name: 'which',
		type: 'options',
		noDataExpression: true,
		default: 'job',
		options: [
			{ name: 'One Job', value: 'job' },
			{ name: 'All of a Cause', value: 'cause', description: 'All open failures that have the same cause' },
		],
		description: 'Whether it is about one failed job or about all with the same cause',
	},
	{ ...jobIdField, displayOptions: { show: { which: ['job'] } } },
	causeField,
];

/** Does it with one failure or with each of the cause. A job answers its view; a cause, how many there were. */
export async function handled({ n8n, engine }: Call, item: number, request: HandlingRequest): Promise<unknown> {
	const actor = actorOf(n8n, item);
	if (n8n.getNodeParameter('which', item, 'job') !== 'cause') return await engine.failures.handle(jobIdOf(n8n, item), request, actor);
	const cause = causeOf(n8n, item);
	const { handled: jobs, refused: refusals } = await engine.failures.handleMany({ cause }, request, actor);
	return { cause, handled: jobs.length, refused: refusals.length, jobs, refusals: refusals.map(({ id, error }) => ({ ...itemErrorOf(error), jobId: id })) };
}

export function causeOf(n8n: IExecuteFunctions, item: number): string {
	const cause = textOf(n8n.getNodeParameter('cause', item, ''), 'Cause');
	if (!cause) throw refused('Cause is empty.', 'Use the cause that Get Groups or the event failure_group.opened names.');
	return cause;
}
