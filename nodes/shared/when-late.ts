import type { INodeProperties } from 'n8n-workflow';
import type { PublishRequest } from '../../src';
import { textOf } from './values';

const NAME = 'When Publish Before Has Passed';

/** The rule for a Publish Before that has passed. */
export const whenLateField: INodeProperties = {
	displayName: NAME,
	name: 'whenLate',
	type: 'options',
	default: 'ask',
	description: 'What becomes of a Pin that is not published by then, such as under a pause or a rate limit. A Pin that may already exist is looked for, whatever is chosen.',
	options: [
		{ name: 'Ask a Person', value: 'ask', description: 'The job fails and waits in the ops queue' },
		{ name: 'Publish Late', value: 'publish', description: 'Publish it all the same, with a warning in the job' },
		{ name: 'Skip', value: 'skip', description: 'Cancel the job; nobody has to do anything' },
	],
};

/** What was chosen, or came by an expression; the engine says whether it is known. */
export function whenLateOf(value: unknown): PublishRequest['whenLate'] {
	return textOf(value, NAME) as PublishRequest['whenLate'];
}
