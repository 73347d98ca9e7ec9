import { N8nApi, n8nVersion } from '../support/n8n';
import { enqueue, pins, statusFlow } from './support/flows';
import { until, useWorlds, type World } from './support/world';

const to = (node: string) => [{ node, type: 'main', index: 0 }];

describe(`the Status Trigger, on n8n ${n8nVersion}`, () => {
	const { n8n, open } = useWorlds();
	let world: World;
	beforeAll(async () => {
		world = await open({ accounts: ['acme-us', 'acme-eu'] });
		await world.publishWorkers();
		await world.untilServed();
	}, 120_000);

	it('sorts events by who has to act, and counts one as taken when its workflow has finished without an error', async () => {
		const flow = statusFlow(world, ['job.succeeded', 'job.failed'], { outputs: 'route', options: { acknowledge: 'lastNode' } });
		// Whatever comes too early fails, and has to come again.
		const from = Date.now() + 6000;
		const code = (name: string, x: number) => ({ id: name, name, type: 'n8n-nodes-base.code', typeVersion: 2, position: [300, x] as [number, number], parameters: { jsCode: `if (Date.now() < ${from}) throw new Error('Not yet.'); return $input.all();` } });
		flow.nodes.push(code('Published', 0), code('For the client', 200));
		flow.connections = { News: { main: [to('Published'), [], to('For the client'), [], []] } };
		const { id } = await world.import(flow);
		await n8n.api.activate(id);

		const [fine, foreign] = pins(world, 2);
		const [first, second] = await enqueue(world, [fine!, { ...foreign!, board: world.accounts[1]!.boards[0]! }]);
		await world.untilEnded(2);
		const executions = async () => Promise.all((await n8n.api.listExecutions({ workflowId: id })).map(({ id: execution }) => n8n.api.getExecution(execution)));
		await until('both events', async () => (await executions()).filter(({ status }) => status === 'success').length === 2);

		const all = await executions();
		const outputs = (execution: (typeof all)[number]) => N8nApi.outputOf(execution, 'News').map((items) => (items ?? []).map(({ json }) => [json['event'], (json['job'] as { id: string }).id]));
		const taken = all.filter(({ status }) => status === 'success').map(outputs);
		expect(taken).toContainEqual([[['job.succeeded', first!.json['id']]], [], [], [], []]);
		expect(taken).toContainEqual([[], [], [['job.failed', second!.json['id']]], [], []]);
		expect(all.filter(({ status }) => status === 'error').length).toBeGreaterThanOrEqual(2);

		const [subscription] = (await world.engine.endpoints.list()).filter(({ url }) => url.includes('pinterest-jobs'));
		await until('the log', async () => (await world.engine.endpoints.deliveries(subscription!.id)).filter(({ result }) => result === 'delivered').length === 2);
		const tries = await world.engine.endpoints.deliveries(subscription!.id);
		expect(tries.filter(({ result }) => result === 'postponed').length).toBe(all.filter(({ status }) => status === 'error').length);
		expect(tries.filter(({ result }) => result === 'postponed').map(({ status }) => status)).toContain(500);
		expect(await world.engine.endpoints.get(subscription!.id)).toMatchObject({ waiting: 0, dead: 0 });
	});
});
