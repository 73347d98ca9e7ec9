import { doneByPerson } from '../../shared/job-fields';
import { perItem, type Operation } from '../../shared/operation';
import { textOf } from '../../shared/values';
import { handled, whichFailures } from './which-failures';

export const addNote: Operation = {
	name: 'Add Note',
	value: 'addNote',
	action: 'Add a note to a failure',
	description: 'Write down what the next person should know: whom you asked, which ticket it is',
	fields: [
		...whichFailures,
		{
			displayName: 'Note',
			name: 'note',
			type: 'string',
			required: true,
			typeOptions: { rows: 2 },
			default: '',
			placeholder: 'e.g. Asked Acme for a larger image',
			description: 'Kept with the job; at most 500 characters',
		},
		doneByPerson,
	],
	peopleOnly: true,
	done: 'noted',
	run: perItem(async (call, item) =>
		await handled(call, item, { what: 'note', note: textOf(call.n8n.getNodeParameter('note', item, ''), 'Note') ?? '' })),
};
