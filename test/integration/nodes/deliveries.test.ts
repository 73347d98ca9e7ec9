import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebhookContext } from 'n8n-core';
import { Workflow, type INode, type IWebhookData, type IWorkflowExecuteAdditionalData } from 'n8n-workflow';
import { PinterestJobStatusTrigger } from '../../../nodes/PinterestJobStatusTrigger/PinterestJobStatusTrigger.node';
import { closeEngines } from '../../../nodes/shared/engine';
import { sign } from '../../../src/webhook/signature';
import { flushNamespace, testNamespace } from '../../support/redis';
import { SECRET } from '../../support/world';
import { engineCredential } from './run-node';

const trigger = new PinterestJobStatusTrigger();
const namespace = testNamespace();
/** What n8n does with an execution it was asked to start: it answers only then. */
let n8n: (response: ServerResponse) => void | Promise<void>;
let started: number;
let parameters: INode['parameters'];
let server: Server;
beforeEach(async () => {
	started = 0;
	parameters = {};
	n8n = (response) => void response.writeHead(200).end();
	server = createServer((request, response) => void take(request, response));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});
afterAll(async () => {
	await closeEngines();
	await flushNamespace(namespace);
});

/** A webhook call as n8n handles it: the node first, then the execution is written, then the answer. */
async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	const httpResponse = Object.assign(response, {
		// Express's.
		status: (code: number) => Object.assign(response, { statusCode: code }),
		json: (body: unknown) => response.end(JSON.stringify(body)),
	});
	const answer = await trigger.webhook.call(contextOf(Object.assign(request, { rawBody: Buffer.concat(chunks) }), httpResponse));
	if (answer.noWebhookResponse) return;
	started += 1;
	await n8n(response);
}

function contextOf(httpRequest: IncomingMessage, httpResponse: ServerResponse): WebhookContext {
	const node: INode = {
		id: 'node-1', name: 'Status', type: 'n8n-nodes-pinterest-jobs.pinterestJobStatusTrigger', typeVersion: 1, position: [0, 0], webhookId: 'node-1', parameters,
		credentials: { pinterestJobsEngineApi: { id: '1', name: 'Engine' } },
	};
	const workflow = new Workflow({
		id: 'workflow-1', name: 'Alerts', nodes: [node], connections: {}, active: true,
		nodeTypes: { getByName: () => trigger, getByNameAndVersion: () => trigger, getKnownTypes: () => ({}) },
	});
	const additionalData = {
		httpRequest, httpResponse, variables: {},
		credentialsHelper: { getDecrypted: async () => await Promise.resolve(engineCredential(namespace)), isCredentialUsableByNode: () => true },
	} as unknown as IWorkflowExecuteAdditionalData;
	const context = new WebhookContext(workflow, node, additionalData, 'webhook', {} as IWebhookData, [], null);
	jest.spyOn(context, 'getInstanceId').mockReturnValue('instance-1');
	return context;
}

/** One delivery of this event; answers its status, 0 when the line broke first. */
async function deliver(eventId: string, signal?: AbortSignal): Promise<number> {
	const body = Buffer.from(JSON.stringify({ type: 'job.succeeded', timestamp: '2026-11-02T09:00:00.000Z', data: { id: 'pj_1', seq: 3 } }));
	const headers = { 'content-type': 'application/json', ...sign([SECRET], eventId, Date.now(), body) };
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook/node-1`;
	return fetch(url, { method: 'POST', headers, body, signal }).then(({ status }) => status, () => 0);
}

/** The delivery again, as its sender does while it is told that the event is in somebody's hands. */
async function deliverAgain(eventId: string): Promise<number> {
	for (const deadline = Date.now() + 15_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
		const status = await deliver(eventId);
		if (status !== 409 || Date.now() > deadline) return status;
	}
}

it('an event that n8n took starts one execution, however often it is delivered', async () => {
	expect([await deliver('evt_taken'), await deliverAgain('evt_taken'), await deliverAgain('evt_taken')]).toEqual([200, 200, 200]);
	expect(started).toBe(1);
});

it('an event is in nobody else\'s hands until n8n has answered, and still comes again when n8n ends before that', async () => {
	let killed: ServerResponse | undefined;
	n8n = async (response) => {
		expect(await deliver('evt_killed')).toBe(409);
		killed = response.destroy();
	};
	expect(await deliver('evt_killed')).toBe(0);
	n8n = (response) => void response.writeHead(200).end();
	expect(await deliverAgain('evt_killed')).toBe(200);
	expect(started).toBe(2);
	// What was killed would not go on waiting for its answer.
	killed!.writeHead(503).end();
});

it('an event that n8n took after its sender had given up starts one execution', async () => {
	const impatient = new AbortController();
	n8n = async (response) => {
		const gone = new Promise((resolve) => response.once('close', resolve));
		impatient.abort();
		await gone;
		expect(await deliver('evt_late')).toBe(409);
		response.writeHead(200).end();
	};
	expect(await deliver('evt_late', impatient.signal)).toBe(0);
	expect(await deliverAgain('evt_late')).toBe(200);
	expect(started).toBe(1);
});

it('an event that n8n could not start an execution for comes again', async () => {
	n8n = (response) => void response.writeHead(500).end();
	expect(await deliver('evt_refused')).toBe(500);
	n8n = (response) => void response.writeHead(200).end();
	expect(await deliverAgain('evt_refused')).toBe(200);
	expect(started).toBe(2);
});

describe('where an event counts as taken when its workflow has finished', () => {
	beforeEach(() => {
		parameters = { options: { acknowledge: 'lastNode' } };
	});

	it('it comes again after an execution that failed', async () => {
		n8n = (response) => void response.writeHead(500).end();
		expect(await deliver('evt_failed')).toBe(500);
		n8n = (response) => void response.writeHead(200).end();
		expect(await deliverAgain('evt_failed')).toBe(200);
		expect(started).toBe(2);
	});

	it('it is in nobody else\'s hands however long the workflow runs, also when the sender has given up', async () => {
		// A claim stands for a second.
		const impatient = new AbortController();
		n8n = async (response) => {
			const gone = new Promise((resolve) => response.once('close', resolve));
			impatient.abort();
			await gone;
			for (let n = 0; n < 6; n++) {
				await new Promise((resolve) => setTimeout(resolve, 400));
				expect(await deliver('evt_long')).toBe(409);
			}
			response.writeHead(200).end();
		};
		expect(await deliver('evt_long', impatient.signal)).toBe(0);
		expect(await deliverAgain('evt_long')).toBe(200);
		expect(started).toBe(1);
	});
});
