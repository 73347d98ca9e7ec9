import { actorOf, doneByPerson } from '../../shared/job-fields';
import { perItem, type Operation } from '../../shared/operation';
import { pausableOf, whatToPause } from './what-to-pause';

export const resume: Operation = {
	name: 'Resume',
	value: 'resume',
	action: 'Resume what was paused',
	description: 'End a pause: the jobs go on, paced as always. Other holds, such as a dead token, stay.',
	fields: [...whatToPause, doneByPerson],
	peopleOnly: true,
	done: 'resumed',
	run: perItem(async ({ n8n, engine }, item) => await engine.pacing.resume(pausableOf(n8n, item), actorOf(n8n, item))),
};
