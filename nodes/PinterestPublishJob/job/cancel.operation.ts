import { actorOf, doneByField, jobIdField, jobIdOf, revisionField } from '../../shared/job-fields';
import { perItem, type Operation } from '../../shared/operation';

export const cancel: Operation = {
	name: 'Cancel',
	value: 'cancel',
	action: 'Cancel a waiting job',
	description: 'Stop a job that has not published yet. Refused while its Pin may exist; Requeue takes it back.',
	fields: [jobIdField, doneByField, revisionField],
	peopleOnly: true,
	done: 'canceled',
	run: perItem(async ({ n8n, engine }, item) => await engine.cancel(jobIdOf(n8n, item), actorOf(n8n, item))),
};
