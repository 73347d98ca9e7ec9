import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { probe, type Probe, type Probed } from '../../../src/webhook/probe';
import { Receiver } from '../../../src/webhook/receiver';
import { UrlGuard } from '../../../src/webhook/url-guard';
import { status, type Answer, type EventEndpoint } from './a-receiver';
import { SECRET, WebhookWorld } from './webhook-world';

let world: WebhookWorld;
let endpoint: EventEndpoint;
beforeEach(async () => {
	world = await WebhookWorld.start();
	endpoint = world.endpoint;
});
afterEach(() => world.end());

const ask = (who: Probe, url = `${endpoint.origin}/hook`, guard = new UrlGuard([new URL(url).origin])): Promise<Probed> =>
	probe(url, who, { guard, secrets: [SECRET], now: () => world.store.time, timeoutMs: 300, pauseMs: 20 });

/** Answers as the trigger node does. */
const asTrigger: Answer = async (response, { headers, raw }) => {
	const receiver = new Receiver({ secrets: [SECRET], inbox: world.store.inbox, now: () => world.store.time, log: (line) => world.lines.push(line) });
	const received = await receiver.receive(headers, raw, 'trigger');
	response.writeHead(received.ok ? 200 : received.status).end(!received.ok && received.probeId ? JSON.stringify({ status: received.probeId }) : '');
};

describe('a probe', () => {
	it('is served by a trigger that knows the secret, and is no event to it', async () => {
		endpoint.answer = asTrigger;
		expect(await ask('trigger')).toEqual({ kind: 'served' });
		expect(endpoint.calls).toMatchObject([{ type: 'subscription.probe', data: {} }]);
		const { 'webhook-id': id } = endpoint.calls[0]!.headers;
		// Nothing was claimed: the first event of this very id would be taken.
		expect(await world.store.inbox.claim('trigger', id!)).toMatchObject({ kind: 'claimed' });
	});

	it.each<[string, Probe, Answer, object, number]>([
		['a trigger with another secret', 'trigger', status(401, '{"status":"refused"}'), { kind: 'unserved', reason: 'HTTP 401: {"status":"refused"}' }, 2],
		['an n8n that does not know the path', 'trigger', status(404, 'not registered'), { kind: 'unserved', reason: 'HTTP 404: not registered' }, 2],
		['a redirect', 'trigger', status(308, '', { location: 'https://n8n.example' }), { kind: 'unserved', reason: 'HTTP 308' }, 2],
		['a server that answers 200 to everything, for a trigger', 'trigger', status(200, '<html>'), { kind: 'unserved', reason: 'Something else answers there: HTTP 200: <html>' }, 2],
		['a server that answers 200 to everything, for an endpoint', 'endpoint', status(204), { kind: 'served' }, 1],
		['a server that is busy', 'trigger', status(503), { kind: 'unsure', reason: 'HTTP 503' }, 1],
		['a server that never answers', 'trigger', () => undefined, { kind: 'unsure', reason: 'No answer in time.' }, 1],
	])('tells of %s', async (_what, who, answer, found, tries) => {
		endpoint.answer = answer;
		expect([await ask(who), endpoint.calls.length]).toEqual([found, tries]);
	});

	it('asks once more, so that a proxy that just starts is not taken for nobody', async () => {
		endpoint.answer = (response, call, request) => {
			endpoint.answer = asTrigger;
			return status(404)(response, call, request);
		};
		expect(await ask('trigger')).toEqual({ kind: 'served' });
	});

	it('says that nobody listens, for a name with several addresses too', async () => {
		const closed = createServer().listen(0, '127.0.0.1');
		await new Promise((resolve) => closed.once('listening', resolve));
		const { port } = closed.address() as AddressInfo;
		await new Promise((resolve) => closed.close(resolve));
		for (const host of ['127.0.0.1', 'localhost']) {
			expect(await ask('endpoint', `http://${host}:${port}/hook`)).toEqual({ kind: 'unserved', reason: expect.stringContaining('ECONNREFUSED') as string });
		}
	});

	it('writes nothing to an address that no event may go to', async () => {
		const guard = new UrlGuard([], (_host, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]));
		expect(await ask('endpoint', 'https://hooks.example.com/', guard)).toMatchObject({ kind: 'unserved', reason: expect.stringContaining('not an address of the public internet') as string });
		expect(endpoint.connections).toBe(0);
	});
});
