import { doneByPerson } from '../../shared/job-fields';
import { perItem, type Operation } from '../../shared/operation';
import { textOf } from '../../shared/values';
import { handled, whichFailures } from './which-failures';

export const resolve: Operation = {
	name: 'Resolve',
	value: 'resolve',
	action: 'Resolve a failure',
	description: 'Close it without publishing: the job stays failed and leaves its queue. Requeue can still bring it back.',
	fields: [
		...whichFailures,
		{
			displayName: 'Note',
			name: 'note',
			type: 'string',
			typeOptions: { rows: 2 },
			default: '',
			placeholder: 'e.g. Acme does not want this Pin any more',
			description: 'Kept with the job; at most 500 characters',
		},
		doneByPerson,
	],
	peopleOnly: true,
	done: 'resolved',
	run: perItem(async (call, item) =>
		await handled(call, item, { what: 'resolve', note: textOf(call.n8n.getNodeParameter('note', item, ''), 'Note') })),
};
