import { HOLD_KINDS, type HoldKind } from '../../../src';
import { actorOf, doneByPerson } from '../../shared/job-fields';
import { perItem, type Operation } from '../../shared/operation';
import { heldAccount, heldAccountOf } from './hold-fields';

const KIND_NAMES: Record<HoldKind, string> = {
	rate_limited: 'Rate Limited', spam_block: 'Spam Block', quota_exhausted: 'Quota Exhausted', token_dead: 'Token Dead',
	scope_missing: 'Scope Missing', trial_app: 'Trial App', app_not_approved: 'App Not Approved',
	account_mismatch: 'Account Mismatch', no_worker: 'No Worker', paused: 'Paused',
};

export const release: Operation = {
	name: 'Release',
	value: 'release',
	action: 'Release a held account',
	description: 'Let the waiting jobs run although the cause was not seen to be gone; they are paced as always',
	fields: [
		heldAccount,
		{
			displayName: 'Kind',
			name: 'kind',
			type: 'options',
			default: '',
			options: [{ name: 'Any', value: '' }, ...HOLD_KINDS.map((value) => ({ name: KIND_NAMES[value], value }))],
			description: 'Which hold to release, if the account has several',
		},
		doneByPerson,
	],
	peopleOnly: true,
	done: 'released',
	run: perItem(async ({ n8n, engine }, item) => {
		const account = heldAccountOf(n8n, item);
		const kind = (n8n.getNodeParameter('kind', item, '') || null) as HoldKind | null;
		return { account, released: await engine.pacing.release(account, kind, actorOf(n8n, item)) };
	}),
};
