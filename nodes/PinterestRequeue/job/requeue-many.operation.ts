import type { IExecuteFunctions } from 'n8n-workflow';
import type { Chosen } from '../../../src';
import { changesField, corrected } from '../../shared/correction';
import { listOf } from '../../shared/credential';
import { itemErrorOf } from '../../shared/errors';
import { filterField, filterOf } from '../../shared/job-filter';
import { actorOf, checkFields, checksOf, doneByPerson } from '../../shared/job-fields';
import { perItem, type Operation } from '../../shared/operation';
import { refused } from '../../shared/values';
import { causeField, causeOf } from '../failure/which-failures';

/** What one call puts back. */
const MOST = 10_000;

export const requeueMany: Operation = {
	name: 'Requeue Many',
	value: 'requeueMany',
	action: 'Requeue many jobs',
	description: 'Put many failed jobs back with one correction for all of them, for example all of one cause; they are published paced',
	fields: [
		{
			displayName: 'Jobs',
			name: 'which',
			type: 'options',
			noDataExpression: true,
			default: 'filter',
			options: [
				{ name: 'All of a Cause', value: 'cause', description: 'All open failures that have the same cause' },
				{ name: 'All That Match Filters', value: 'filter', description: 'All failed jobs by error code, account, board, incident and more' },
				{ name: 'These Job IDs', value: 'ids' },
			],
			description: 'Which jobs to put back',
		},
		{
			...filterField(['states']),
			description: 'Which failed jobs to requeue. At least one filter is needed, so that an empty field does not requeue everything.',
			displayOptions: { show: { which: ['filter'] } },
		},
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: MOST },
			default: 500,
			// A filter that matches more than was thought should not empty a whole queue.
			description: 'Max number of jobs to requeue',
			displayOptions: { show: { which: ['filter'] } },
		},
		causeField,
		{
			displayName: 'Job IDs',
			name: 'jobIds',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. pj_4qz7…, pj_9mt2…',
			description: 'Separated by commas, or a list from an expression',
			displayOptions: { show: { which: ['ids'] } },
		},
		changesField,
		...checkFields,
		doneByPerson,
	],
	peopleOnly: true,
	tellsNext: true,
	done: 'requeued',
	run: perItem(async ({ n8n, engine }, item) =>
		await corrected(n8n, engine, item, async (correction) => {
			const { dryRun, check } = checksOf(n8n, item);
			const { bulk, requeued, refused: refusals } = await engine.failures.requeueMany(
				chosenBy(n8n, item), correction, actorOf(n8n, item), { dryRun, check, limit: limitOf(n8n, item) },
			);
			return {
				bulk,
				dryRun,
				requeued: requeued.length,
				refused: refusals.length,
				jobs: requeued,
				refusals: refusals.map(({ id, error }) => ({ ...itemErrorOf(error), jobId: id })),
			};
		})),
};

// A cause or a list of ids is meant whole.
function limitOf(n8n: IExecuteFunctions, item: number): number {
	return n8n.getNodeParameter('which', item, 'filter') === 'filter' ? Number(n8n.getNodeParameter('limit', item, 500)) : MOST;
}

function chosenBy(n8n: IExecuteFunctions, item: number): Chosen {
	const which = n8n.getNodeParameter('which', item, 'filter');
	if (which === 'cause') return { filter: { cause: causeOf(n8n, item) } };
	if (which === 'ids') {
		const ids = listOf(n8n.getNodeParameter('jobIds', item, ''));
		if (ids.length === 0) throw refused('Job IDs is empty.', 'Give the ids that Enqueue returned, separated by commas.');
		return { ids };
	}
	const filter = filterOf(n8n, item);
	if (Object.keys(filter).length === 0) throw refused('No filter is set.', 'Add a filter, for example Cause, Error Code or Account.');
	return { filter };
}
