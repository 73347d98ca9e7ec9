import { instantOf } from '../../shared/instant';
import { doneByPerson } from '../../shared/job-fields';
import { perItem, type Operation } from '../../shared/operation';
import { refused, textOf } from '../../shared/values';
import { handled, whichFailures } from './which-failures';

export const snooze: Operation = {
	name: 'Snooze',
	value: 'snooze',
	action: 'Snooze a failure',
	description: 'Leave it out of lists until a time, for example until the client has answered',
	fields: [
		...whichFailures,
		{
			displayName: 'Until',
			name: 'until',
			type: 'dateTime',
			required: true,
			default: '={{ $now.plus(1, "day") }}',
			description: 'At most 90 days away. Without a time zone the one of the workflow counts.',
		},
		{
			displayName: 'Note',
			name: 'note',
			type: 'string',
			typeOptions: { rows: 2 },
			default: '',
			placeholder: 'e.g. Acme answers on Monday',
			description: 'Kept with the job; at most 500 characters',
		},
		doneByPerson,
	],
	peopleOnly: true,
	done: 'snoozed',
	run: perItem(async (call, item) => {
		const { n8n } = call;
		const until = instantOf(n8n.getNodeParameter('until', item, ''), 'Until', n8n.getTimezone());
		if (!until) throw refused('Until is empty.', 'Choose when it shall show again.');
		return await handled(call, item, { what: 'snooze', until: Date.parse(until.iso), note: textOf(n8n.getNodeParameter('note', item, ''), 'Note') });
	}),
};
