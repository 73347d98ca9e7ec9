import { checkPace } from './config';
import { accountField, labelField } from './job/request-fields';
import type { ServedAccount } from './work/contract';

/** The account as it is served. `invalid_request` for a name or label that no job could carry, `invalid_config` for a pace that makes no sense. */
export function servedAccount(account: ServedAccount): ServedAccount {
	checkPace(account.pace);
	return { ...account, account: accountField(account.account), client: labelField(account.client, 'client', 'Client', 100) };
}
