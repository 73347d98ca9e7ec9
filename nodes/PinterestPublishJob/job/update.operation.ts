import { changesField, corrected } from '../../shared/correction';
import { actorOf, doneByField, jobIdField, jobIdOf, revisionField } from '../../shared/job-fields';
import { perItem, type Operation } from '../../shared/operation';

export const update: Operation = {
	name: 'Update',
	value: 'update',
	action: 'Update a waiting job',
	description: 'Change what a job will publish, as long as it waits; a published Pin is never changed',
	fields: [jobIdField, changesField, doneByField, revisionField],
	tellsNext: true,
	peopleOnly: true,
	done: 'updated',
	run: perItem(async ({ n8n, engine }, item) =>
		await corrected(n8n, engine, item, async (correction) => await engine.update(jobIdOf(n8n, item), correction, actorOf(n8n, item)))),
};
