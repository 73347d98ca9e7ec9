import type { IExecuteFunctions } from 'n8n-workflow';
import { pinIdIn, type Verdict } from '../../../src';
import { actorOf, doneByPerson, jobIdField, jobIdOf, revisionField } from '../../shared/job-fields';
import { perItem, type Operation } from '../../shared/operation';
import { refused, textOf } from '../../shared/values';

export const resolveUnknown: Operation = {
	name: 'Resolve Unknown',
	value: 'resolveUnknown',
	action: 'Resolve a job whose outcome is unknown',
	description: 'Say what became of a Pin that could not be found out by machine: look at the board first',
	fields: [
		jobIdField,
		{
			displayName: 'Verdict',
			name: 'verdict',
			type: 'options',
			default: 'published',
			options: [
				{ name: 'Published: the Pin Is There', value: 'published', description: 'The job succeeds with the Pin you name' },
				{ name: 'Not There: Send It', value: 'absent', description: 'The Pin is sent again under the same key. If it exists after all there will be two.' },
				{ name: 'Abandon', value: 'abandon', description: 'The job stays failed and is resolved; its key never publishes again' },
			],
			description: 'What you saw on the board',
		},
		{
			displayName: 'Pin ID or URL',
			name: 'pin',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://www.pinterest.com/pin/813744226420795884/',
			description: 'The Pin as it stands on Pinterest',
			displayOptions: { show: { verdict: ['published'] } },
		},
		doneByPerson,
		revisionField,
	],
	peopleOnly: true,
	tellsNext: true,
	done: 'resolved',
	run: perItem(async ({ n8n, engine }, item) => {
		const actor = actorOf(n8n, item);
		if (actor.automatic) throw refused('Done By is empty.', 'A verdict is a person\'s: name who has looked at the board.');
		return await engine.resolveUnknown(jobIdOf(n8n, item), verdictOf(n8n, item), actor);
	}),
};

function verdictOf(n8n: IExecuteFunctions, item: number): Verdict {
	const verdict = n8n.getNodeParameter('verdict', item) as Verdict['verdict'];
	return verdict === 'published' ? { verdict, pinId: pinIdOf(n8n.getNodeParameter('pin', item, '')) } : { verdict };
}

/** The id in a Pin's id or address. */
export function pinIdOf(value: unknown): string {
	const text = textOf(value, 'Pin ID or URL') ?? '';
	const id = pinIdIn(text);
	if (!id) throw refused(`"${text}" is neither the ID nor the address of a Pin.`, 'Open the Pin and copy its address: https://www.pinterest.com/pin/ and a number.');
	return id;
}
