import { NodeOperationError, type ILoadOptionsFunctions, type INodeListSearchItems, type INodeListSearchResult, type INodeProperties } from 'n8n-workflow';
import type { Engine } from '../../src';
import { engineOf } from './engine';
import { nodeErrorOf, shownBy } from './errors';
import { listedBoard, locatorOf } from './locator-value';

const NOBODY_REPORTED =
	'Publish a workflow with a Pinterest Publish Worker node: it reports its account and boards within a minute. Or do not wait and choose';

/** The account that publishes: from what the workers reported, or by the name that a Worker node has or will have. */
export const accountLocator: INodeProperties = {
	displayName: 'Account',
	name: 'account',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'The account that publishes the Pin: the Account Name of a Pinterest Publish Worker node. A job for a name that no worker has yet waits for one.',
	modes: [
		{ displayName: 'From List', name: 'list', type: 'list', typeOptions: { searchListMethod: 'searchAccounts', searchable: true } },
		{ displayName: 'By Name', name: 'name', type: 'string', placeholder: 'e.g. acme-us' },
	],
};

/** A board by its number: its name is no address, since an account may have two of the same name. */
export const boardLocator: INodeProperties = {
	displayName: 'Board',
	name: 'board',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'The board the Pin goes to. The list shows what the worker of the account found. One you have just made: choose By ID, or Pinterest Requeue → Hold → Check Now.',
	modes: [
		{ displayName: 'From List', name: 'list', type: 'list', typeOptions: { searchListMethod: 'searchBoards', searchable: true } },
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 549755885175',
			hint: 'The number of the board, not its name',
			validation: [{ type: 'regex', properties: { regex: '^\\d+$', errorMessage: 'A board ID has digits only; the name of the board will not do' } }],
		},
	],
};

export const sectionLocator: INodeProperties = {
	displayName: 'Section',
	name: 'section',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description: 'The section of the board. Leave empty to publish to the board itself. One you have just made: choose By ID, or Pinterest Requeue → Hold → Check Now.',
	modes: [
		{ displayName: 'From List', name: 'list', type: 'list', typeOptions: { searchListMethod: 'searchSections', searchable: true } },
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 5078602690236',
			validation: [{ type: 'regex', properties: { regex: '^\\d*$', errorMessage: 'A section ID has digits only' } }],
		},
	],
};

/** `methods.listSearch` of every node with these locators. */
export const listSearch = {
	async searchAccounts(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
		const accounts = await asked(this, (engine) => engine.directory.names());
		if (accounts.length === 0) throw empty(this, 'No worker has reported yet', `${NOBODY_REPORTED} By Name.`);
		return matching(accounts.map((account) => ({ name: shownAs(account), value: account.account })), filter);
	},

	async searchBoards(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
		const chosen = parameter(this, 'account');
		const boards = (await boardsOf(this, chosen)).flatMap(({ account, boards }) =>
			boards.map(({ id, name }) => ({ name: chosen ? name : listedBoard(name, account), value: id })));
		if (boards.length === 0) throw empty(this, `No board is known ${chosen ? `of ${chosen}` : 'yet'}`, `${NOBODY_REPORTED} By ID.`);
		return matching(boards, filter);
	},

	async searchSections(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
		const board = parameter(this, 'board');
		if (!board) throw empty(this, 'Choose a board first', 'Sections belong to a board.');
		const found = (await boardsOf(this, parameter(this, 'account'))).flatMap(({ boards }) => boards).find(({ id }) => id === board);
		if (!found) throw empty(this, 'This board is not among those the workers reported', 'Choose the section By ID.');
		return matching(found.sections.map(({ id, name }) => ({ name, value: id })), filter);
	},
};

/** `methods.listSearch` of a node that works on subscriptions. */
export const subscriptionSearch = {
	async searchSubscriptions(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
		const subscriptions = await asked(this, (engine) => engine.endpoints.list());
		if (subscriptions.length === 0) throw empty(this, 'Nobody is told of events yet', 'Create a subscription, or publish a workflow with a Pinterest Job Status Trigger.');
		return matching(subscriptions.map(({ id, label, url }) => ({ name: label ?? `Trigger at ${new URL(url).host} (${id})`, value: id })), filter);
	},
};

/** The further names are shown, so that a search for one finds the account. */
function shownAs({ account, aliases, client }: Awaited<ReturnType<Engine['directory']['names']>>[number]): string {
	const also = [...(client ? [client] : []), ...(aliases.length > 0 ? [`also ${aliases.join(', ')}`] : [])];
	return also.length > 0 ? `${account} (${also.join('; ')})` : account;
}

const boardsOf = (context: ILoadOptionsFunctions, account: string | null) => asked(context, (engine) => engine.directory.boards(account));

async function asked<T>(context: ILoadOptionsFunctions, ask: (engine: Engine) => Promise<T>): Promise<T> {
	const { engine, release } = await engineOf(context).catch(shownBy(context));
	try {
		return await ask(engine);
	} catch (error) {
		throw nodeErrorOf(context.getNode(), error);
	} finally {
		release();
	}
}

// Beside the operation's own locator there is one among the fields to change of a requeue or update.
function parameter(context: ILoadOptionsFunctions, name: string): string | null {
	const values = [`changes.${name}`, name].map((path) => locatorOf(context.getCurrentNodeParameter(path), name).value);
	// An expression has no value while the workflow is edited.
	return values.find((value) => value && !value.startsWith('=')) ?? null;
}

function matching(results: INodeListSearchItems[], filter = ''): INodeListSearchResult {
	const wanted = filter.trim().toLowerCase();
	return { results: results.filter(({ name }) => name.toLowerCase().includes(wanted)) };
}

function empty(context: ILoadOptionsFunctions, message: string, description: string): NodeOperationError {
	return new NodeOperationError(context.getNode(), message, { description });
}
