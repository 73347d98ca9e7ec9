import { jobIdField, jobIdOf } from '../../shared/job-fields';
import { perItem, type Operation } from '../../shared/operation';

export const get: Operation = {
	name: 'Get',
	value: 'get',
	action: 'Get a job',
	description: 'What became of a Pin: its state, its attempts, and what happens next',
	fields: [jobIdField],
	tellsNext: true,
	run: perItem(async ({ n8n, engine }, item) => await engine.get(jobIdOf(n8n, item))),
};
