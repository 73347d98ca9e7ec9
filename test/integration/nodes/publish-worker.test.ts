import { TriggerContext } from 'n8n-core';
import { Workflow, type IDataObject, type INode, type INodeExecutionData, type ITriggerResponse, type IWorkflowExecuteAdditionalData } from 'n8n-workflow';
import { PinterestPublishWorker } from '../../../nodes/PinterestPublishWorker/PinterestPublishWorker.node';
import { closeEngines } from '../../../nodes/shared/engine';
import { TestWorld } from '../../support/world';
import { engineCredential, REDIS_AWAY } from './run-node';

const worker = new PinterestPublishWorker();
let world: TestWorld;
beforeEach(async () => {
	world = await TestWorld.start();
});
afterEach(async () => {
	await closeEngines();
	await world.stop();
});

interface Run {
	parameters?: IDataObject;
	engine?: IDataObject;
	token?: IDataObject;
}

/** The node as n8n has it when somebody executes this step. */
function context({ parameters = {}, engine = {}, token = {} }: Run, emit: (items: INodeExecutionData[][]) => void): TriggerContext {
	const node: INode = {
		id: 'node-1', name: 'Worker', type: 'n8n-nodes-pinterest-jobs.pinterestPublishWorker', typeVersion: 1, position: [0, 0],
		parameters: { authentication: 'accessToken', account: 'acme-us', client: 'Acme', pace: 'standard', options: {}, ...parameters } as INode['parameters'],
		credentials: { pinterestJobsEngineApi: { id: '1', name: 'Engine' }, pinterestJobsAccessTokenApi: { id: '2', name: 'Pinterest' } },
	};
	const workflow = new Workflow({
		id: 'workflow-1', name: 'Worker', nodes: [node], connections: {}, active: false,
		nodeTypes: { getByName: () => worker, getByNameAndVersion: () => worker, getKnownTypes: () => ({}) },
	});
	const credentials: Record<string, IDataObject> = {
		pinterestJobsEngineApi: engineCredential(world.namespace, engine),
		pinterestJobsAccessTokenApi: { environment: 'local', baseUrl: world.sandbox.url, accessToken: world.tokens.get('acme-us')!, ...token },
	};
	const additionalData = {
		variables: {},
		credentialsHelper: { getDecrypted: async (_data: unknown, _node: unknown, type: string) => await Promise.resolve(credentials[type]), isCredentialUsableByNode: () => true },
	} as unknown as IWorkflowExecuteAdditionalData;
	return new TriggerContext(workflow, node, additionalData, 'manual', 'manual', emit as never);
}

/** What "Execute step" shows. n8n lets go of the node afterwards only if its function did not fail. */
async function executeStep(run: Run = {}): Promise<IDataObject> {
	const emitted: IDataObject[] = [];
	const response: ITriggerResponse = await worker.trigger.call(context(run, ([items]) => void emitted.push(items![0]!.json)));
	await response.manualTriggerFunction!();
	await response.closeFunction!();
	expect(emitted).toHaveLength(1);
	return emitted[0]!;
}

it('shows whom it is connected to and the boards, and publishes nothing', async () => {
	const engine = world.engine();
	const [waiting] = await engine.enqueue([world.request(1)]);
	const shown = await executeStep();
	const { username, boards } = world.sandbox.control.account('acme-us');
	expect(shown).toMatchObject({
		ok: true, account: 'acme-us', token: { ok: true, user: { username } }, findings: [],
		summary: `Connected as ${username}; ${boards.length} boards found. Nothing was published: publish the workflow to start the worker.`,
	});
	expect((shown['boards'] as IDataObject[]).map(({ id }) => id).sort()).toEqual(boards.map(({ id }) => id).sort());
	expect(JSON.stringify(shown)).not.toContain(world.tokens.get('acme-us'));
	expect(world.sandbox.control.calls({ limit: 500 }).items.filter(({ method }) => method !== 'GET')).toEqual([]);
	expect((await engine.accounts()).find(({ account }) => account === 'acme-us')).toMatchObject({ served: false, lastServedAt: null });
	expect(waiting?.ok && (await engine.get(waiting.job.id)).state).toBe('queued');
});

it('shows a token that Pinterest refuses, and what to do', async () => {
	world.sandbox.control.changeAccount('acme-us', { revoke: 'all' });
	const shown = await executeStep();
	expect(shown).toMatchObject({ ok: false, boards: [], token: { ok: false }, summary: expect.stringMatching(/^Not connected: \S.+/) as string });
});

it('shows a Redis that is away beside what Pinterest says', async () => {
	const shown = await executeStep({ engine: REDIS_AWAY });
	expect(shown).toMatchObject({
		ok: false, token: { ok: true }, summary: expect.stringContaining('Connected as') as string,
		findings: expect.arrayContaining([expect.objectContaining({ level: 'error', message: expect.stringContaining('Redis') as string, hint: expect.stringMatching(/\S/) as string })]) as unknown[],
	});
});

it('shows that the boards could not be read: it could publish all the same', async () => {
	// The first reading is the check of the token.
	world.sandbox.control.addFault({ fault: 'error503Before', match: { operation: 'listBoards' }, skip: 1, times: 20 });
	const { username } = world.sandbox.control.account('acme-us');
	expect(await executeStep()).toMatchObject({
		ok: true, boards: [], summary: expect.stringContaining(`Connected as ${username}; its boards could not be read. Nothing was published`) as string,
		findings: [{ level: 'warning', code: 'boards_unread', message: expect.stringMatching(/^The boards could not be read: \S/) as string, hint: expect.stringContaining('By ID') as string }],
	});
});

it.each<[string, Run, RegExp]>([
	['Account Name is empty', { parameters: { account: ' ' } }, /^Account Name is empty\./],
	['its own limits make no sense', { parameters: { pace: 'own', writesPerMinute: 0, burst: 5, writesPerDay: 0, concurrent: 2 } }, /minute/i],
	['the namespace is missing', { engine: { namespace: '' } }, /namespace/i],
])('says at once that %s', async (_case, run, message) => {
	await expect(executeStep(run)).rejects.toMatchObject({ name: 'NodeOperationError', message: expect.stringMatching(message) as string, description: expect.stringMatching(/\S/) as string });
});
