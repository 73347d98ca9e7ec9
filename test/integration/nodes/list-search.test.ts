import { LoadOptionsContext } from 'n8n-core';
import { Workflow, type IDataObject, type INode, type INodeListSearchResult, type IWorkflowExecuteAdditionalData } from 'n8n-workflow';
import { PinterestPublishJob } from '../../../nodes/PinterestPublishJob/PinterestPublishJob.node';
import { PinterestRequeue } from '../../../nodes/PinterestRequeue/PinterestRequeue.node';
import { closeEngines } from '../../../nodes/shared/engine';
import type { Engine } from '../../../src';
import { AccountStore } from '../../../src/store/accounts';
import { Namespace } from '../../../src/store/namespace';
import { Monitor } from '../../support/monitor';
import { redisSettings, serverUrlOf } from '../../support/redis';
import { TestWorld } from '../../support/world';
import { engineCredential, REDIS_AWAY } from './run-node';

type Search = 'searchAccounts' | 'searchBoards' | 'searchSections' | 'searchSubscriptions';

let world: TestWorld;
let engine: Engine;
let accounts: AccountStore;
let namespace: Namespace;
beforeAll(async () => {
	world = await TestWorld.start();
	engine = world.engine();
	namespace = new Namespace({ redis: redisSettings(), name: world.namespace, id: 'worker-1', horizonMs: 1000, heartbeatMs: 1000, deadlineMs: 4000, log: () => undefined } as never);
	accounts = new AccountStore(namespace);
});
afterAll(async () => {
	await closeEngines();
	await namespace.close();
	await world.stop();
});

/** What the editor asks while somebody opens the list of a locator, with what stands in the node's fields at that moment. */
async function search(name: Search, filter?: string, parameters: IDataObject = {}, { node = new PinterestPublishJob(), credential = {} as IDataObject } = {}): Promise<INodeListSearchResult> {
	const { description, methods: { listSearch } } = node;
	const instance: INode = {
		id: 'node-1', name: 'Node', type: `n8n-nodes-pinterest-jobs.${description.name}`, typeVersion: 1, position: [0, 0], parameters: parameters as INode['parameters'],
		credentials: { pinterestJobsEngineApi: { id: '1', name: 'Engine' } },
	};
	const workflow = new Workflow({
		id: 'workflow-1', name: 'Sheet to Pins', nodes: [instance], connections: {}, active: false,
		nodeTypes: { getByName: () => node, getByNameAndVersion: () => node, getKnownTypes: () => ({}) },
	});
	const additionalData = {
		currentNodeParameters: parameters, variables: {},
		credentialsHelper: { getDecrypted: async () => await Promise.resolve(engineCredential(world.namespace, credential)), isCredentialUsableByNode: () => true },
	} as unknown as IWorkflowExecuteAdditionalData;
	return await (listSearch as PinterestRequeue['methods']['listSearch'])[name].call(new LoadOptionsContext(workflow, instance, additionalData, 'parameters.account'), filter);
}
const names = async (...given: Parameters<typeof search>) => (await search(...given)).results.map(({ name }) => name);
const byName = (value: string): IDataObject => ({ __rl: true, mode: 'name', value });
const byId = (value: string): IDataObject => ({ __rl: true, mode: 'id', value });

it.each<[Search, IDataObject, string, RegExp]>([
	['searchAccounts', {}, 'No worker has reported yet', /Publish a workflow with a Pinterest Publish Worker.*By Name\.$/],
	['searchBoards', {}, 'No board is known yet', /By ID\.$/],
	['searchBoards', { account: byName('acme-uk') }, 'No board is known of acme-uk', /By ID\.$/],
	['searchSections', {}, 'Choose a board first', /Sections belong to a board/],
	['searchSections', { board: byId('1') }, 'This board is not among those the workers reported', /By ID\.$/],
])('%s with %j says why it is empty before any worker has reported', async (name, parameters, message, description) => {
	await expect(search(name, undefined, parameters)).rejects.toMatchObject({ name: 'NodeOperationError', message, description: expect.stringMatching(description) as string });
});

