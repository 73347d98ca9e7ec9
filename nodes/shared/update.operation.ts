import { changesField, corrected } from './correction';
import { actorOf, doneByField, jobIdField, jobIdOf, revisionField } from './job-fields';
import { perItem, type Operation } from './operation';

/** The same step under the name by which each node's users look for it. */
export function updateNamed(name: string, action: string): Operation {
	return {
		name,
		value: 'update',
		action,
		description: 'Change what a job will publish, where and when, as long as it waits, also under a hold; a published Pin is never changed',
		fields: [jobIdField, changesField, doneByField, revisionField],
		tellsNext: true,
		peopleOnly: true,
		done: 'updated',
		run: perItem(async ({ n8n, engine }, item) =>
			await corrected(n8n, engine, item, async (correction) => await engine.update(jobIdOf(n8n, item), correction, actorOf(n8n, item)))),
	};
}
