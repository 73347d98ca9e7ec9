import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { AccountStore } from '../../../src/store/accounts';
import { Namespace } from '../../../src/store/namespace';
import { redisSettings } from '../../support/redis';
import { TestWorld } from '../../support/world';

let world: TestWorld;
let server: Server;
let origin: string;
let answer = 200;
let asked: string[];

beforeEach(async () => {
	asked = [];
	answer = 200;
	server = createServer((request, response) => {
		request.resume().on('end', () => response.writeHead(answer).end());
		asked.push(request.url!);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	world = await TestWorld.start();
});
afterEach(async () => {
	await world.stop();
	await new Promise((resolve) => server.close(resolve));
});

const terms = () => ({ id: 's', url: `${origin}/hook`, events: ['job.failed' as const] });

it('subscribes an address that answers, and asks only when it shall', async () => {
	const engine = world.engine({ deliveryBaseUrl: origin });
	expect(await engine.subscribe(terms())).toBeNull();
	expect(asked).toEqual([]);
	expect(await engine.subscribe(terms(), { probe: 'endpoint' })).toBeNull();
	expect(asked).toEqual(['/hook']);
	expect(await engine.endpoints.list()).toMatchObject([{ id: 's', waiting: 0 }]);
});

it('refuses an address that nobody serves, says what came back and what to do, and writes nothing', async () => {
	answer = 404;
	const engine = world.engine({ deliveryBaseUrl: origin });
	await expect(engine.subscribe(terms(), { probe: 'endpoint' })).rejects.toMatchObject({
		code: 'subscription_unreachable', message: `Nobody takes events at ${origin}/hook: HTTP 404.`, hint: expect.stringContaining('correct the URL') as string,
	});
	await expect(engine.subscribe(terms(), { probe: 'trigger' })).rejects.toMatchObject({ hint: expect.stringContaining('Set "n8n Base URL for Deliveries"') as string });
	expect(await engine.endpoints.list()).toEqual([]);
});

it('keeps the subscription there was as it was when its new address is refused', async () => {
	const engine = world.engine({ deliveryBaseUrl: origin });
	await engine.subscribe(terms());
	await engine.pauseSubscription('s');
	answer = 404;
	await expect(engine.subscribe({ ...terms(), url: `${origin}/elsewhere` }, { probe: 'endpoint' })).rejects.toMatchObject({ code: 'subscription_unreachable' });
	expect(await engine.endpoints.list()).toMatchObject([{ url: `${origin}/hook`, paused: true }]);
});

it('subscribes an address that is too busy to tell, and says so', async () => {
	answer = 503;
	const engine = world.engine({ deliveryBaseUrl: origin });
	expect(await engine.subscribe(terms(), { probe: 'trigger' })).toBe(`Not sure that somebody takes events at ${origin}/hook: HTTP 503.`);
	expect(await engine.endpoints.list()).toHaveLength(1);
});

it('leaves the judgement to the workers when all of them are on other machines', async () => {
	answer = 404;
	const engine = world.engine({ deliveryBaseUrl: origin });
	const namespace = new Namespace({ redis: redisSettings(), name: world.namespace, horizonMs: 1000 });
	const beat = (host: string) => new AccountStore(namespace).beat({ id: host, host }, []);
	await beat('worker-7');
	expect(await engine.subscribe(terms(), { probe: 'trigger' })).toContain('Events are delivered from worker-7');
	await beat(hostname());
	await expect(engine.subscribe(terms(), { probe: 'trigger' })).rejects.toMatchObject({ code: 'subscription_unreachable' });
	await namespace.close();
});

it('does not probe without a secret to sign with', async () => {
	const engine = world.engine({ deliveryBaseUrl: origin, signingSecret: undefined });
	await expect(engine.subscribe(terms(), { probe: 'trigger' })).rejects.toMatchObject({ code: 'invalid_config' });
	expect([asked, await engine.endpoints.list()]).toEqual([[], []]);
});
