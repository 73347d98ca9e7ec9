import { changesField, corrected } from '../../shared/correction';
import { actorOf, checkFields, checksOf, doneByField, jobIdField, jobIdOf, revisionField } from '../../shared/job-fields';
import { perItem, type Operation } from '../../shared/operation';

export const requeue: Operation = {
	name: 'Requeue',
	value: 'requeue',
	action: 'Requeue a job',
	description: 'Put a failed or canceled job back under its key, corrected if need be; it can still give only one Pin',
	fields: [jobIdField, changesField, ...checkFields, doneByField, revisionField],
	tellsNext: true,
	done: 'requeued',
	run: perItem(async ({ n8n, engine }, item) =>
		await corrected(n8n, engine, item, async (correction) => {
			const checks = checksOf(n8n, item);
			const job = await engine.requeue(jobIdOf(n8n, item), correction, actorOf(n8n, item), checks);
			// The job as it would be looks like one that was requeued.
			return checks.dryRun ? { ...job, dryRun: true } : job;
		})),
};
