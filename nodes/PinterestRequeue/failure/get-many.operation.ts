import { filterField, filterOf, limitFields, listJobs } from '../../shared/job-filter';
import { perItem, type Operation } from '../../shared/operation';

export const getMany: Operation = {
	name: 'Get Many',
	value: 'getAll',
	action: 'Get many failures',
	description: 'The failed jobs that wait for somebody, each with what to do and which fields would fix it',
	fields: [
		...limitFields,
		filterField(['states']),
		{
			displayName: 'Include Snoozed',
			name: 'snoozed',
			type: 'boolean',
			default: false,
			description: 'Whether to list also what is snoozed',
		},
	],
	tellsNext: true,
	run: perItem(async ({ n8n, engine }, item) => await listJobs(n8n, engine, item, {
		...filterOf(n8n, item), states: ['failed'],
		// What was resolved stands in no queue any more.
		failedAfter: filterOf(n8n, item).failedAfter ?? 0,
		...(n8n.getNodeParameter('snoozed', item, false) === true ? {} : { awakeAt: Date.now() }),
	})),
};
