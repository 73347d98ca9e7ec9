import { perItem, type Operation } from '../../shared/operation';
import { heldAccount, heldAccountOf } from './hold-fields';

export const checkNow: Operation = {
	name: 'Check Now',
	value: 'checkNow',
	action: 'Check a held account now',
	description: 'Ask the worker to look whether the cause is gone, for example after a reconnect. It only reads.',
	fields: [heldAccount],
	peopleOnly: true,
	run: perItem(async ({ n8n, engine }, item) => {
		const account = heldAccountOf(n8n, item);
		return { account, holds: await engine.pacing.check(account) };
	}),
};
