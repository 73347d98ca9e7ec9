import type { IExecuteFunctions } from 'n8n-workflow';
import type { Chosen } from '../../../src';
import { changesField, corrected } from '../../shared/correction';
import { listOf } from '../../shared/credential';
import { itemErrorOf } from '../../shared/errors';
import { filterField, filterOf } from '../../shared/job-filter';
import { actorOf, checkFields, checksOf, doneByPerson } from '../../shared/job-fields';
import { perItem, type Operation } from '../../shared/operation';
import { refused } from '../../shared/values';

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
				{ name: 'All Failed Jobs of a Filter', value: 'filter', description: 'By cause, incident, error code, account and more' },
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
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 10_000 },
			default: 500,
			// A filter that matches more than was thought should not empty a whole queue.
			description: 'Max number of jobs to requeue',
		},
		doneByPerson,
	],
	peopleOnly: true,
	tellsNext: true,
	done: 'requeued',
	run: perItem(async ({ n8n, engine }, item) =>
		await corrected(n8n, engine, item, async (correction) => {
			const limit = Number(n8n.getNodeParameter('limit', item, 500));
			const { dryRun, check } = checksOf(n8n, item);
			const { bulk, requeued, refused: refusals } = await engine.failures.requeueMany(
				chosenBy(n8n, item), correction, actorOf(n8n, item), { dryRun, check, limit },
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

function chosenBy(n8n: IExecuteFunctions, item: number): Chosen {
	if (n8n.getNodeParameter('which', item, 'filter') === 'ids') {
		const ids = listOf(n8n.getNodeParameter('jobIds', item, ''));
		if (ids.length === 0) throw refused('Job IDs is empty.', 'Give the ids that Enqueue returned, separated by commas.');
		return { ids };
	}
	const filter = filterOf(n8n, item);
	if (Object.keys(filter).length === 0) throw refused('No filter is set.', 'Add a filter, for example Cause, Error Code or Account.');
	return { filter };
}
