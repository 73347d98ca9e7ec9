import { doneByPerson } from '../../shared/job-fields';
import { perItem, type Operation } from '../../shared/operation';
import { textOf } from '../../shared/values';
import { handled, whichFailures } from './which-failures';

export const claim: Operation = {
	name: 'Claim',
	value: 'claim',
	action: 'Claim a failure',
	description: 'Take a failed job on, or give it to somebody, so that nobody does the work twice',
	fields: [
		...whichFailures,
		{ ...doneByPerson, description: 'Who takes it on, if Owner is empty; kept in the history of the job' },
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: [
				{ displayName: 'Give Back', name: 'giveBack', type: 'boolean', default: true, description: 'Whether to make it nobody\'s again' },
				{ displayName: 'Owner', name: 'owner', type: 'string', default: '', placeholder: 'e.g. ann', description: 'Who shall have it, when that is somebody else than who decides' },
				{ displayName: 'Take Over', name: 'takeOver', type: 'boolean', default: true, description: 'Whether to take it also from somebody who has claimed it' },
			],
		},
	],
	peopleOnly: true,
	tellsNext: true,
	done: 'claimed',
	run: perItem(async (call, item) => {
		const options = call.n8n.getNodeParameter('options', item, {}) as Record<string, unknown>;
		if (options['giveBack'] === true) return await handled(call, item, { what: 'release' });
		return await handled(call, item, { what: 'claim', owner: textOf(options['owner'], 'Owner'), takeOver: options['takeOver'] === true });
	}),
};
