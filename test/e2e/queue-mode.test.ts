import { freePort } from '../../scripts/lib/ports.mjs';
import { startPostgres } from '../../scripts/lib/postgres.mjs';
import { n8nInstalled, startN8nMember, type N8n } from '../../scripts/lib/n8n.mjs';
import { N8nApi, n8nVersion } from '../support/n8n';
import { redisUrl } from '../support/redis';
import { codeFor, enqueueFlow, pins, requestOf, run, statusFlow, told } from './support/flows';
import { UnreliableWay } from './support/unreliable-way';
import { until, useWorlds, type World } from './support/world';

const EVENTS = ['job.queued', 'job.running', 'job.succeeded', 'job.failed', 'account.held'];

// The main process runs triggers and the Worker node, the webhook process takes deliveries, the worker executes.
describe(`queue mode: main, worker and webhook process of n8n ${n8nVersion}`, () => {
	const { hostname, port } = new URL(redisUrl());
	const queue = `queue-${process.pid}`;
	// As a load balancer in front of them: productive webhooks go to their process, all else to the main one.
	let balancer: UnreliableWay;
	let hookPort = 0;
	let database: Awaited<ReturnType<typeof databaseOfMany>>;
	const env = () => ({
		EXECUTIONS_MODE: 'queue', QUEUE_BULL_REDIS_HOST: hostname, QUEUE_BULL_REDIS_PORT: port || '6379', QUEUE_BULL_PREFIX: queue,
		OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true', N8N_DISABLE_PRODUCTION_MAIN_PROCESS: 'true', WEBHOOK_URL: `${balancer.url}/`, ...database.env,
	});
	beforeAll(async () => {
		[hookPort, database] = await Promise.all([freePort(), databaseOfMany()]);
		balancer = await UnreliableWay.start((path) => (path.startsWith('/webhook/') ? `http://127.0.0.1:${hookPort}` : n8n.n8n.url));
	}, 10 * 60_000);
	const { n8n, open } = useWorlds(env);
	const members: N8n[] = [];
	let world: World;
	let status: { id: string };

	beforeAll(async () => {
		const options = { install: await n8nInstalled(n8nVersion), userFolder: n8n.n8n.userFolder, env: env() };
		members.push(await startN8nMember('worker', options), await startN8nMember('webhook', { ...options, port: hookPort }));
		world = await open({ accounts: ['acme-us', 'acme-eu'], deliveryBaseUrl: `http://127.0.0.1:${hookPort}` });
		status = await world.import(statusFlow(world, EVENTS));
		await n8n.api.activate(status.id);
		await world.publishWorkers();
		await world.untilServed();
	}, 300_000);
	afterAll(async () => {
		await Promise.all(members.map((member) => member.stop()));
		await balancer.stop();
		await database.stop();
	}, 60_000);

	const items = () => world.accounts.flatMap((account) => pins(world, 10, { account }));

	it('publishes what a worker enqueues, each Pin once', async () => {
		const { id } = await world.import(enqueueFlow(world, codeFor(items())));
		for (let n = 0; n < 2; n++) {
			expect(N8nApi.outputOf(await run(world, id), 'Enqueue')[0]!.map(({ json }) => json['existing'])).toEqual(items().map(() => n === 1));
		}
		const jobs = await world.untilEnded(items().length);
		expect(jobs.map(({ state }) => state)).toEqual(items().map(() => 'succeeded'));
		expect(world.sandbox.control.summary({ expected: items().map(({ account, link }) => ({ account, link: link! })), groupBy: ['account', 'link'] })).toMatchObject({ double: 0, missing: 0, unexpected: 0 });
		// It was not the main process that ran them.
		expect(members[0]!.log()).toMatch(/Worker (started|finished) execution/i);
	});

	it('tells of every event once and in order, by the webhook process', async () => {
		await world.untilTold();
		const happened = (await world.events(EVENTS)).map(({ eventId }) => eventId);
		await until('all executions', async () => (await n8n.api.listExecutions({ workflowId: status.id })).filter(({ status: ended }) => ended === 'success').length >= happened.length);
		const received = await told(world, status.id);
		expect(received.map(({ eventId }) => eventId).sort()).toEqual([...happened].sort());
		const last = new Map<string, number>();
		for (const { id, seq } of received.flatMap(({ job }) => (job ? [job as { id: string; seq: number }] : []))) {
			expect(seq).toBeGreaterThan(last.get(id) ?? 0);
			last.set(id, seq);
		}
	});

	it('goes on after its main process was killed, and after its webhook process was', async () => {
		await members[1]!.kill();
		await n8n.n8n.kill();
		await world.engine.enqueue(pins(world, 5, { prefix: 'late' }).map(requestOf));
		members[1] = await startN8nMember('webhook', { install: await n8nInstalled(n8nVersion), userFolder: n8n.n8n.userFolder, port: hookPort, env: env() });
		await n8n.start();
		await world.untilEnded(items().length + 5);
		const happened = await world.events(EVENTS);
		let missing = happened;
		await until('all executions', async () => {
			const ids = new Set((await told(world, status.id)).map(({ eventId }) => eventId));
			missing = happened.filter(({ eventId }) => !ids.has(eventId));
			return missing.length === 0;
		}, { timeoutMs: 120_000, everyMs: 2000, say: () => `There is none of ${missing.map(({ eventId, type }) => `${type} ${eventId}`).join(', ')}.` });
		expect(new Set((await told(world, status.id)).map(({ eventId }) => eventId))).toEqual(new Set(happened.map(({ eventId }) => eventId)));
	});

	it('shows a sample to somebody who tests the trigger in the editor', async () => {
		await n8n.api.listenForTest(status.id, 'News');
		await until('the sample', async () => (await n8n.api.listExecutions({ workflowId: status.id })).some(({ mode }) => mode === 'manual'));
	});
});

/** SQLite is for one process: three of them on a busy machine get “database is locked” now and then, which n8n answers calls with. */
async function databaseOfMany(): Promise<Awaited<ReturnType<typeof startPostgres>>> {
	try {
		return await startPostgres();
	} catch (error) {
		console.warn(`On SQLite: ${(error as Error).message}`);
		return { env: {}, stop: () => Promise.resolve() };
	}
}
