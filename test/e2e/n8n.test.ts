import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { N8nApi, n8nVersion, useN8n } from '../support/n8n';

describe(`n8n ${n8nVersion}`, () => {
	const n8n = useN8n();

	it('knows every node of the package', async () => {
		const known = await n8n.api.knownTypes('nodes');
		expect(known.map(({ name }) => name)).toEqual(expect.arrayContaining(declared('nodes')));
	});

	it('knows every credential of the package', async () => {
		const known = await n8n.api.knownTypes('credentials');
		expect(known.map(({ name }) => name)).toEqual(expect.arrayContaining(declared('credentials')));
	});

	it('publishes a workflow, answers its webhook, and still does after being killed', async () => {
		const { id } = await n8n.api.createWorkflow(echo);
		await n8n.api.activate(id);
		expect(await n8n.api.callWebhook('echo', { body: { word: 'one' } })).toEqual({ status: 200, body: { said: 'one' } });
		await n8n.n8n.kill();
		await n8n.start();
		expect(await n8n.api.callWebhook('echo', { body: { word: 'two' } })).toEqual({ status: 200, body: { said: 'two' } });
		const [newest] = await n8n.api.listExecutions({ workflowId: id });
		const execution = await n8n.api.finishedExecution(newest?.id ?? '');
		expect(N8nApi.outputOf(execution, 'Say')).toMatchObject([[{ json: { said: 'two' } }]]);
	});
});

/** `dist/nodes/X/X.node.js` is the type `<package>.x`; a credential's type is its file's name. */
function declared(kind: 'nodes' | 'credentials'): string[] {
	const { name, n8n } = JSON.parse(readFileSync('package.json', 'utf8')) as { name: string; n8n: Record<string, string[]> };
	const names = (n8n[kind] ?? []).map((path) => basename(path).replace(/\.(node|credentials)\.js$/, ''));
	const first = (word: string) => word.charAt(0).toLowerCase() + word.slice(1);
	return names.map((word) => (kind === 'nodes' ? `${name}.${first(word)}` : first(word)));
}

const echo = {
	name: 'Echo',
	nodes: [
		{
			...{ id: 'hook', name: 'Hook', type: 'n8n-nodes-base.webhook', typeVersion: 2, position: [0, 0], webhookId: 'echo' },
			parameters: { httpMethod: 'POST', path: 'echo', responseMode: 'lastNode' },
		},
		{
			...{ id: 'say', name: 'Say', type: 'n8n-nodes-base.set', typeVersion: 3.4, position: [200, 0] },
			parameters: { assignments: { assignments: [{ id: 'a', name: 'said', type: 'string', value: '={{ $json.body.word }}' }] } },
		},
	],
	connections: { Hook: { main: [[{ node: 'Say', type: 'main', index: 0 }]] } },
};
