import { changesField, correctionOf } from '../../shared/correction';
import { itemErrorOf } from '../../shared/errors';
import { filterField, filterOf } from '../../shared/job-filter';
import { actorOf, doneByPerson } from '../../shared/job-fields';
import { perItem, type Operation } from '../../shared/operation';
import { refused } from '../../shared/values';

export const requeueMany: Operation = {
	name: 'Requeue Many',
	value: 'requeueMany',
	action: 'Requeue many jobs',
	description: 'Put all failed jobs of a filter back, with one correction for all of them; they are published paced',
	fields: [
		{
			...filterField(['states']),
			description: 'Which failed jobs to requeue. At least one filter is needed, so that an empty field does not requeue everything.',
		},
		changesField,
		{
			displayName: 'Dry Run',
			name: 'dryRun',
			type: 'boolean',
			default: false,
			description: 'Whether to check only: the output tells which jobs would be requeued and which refused',
		},
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
	done: 'requeued',
	run: perItem(async ({ n8n, engine }, item) => {
		const filter = filterOf(n8n, item);
		if (Object.keys(filter).length === 0) throw refused('No filter is set.', 'Add a filter, for example Error Code or Account.');
		const dryRun = n8n.getNodeParameter('dryRun', item, false) === true;
		const limit = Number(n8n.getNodeParameter('limit', item, 500));
		const correction = await correctionOf(n8n, engine, item);
		const { requeued, refused: refusals } = await engine.requeueMany(
			{ ...filter, states: ['failed'] }, correction, { ...actorOf(n8n, item), dryRun, limit },
		);
		return {
			dryRun,
			requeued: requeued.length,
			refused: refusals.length,
			jobs: requeued,
			refusals: refusals.map(({ id, error }) => ({ ...itemErrorOf(error), jobId: id })),
		};
	}),
};