describe('when workers have reported', () => {
	beforeAll(async () => {
		for (const account of ['acme-us', 'acme-eu']) await world.serve(engine, account, undefined, { client: account === 'acme-us' ? 'Acme' : null });
		await world.until(async () => ((await engine.accounts()).filter(({ boardsAt }) => boardsAt !== null).length === 2 ? true : null));
		// An account as large as Pinterest allows, under a second name.
		await accounts.bind('vast', { id: 'u-vast', username: 'vast' }, null);
		await accounts.bind('huge', { id: 'u-vast', username: 'vast' }, null);
		await accounts.saveBoards('vast', Array.from({ length: 2000 }, (_, n) => ({
			id: `${900_000 + n}`, name: `Shelf ${n}`, privacy: 'PUBLIC', sections: n === 7 ? Array.from({ length: 120 }, (__, s) => ({ id: `${s + 1}`, name: `Row ${s + 1}` })) : [],
		})) as never);
	}, 30_000);

	it('lists accounts with client and further names, and finds each by any of them, in any case', async () => {
		expect(await search('searchAccounts')).toEqual({ results: [
			{ name: 'acme-eu', value: 'acme-eu' }, { name: 'acme-us (Acme)', value: 'acme-us' }, { name: 'vast (also huge)', value: 'vast' },
		] });
		expect(await names('searchAccounts', ' ACME)')).toEqual(['acme-us (Acme)']);
		expect(await names('searchAccounts', 'huge')).toEqual(['vast (also huge)']);
		expect(await search('searchAccounts', 'nobody')).toEqual({ results: [] });
	});

	it('lists the boards of the chosen account, under any of its names, all of them on one page', async () => {
		expect((await search('searchBoards', undefined, { account: byName('acme-us') })).results.map(({ value }) => value).sort())
			.toEqual(world.sandbox.control.account('acme-us').boards.map(({ id }) => id).sort());
		for (const account of ['vast', 'huge']) {
			const { results, paginationToken } = await search('searchBoards', undefined, { account: byName(account) });
			expect([results.length, paginationToken]).toEqual([2000, undefined]);
		}
		expect(await names('searchBoards', 'shelf 199', { account: byName('vast') })).toEqual(['Shelf 199', ...Array.from({ length: 10 }, (_, n) => `Shelf 199${n}`)]);
		expect(await search('searchBoards', 'No such board', { account: byName('acme-us') })).toEqual({ results: [] });
	});

	it.each([['nothing is', {}], ['an expression is, which has no value yet,', { account: byName('={{ $json.account }}') }]])('lists the boards of all accounts, each with its account, when %s chosen', async (_case, parameters) => {
		const all = (await engine.accounts()).flatMap(({ boards }) => boards).length;
		expect(await names('searchBoards', undefined, parameters)).toHaveLength(all);
		expect(await names('searchBoards', '(acme-eu)', parameters)).toEqual(world.sandbox.control.account('acme-eu').boards.map(({ name }) => `${name} (acme-eu)`));
	});

	it.each<[Search, IDataObject, string]>([
		['searchAccounts', {}, 'client'], ['searchBoards', { account: byName('huge') }, 'boards'], ['searchSections', { board: byId('900007') }, 'boards'],
	])('reads for %s of %j only what it shows of an account', async (name, parameters, field) => {
		await search(name, undefined, parameters);
		const reads: string[][] = [];
		// No worker serves this one: whatever is read of it, the list reads.
		const monitor = await Monitor.of(await serverUrlOf(world.namespace), ({ argv }) => argv[1]?.includes(`{${world.namespace}}`) && argv[1].endsWith(':vast') && reads.push(argv));
		await search(name, undefined, parameters);
		await monitor.caughtUp();
		monitor.stop();
		expect(reads.filter(([, , of]) => of === field)).toHaveLength(1);
		expect(reads.filter(([, , of]) => of !== field && of !== 'client')).toEqual([]);
	});

	it('lists the boards of the account among the fields to change before those of the operation', async () => {
		const found = await names('searchBoards', 'shelf 3', { account: byName('acme-us'), changes: { account: byName('vast') } }, { node: new PinterestRequeue() as never });
		expect(found).toContain('Shelf 3');
	});

	it('lists the sections of the chosen board, and none where it has none', async () => {
		expect(await names('searchSections', undefined, { board: byId('900007') })).toHaveLength(120);
		expect(await search('searchSections', 'row 12', { board: byId('900007') })).toEqual({ results: [{ name: 'Row 12', value: '12' }, { name: 'Row 120', value: '120' }] });
		expect(await search('searchSections', undefined, { board: byId('900008') })).toEqual({ results: [] });
	});
});

it.each<[string, IDataObject, RegExp, RegExp]>([
	['Redis is away', REDIS_AWAY, /Redis/, /that Redis runs/],
	['the credential names no namespace', { namespace: '' }, /namespace/i, /\S/],
])('says in every list that %s', async (_case, credential, message, description) => {
	const searches: [Search, IDataObject][] = [['searchAccounts', {}], ['searchBoards', {}], ['searchSections', { board: byId('1') }]];
	await Promise.all(searches.map(([name, parameters]) => expect(search(name, undefined, parameters, { credential })).rejects.toMatchObject({
		name: 'NodeOperationError', message: expect.stringMatching(message) as string, description: expect.stringMatching(description) as string,
	})));
});

it('lists who is told of events: endpoints by label, triggers by their host; and says what to do while nobody is', async () => {
	const node = new PinterestRequeue();
	await expect(search('searchSubscriptions', '', {}, { node: node as never })).rejects.toMatchObject({ message: 'Nobody is told of events yet' });
	const url = 'https://backend.example/hook';
	await engine.endpoints.create({ url, label: 'Backend', events: ['job.failed'], probe: false });
	await engine.subscribe({ id: 'n8n-1', url: 'https://n8n.example/webhook/x', events: ['job.failed'] });
	expect((await names('searchSubscriptions', '', {}, { node: node as never })).sort()).toEqual(['Backend', 'Trigger at n8n.example (n8n-1)']);
	expect(await names('searchSubscriptions', 'back', {}, { node: node as never })).toEqual(['Backend']);
});
