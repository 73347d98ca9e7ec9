import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { LoggerProxy, type ICredentialTestFunctions, type IDataObject } from 'n8n-workflow';
import { PinterestPublishJob } from '../../../nodes/PinterestPublishJob/PinterestPublishJob.node';
import { testEngine } from '../../../nodes/shared/credential-test';
import { closeEngines } from '../../../nodes/shared/engine';
import { Engine, type JobView } from '../../../src';
import { Sandbox } from '../../../src/sandbox';
import { startRedis, testNamespace, type RedisServer } from '../../support/redis';
import { EventEndpoint } from '../webhook/a-receiver';
import { engineCredential, runNode } from './run-node';
import { startWorker, type WorkerCredentials } from './run-worker';

/** A word nobody else writes; Pinterest's tokens begin like these. */
const canary = (prefix: string) => `${prefix}_canary${randomBytes(20).toString('hex')}`;
const secrets = {
	redisPassword: canary('redis'), sentinelPassword: canary('sentinel'), signingSecret: canary('secret'), previousSigningSecret: canary('previous'),
	accessToken: canary('pina'), refreshToken: canary('pinr'), clientSecret: canary('app'),
};

let redis: RedisServer;
let sandbox: Sandbox;
let endpoint: EventEndpoint;
let engineData: IDataObject;
/** Whatever anybody may come to read, by where. */
let seen: Record<'log' | 'errors' | 'output' | 'jobs' | 'events' | 'deliveries' | 'redis', string[]>;

// n8n sets a logger of its own when its contexts are first used.
beforeAll(() => failureOf(startWorker({ pinterestJobsEngineApi: () => ({}) })));
beforeEach(async () => {
	seen = { log: [], errors: [], output: [], jobs: [], events: [], deliveries: [], redis: [] };
	for (const level of ['debug', 'info', 'warn', 'error'] as const) {
		jest.spyOn(LoggerProxy, level).mockImplementation((...given) => void seen.log.push(inspect(given, { depth: 9, showHidden: true })));
	}
	[redis, endpoint] = await Promise.all([startRedis(), EventEndpoint.start()]);
	// The server is started without a password, since asking whether it is up needs one then.
	const client = new Redis(redis.url);
	await client.config('SET', 'requirepass', secrets.redisPassword);
	client.disconnect();
	const { accessToken: token, refreshToken } = secrets;
	sandbox = await Sandbox.start({ timeFactor: 60, world: { accounts: [{ name: 'acme-us', token, refreshToken, boards: [{ id: '101', name: 'Summer' }] }] } });
	engineData = engineCredential(testNamespace(), {
		connection: 'standalone', tls: false, host: '127.0.0.1', port: redis.port, password: secrets.redisPassword, deliveryBaseUrl: endpoint.origin,
		signingSecret: secrets.signingSecret, previousSigningSecret: secrets.previousSigningSecret,
	});
});
afterEach(async () => {
	await closeEngines();
	await Promise.all([sandbox.stop(), endpoint.stop(), redis.stop()]);
	jest.restoreAllMocks();
});

const url = () => sandbox.url.replace(/\/$/, '');
const pinterest = {
	accessToken: () => ({ pinterestJobsAccessTokenApi: () => ({ environment: 'local', baseUrl: url(), accessToken: secrets.accessToken }) }),
	oAuth2: () => ({
		pinterestJobsOAuth2Api: () => ({
			environment: 'local', baseUrl: url(), clientId: '1', clientSecret: secrets.clientSecret,
			oauthTokenData: { access_token: secrets.accessToken, refresh_token: secrets.refreshToken },
		}),
	}),
};

it.each(Object.keys(pinterest) as (keyof typeof pinterest)[])('shows no secret of the engine credential nor of an account connected by %s, whatever goes wrong', async (kind) => {
	const credentials = { pinterestJobsEngineApi: () => ({ ...engineData }), ...pinterest[kind]() } as WorkerCredentials;
	const engine = Engine.open({
		redis: { url: redis.url.replace('//', `//:${secrets.redisPassword}@`) }, namespace: String(engineData['namespace']), timeFactor: 60,
		signingSecret: secrets.signingSecret, deliveryBaseUrl: endpoint.origin,
	});
	await engine.subscribe({ id: 's1', url: `${endpoint.origin}/events`, events: ['job.succeeded', 'job.failed', 'account.held'], paused: false });
	const byHand = await startWorker(credentials, 'manual');
	await byHand.manualTriggerFunction!();
	await byHand.closeFunction!();
	seen.output.push(JSON.stringify(byHand.emitted));

	// Pinterest says the authorization back in an error.
	const echo = { code: 4711, message: `Not with Bearer ${secrets.accessToken}`, status: 'failure' };
	sandbox.control.addFault({ match: { operation: 'createPin', title: 'Echo' }, fault: { commits: 'no', ending: { kind: 'answer', status: 418, body: echo } } });
	const worker = await startWorker(credentials);
	const { items } = await enqueue(engineData, ['Good', 'Echo']);
	seen.output.push(JSON.stringify(items));
	const ended = async () => (await engine.list({})).jobs.filter(({ state }) => ['succeeded', 'failed'].includes(state));
	await until(async () => (await ended()).length === 2);
	expect((await ended()).map(({ state }) => state).sort()).toEqual(['failed', 'succeeded']);

	// The token is renewed in vain, and the account is held.
	sandbox.control.changeAccount('acme-us', { revoke: 'all' });
	await engine.pacing.check('acme-us');
	await until(async () => (await engine.holds()).length > 0);
	await until(() => Promise.resolve(new Set(endpoint.calls.map(({ type }) => type)).size === 3));
	await worker.closeFunction!();

	const jobs: JobView[] = (await engine.list({})).jobs;
	seen.jobs.push(JSON.stringify([jobs, await engine.holds(), await engine.accounts(), await engine.health(), await engine.endpoints.list()]));
	seen.events.push(JSON.stringify(await engine.eventsSince(null)));
	seen.deliveries.push(...endpoint.calls.map(({ headers, raw }) => JSON.stringify(headers) + raw.toString()));
	seen.redis.push(await everythingIn(redis));
	await engine.close();
	await closeEngines();

	expectNoSecrets(['log', 'output', 'jobs', 'events', 'deliveries', 'redis']);
	expect(seen.jobs[0]).toContain('Not with');
	expect(seen.log.join()).toMatch(/token|held/);
});

