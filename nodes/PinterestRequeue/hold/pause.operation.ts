import { instantOf } from '../../shared/instant';
import { actorOf, doneByPerson } from '../../shared/job-fields';
import { perItem, type Operation } from '../../shared/operation';
import { textOf } from '../../shared/values';
import { pausableOf, whatToPause } from './what-to-pause';

export const pause: Operation = {
	name: 'Pause',
	value: 'pause',
	action: 'Pause an account a client or everything',
	description: 'Publish nothing new until a time or until Resume. Jobs wait and lose no attempt; what is being sent is finished, and Pins in doubt are still looked for.',
	fields: [
		...whatToPause,
		{
			displayName: 'Until',
			name: 'until',
			type: 'dateTime',
			default: '',
			description: 'Publishing goes on by itself then. Leave empty to pause until Resume. Without a time zone the one of the workflow counts.',
		},
		{
			displayName: 'Reason',
			name: 'reason',
			type: 'string',
			default: '',
			placeholder: 'e.g. Acme checks its texts',
			description: 'Shown at every job that waits, and in the event; at most 500 characters',
		},
		doneByPerson,
	],
	peopleOnly: true,
	done: 'paused',
	run: perItem(async ({ n8n, engine }, item) => {
		const until = instantOf(n8n.getNodeParameter('until', item, ''), 'Until', n8n.getTimezone());
		const reason = textOf(n8n.getNodeParameter('reason', item, ''), 'Reason');
		return await engine.pacing.pause(pausableOf(n8n, item), { until: until && Date.parse(until.iso), reason }, actorOf(n8n, item));
	}),
};
