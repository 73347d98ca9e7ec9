import { N8nApi, n8nVersion, useN8n, type WorkflowJson } from '../support/n8n';
import { useServices } from './support/services';

const place = { typeVersion: 1, position: [0, 0] as [number, number] };
const start = { ...place, id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', parameters: {} };
const toAsk = { Start: { main: [[{ node: 'Ask', type: 'main', index: 0 }]] } };

describe(`the services of others, as n8n ${n8nVersion} reaches them`, () => {
	const services = useServices();
	const n8n = useN8n(() => services.env);

	async function ask(node: { type: string; typeVersion: number; parameters: Record<string, unknown>; credentials?: Record<string, { id: string; name: string }> }) {
		const flow: WorkflowJson = { name: 'Ask', nodes: [start, { ...place, id: 'ask', name: 'Ask', ...node }], connections: toAsk };
		const { id } = await n8n.api.createWorkflow(flow);
		return await n8n.api.finishedExecution(await n8n.api.runManually(id, 'Start'));
	}

	it('hears what the Slack node says, and answers in the name of Slack', async () => {
		services.on('slack.com', ({ body }) => ({ json: { ok: true, ts: '1.1', channel: (body as { channel: string }).channel, message: body } }));
		const { id, name } = await n8n.api.createCredential({ name: 'Slack', type: 'slackApi', data: { accessToken: 'xoxb-token-of-the-test' } });
		const execution = await ask({
			type: 'n8n-nodes-base.slack', typeVersion: 2.3, credentials: { slackApi: { id, name } },
			parameters: { select: 'channel', channelId: { __rl: true, mode: 'name', value: '#ops' }, text: 'It works & more', otherOptions: { includeLinkToWorkflow: false } },
		});
		expect(execution.status).toBe('success');
		expect(services.requests('slack.com')).toMatchObject([
			{ method: 'POST', path: '/api/chat.postMessage', headers: { authorization: 'Bearer xoxb-token-of-the-test' }, body: { channel: '#ops', text: 'It works & more' }, answered: true },
		]);
		expect(N8nApi.outputOf(execution, 'Ask')[0]).toMatchObject([{ json: { ok: true, message_timestamp: '1.1' } }]);
	});

	it('refuses a host that nobody plays and keeps a record of it, so that no test reaches the Internet', async () => {
		services.forget();
		for (const url of ['https://api.nobody.example/a', 'http://nobody.example/b']) {
			const execution = await ask({ type: 'n8n-nodes-base.httpRequest', typeVersion: 4.2, parameters: { url } });
			expect(execution.status).toBe('error');
		}
		expect(services.requests()).toMatchObject([
			{ host: 'api.nobody.example', method: 'CONNECT', answered: false },
			{ host: 'nobody.example', method: 'GET', path: '/b', answered: false },
		]);
	});
});
