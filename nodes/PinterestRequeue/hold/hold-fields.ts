import type { IExecuteFunctions } from 'n8n-workflow';
import { accountLocator } from '../../shared/locators';
import { locatorOf } from '../../shared/locator-value';
import { refused } from '../../shared/values';

export const heldAccount = {
	...accountLocator,
	description: 'The account that is held, by its Account Name; @app is the whole Pinterest app, @client: and a Client Label the accounts of a client',
};

export function heldAccountOf(n8n: IExecuteFunctions, item: number): string {
	const account = locatorOf(n8n.getNodeParameter('account', item, ''), 'Account').value;
	if (!account) throw refused('Account is empty.', 'Choose the account that is held.');
	return account;
}