it('shows no secret of an engine credential that does not work', async () => {
	const broken: IDataObject[] = [
		{ port: 1 }, { username: 'nobody' }, { connection: 'url', url: `redis://:${secrets.redisPassword}@127.0.0.1:1` }, { connection: 'url', url: `http://:${secrets.redisPassword}@127.0.0.1` },
		{ connection: 'sentinel', nodes: '127.0.0.1:1', sentinelName: 'main', sentinelPassword: secrets.sentinelPassword }, { namespace: 'No Namespace' },
	];
	await Promise.all(broken.map(async (change) => {
		const data = { ...engineData, ...change };
		const [said, error, { items }] = await Promise.all([
			testEngine.call({} as ICredentialTestFunctions, { id: '1', name: 'Engine', type: 'pinterestJobsEngineApi', data } as never),
			failureOf(enqueue(data, ['Nothing'])), enqueue(data, ['Nothing'], true),
		]);
		expect(said.status).toBe('Error');
		seen.errors.push(JSON.stringify([said, error]), inspect(error, { depth: 12, showHidden: true }));
		seen.output.push(JSON.stringify(items));
	}));
	const misread = () => ({ ...engineData, namespace: 'No Namespace' });
	seen.errors.push(inspect(await failureOf(startWorker({ pinterestJobsEngineApi: misread, ...pinterest.accessToken() })), { depth: 12, showHidden: true }));
	await closeEngines();
	expectNoSecrets(['log', 'errors', 'output']);
	expect(seen.errors).toHaveLength(2 * broken.length + 1);
});

async function failureOf(run: Promise<unknown>): Promise<unknown> {
	return await run.then(() => { throw new Error('It went well.'); }, (error: unknown) => error);
}

function expectNoSecrets(places: (keyof typeof seen)[]): void {
	for (const where of places) {
		const text = seen[where].join('\n');
		const found = Object.entries(secrets).filter(([, secret]) => text.includes(secret)).map(([name]) => name);
		expect({ where, found, isThere: text.length > 100 }).toEqual({ where, found: [], isThere: true });
	}
}

function enqueue(credential: IDataObject, titles: string[], continueOnFail = false) {
	return runNode(new PinterestPublishJob(), {
		credential, continueOnFail, items: titles.map((title) => ({ json: { title } })),
		parameters: {
			resource: 'job', operation: 'enqueue', account: { __rl: true, mode: 'name', value: 'acme-us' }, board: { __rl: true, mode: 'id', value: '101' },
			section: { __rl: true, mode: 'list', value: '' }, source: '={{ $json.title }}', media: 'imageUrl', imageUrl: 'https://shop.example/1.jpg', imageField: 'data',
			title: '={{ $json.title }}', description: '', link: 'https://shop.example/', altText: '', options: {},
		},
	});
}

async function everythingIn({ url: of }: RedisServer): Promise<string> {
	const client = new Redis(of, { password: secrets.redisPassword });
	const dumps: string[] = [];
	for await (const keys of client.scanStream({ count: 1000 })) {
		for (const key of keys as string[]) dumps.push(key, JSON.stringify(await valueOf(client, key)));
	}
	client.disconnect();
	return dumps.join('\n');
}

/** Not DUMP: it is compressed. */
async function valueOf(client: Redis, key: string): Promise<unknown> {
	const read: Record<string, () => Promise<unknown>> = {
		string: () => client.get(key), hash: () => client.hgetall(key), list: () => client.lrange(key, 0, -1), set: () => client.smembers(key),
		zset: () => client.zrange(key, 0, -1), stream: () => client.xrange(key, '-', '+'),
	};
	return await read[await client.type(key)]!();
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
	for (const deadline = Date.now() + 12_000; !(await isSo()); await new Promise((resolve) => setTimeout(resolve, 50))) {
		if (Date.now() > deadline) throw new Error(`Not so within 12 s. ${seen.log.slice(-8).join('\n')}`);
	}
}
