import { filterField, filterOf, limitFields, listJobs } from '../../shared/job-filter';
import { perItem, type Operation } from '../../shared/operation';

export const getMany: Operation = {
	name: 'Get Many',
	value: 'getAll',
	action: 'Get many failures',
	description: 'The failed jobs that wait for somebody, each with what to do and which fields would fix it',
	fields: [...limitFields, filterField(['states'])],
	run: perItem(async ({ n8n, engine }, item) =>
		await listJobs(n8n, engine, item, { ...filterOf(n8n, item), states: ['failed'] })),
};
