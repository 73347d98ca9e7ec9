import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, waitUntil } from '../../../scripts/lib/ports.mjs';
import { Engine } from '../../../src';
import type { LeasedJob } from '../../../src/job/job';
import { aclRule, COMMANDS } from '../../../src/store/acl';
import { AccountStore } from '../../../src/store/accounts';
import { JobStore } from '../../../src/store/job-store';
import { Namespace } from '../../../src/store/namespace';
import { Outbox } from '../../../src/store/outbox';
import { CERTIFICATE } from '../../support/certificate';
import { asked, startRedis, type RedisServer } from '../../support/redis';
import { clusterOf, sentinelOf, tlsServer } from '../../support/topologies';
import { TestWorld } from '../../support/world';
import { ON_DISK_MS } from './restart-world';
import { aJob, policy, published } from './store-world';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
	for (const end of cleanUp.splice(0).reverse()) await end();
});

async function started(args: string[]): Promise<RedisServer> {
	const server = await startRedis({ appendfsync: 'always', args });
	cleanUp.push(() => server.stop());
	return server;
}

async function startedWithTls(): ReturnType<typeof tlsServer> {
	const server = await tlsServer();
	cleanUp.push(() => server.stop());
	return server;
}

function opened(redis: Namespace['options']['redis'], deadlineMs?: number): { namespace: Namespace; store: JobStore } {
	const namespace = new Namespace({ redis, name: 'topology', horizonMs: policy.horizonMs, deadlineMs });
	cleanUp.push(() => namespace.close());
	return { namespace, store: new JobStore(namespace, policy) };
}

async function oneJob(store: JobStore, boardId: string): Promise<void> {
	const job = aJob({ boardId });
	expect(await store.enqueue([{ job, aliases: [] }])).toMatchObject([{ kind: 'created' }]);
	let leased: LeasedJob | undefined;
	// What was enqueued has to be on disk first.
	while (!(leased = (await store.claim('acme', 'publish', 1)).jobs[0])) await sleep(50);
	expect(await store.beginSend(leased, 1000)).not.toBeNull();
	expect((await store.settle(leased, published(leased, Date.now()))).kind).toBe('settled');
	expect(await store.get(job.id)).toMatchObject({ state: 'succeeded' });
}

describe('a namespace on a Cluster', () => {
	it('lives on one node, wherever the client came in', async () => {
		const { servers: nodes, stop } = await clusterOf(3);
		cleanUp.push(stop);
		const { namespace, store } = opened({ mode: 'cluster', nodes: nodes.map(({ port }) => `127.0.0.1:${port}`) });
		const signal = new Promise<void>((resolve) => namespace.listen({ work: () => undefined, events: resolve, all: () => undefined }));
		await oneJob(store, '1');
		await sleep(200);
		await oneJob(store, '2');
		expect((await new Outbox(namespace).since(null, 10)).map(({ type }) => type)).toHaveLength(6);
		await signal;
		const used = await Promise.all(nodes.map((node) => asked(node.port, (redis) => redis.dbsize())));
		expect(used.filter((size) => size > 0)).toHaveLength(1);
	});
});

describe('a namespace behind Sentinel', () => {
	it('goes on with the new master after a failover, which may lack what the old one had synced: so every send is preceded by a look', async () => {
		const master = await started([]);
		const replica = await started(['--replicaof', `127.0.0.1 ${master.port}`]);
		const { port, stop } = await sentinelOf(master.port);
		cleanUp.push(stop);
		const knowsReplica = () => asked(port, (redis) => redis.call('SENTINEL', 'REPLICAS', 'pins')).then((found) => (found as unknown[]).length === 1, () => false);
		await waitUntil(knowsReplica, { what: 'sentinel' });
		await waitUntil(() => asked(replica.port, async (redis) => (await redis.info('replication')).includes('master_link_status:up')), { what: 'replica' });

		const { namespace, store } = opened({ mode: 'sentinel', nodes: [`127.0.0.1:${port}`], sentinelName: 'pins' });
		await oneJob(store, '1');
		await waitUntil(() => asked(replica.port, async (redis) => (await redis.keys('*')).some((key) => key.includes(':state:succeeded'))), { what: 'replication' });
		expect((await namespace.inspect()).quarantineUntil).toBeNull();
		await master.kill();
		await oneJob(store, '2');
		expect(await asked(replica.port, (redis) => redis.role())).toContain('master');
		expect((await namespace.inspect()).quarantineUntil).toBeGreaterThan(Date.now());
	});
});

describe('a namespace on a master with a replica', () => {
	it('sends a job only once a replica that lags has it, also when every write is synced: after a failover whoever enqueues it again finds it', async () => {
		const master = await started(['--repl-diskless-sync-delay', '0']);
		const claimed = async (boardId: string) => {
			const { namespace, store } = opened({ host: '127.0.0.1', port: master.port });
			await namespace.open();
			const at = namespace.now();
			await store.enqueue([{ job: aJob({ account: `a-${boardId}`, boardId }), aliases: [] }]);
			const { jobs, nextAt } = await store.claim(`a-${boardId}`, 'publish', 1);
			return jobs.length > 0 ? 'at once' : nextAt! - at;
		};
		expect(await claimed('1')).toBe('at once');
		const replica = await started(['--appendonly', 'no', '--replicaof', `127.0.0.1 ${master.port}`]);
		await waitUntil(() => asked(replica.port, async (redis) => (await redis.info('replication')).includes('master_link_status:up')), { what: 'replica' });
		expect(await claimed('2')).toBeGreaterThanOrEqual(ON_DISK_MS);
	});
});

describe('a namespace over TLS', () => {
	it('trusts the authority it is given, and refuses a server it cannot trust', async () => {
		const { port } = await startedWithTls();
		await oneJob(opened({ host: '127.0.0.1', port, tls: true, tlsCa: CERTIFICATE }).store, '1');
		const byUrl = opened({ url: `rediss://127.0.0.1:${port}`, tlsCa: CERTIFICATE });
		const signal = new Promise<void>((resolve) => byUrl.namespace.listen({ work: () => undefined, events: resolve, all: () => undefined }));
		await sleep(200);
		await oneJob(byUrl.store, '2');
		await signal;
		await oneJob(opened({ url: `redis://127.0.0.1:${port}`, tls: true, tlsRejectUnauthorized: false }).store, '3');

		const stranger = opened({ url: `rediss://127.0.0.1:${port}` });
		await expect(stranger.store.get('pj_x')).rejects.toMatchObject({ code: 'redis_unavailable', message: expect.stringContaining('not trusted: self-signed') as string });
		const plain = opened({ host: '127.0.0.1', port }, 500);
		await expect(plain.store.get('pj_x')).rejects.toMatchObject({ code: 'redis_unavailable' });
	});
});

describe('a namespace over TLS behind Sentinels', () => {
	it('asks the sentinels and the primary over TLS', async () => {
		const { port: primary, files } = await startedWithTls(), port = await freePort();
		const { stop } = await sentinelOf(primary, { settings: [`tls-port ${port}`, 'tls-auth-clients no', 'tls-replication yes', ...Object.entries(files).map(([name, file]) => `${name} ${file}`)] });
		cleanUp.push(stop);
		await oneJob(opened({ mode: 'sentinel', nodes: [`127.0.0.1:${port}`], sentinelName: 'pins', tls: true, tlsCa: CERTIFICATE }).store, '1');
	});
});

describe('a namespace with a user of its own', () => {
	const allow = (server: RedisServer, namespace: string, ...changes: string[]) =>
		asked(server.port, (redis) => redis.call('ACL', 'SETUSER', 'engine', 'reset', 'on', '>secret', ...aclRule(namespace).split(' '), ...changes));
	const urlOf = ({ port }: RedisServer) => `redis://engine:secret@127.0.0.1:${port}`;

	it('needs no more than its keys, its channels and the commands of the documented rule', async () => {
		const server = await started([]);
		await allow(server, 'topology');
		const { namespace, store } = opened({ url: urlOf(server) });
		// It is not told that every write is synced: who sends has to be registered for a while.
		await new AccountStore(namespace).beat({ id: namespace.id, host: 'h' }, []);
		await sleep(ON_DISK_MS);
		await oneJob(store, '1');
		expect(await namespace.inspect()).toMatchObject({ aof: true, appendfsync: null, evictionPolicy: 'noeviction' });
		const wrong = opened({ host: '127.0.0.1', port: server.port, username: 'engine', password: 'wrong' });
		await expect(wrong.store.get('pj_x')).rejects.toMatchObject({ code: 'redis_unavailable', message: expect.stringContaining('WRONGPASS') as string });
	});

	it('is enough on a Cluster', async () => {
		const { servers: [node], stop } = await clusterOf(1);
		cleanUp.push(stop);
		await allow(node!, 'topology', '+config|get');
		await oneJob(opened({ mode: 'cluster', nodes: [`127.0.0.1:${node!.port}`], username: 'engine', password: 'secret' }).store, '1');
	});

	it('is enough in another database than the first, and nothing is written to the first without the right to choose one', async () => {
		const server = await started([]), sizes = () => asked(server.port, (redis) => redis.info('keyspace'));
		await allow(server, 'topology', '-select');
		await expect(opened({ url: `${urlOf(server)}/2` }, 1000).store.get('pj_x')).rejects.toMatchObject({ code: 'redis_unavailable', message: expect.stringContaining("'select'") as string });
		expect(await sizes()).not.toContain('db0');
		await allow(server, 'topology', '+config|get');
		await oneJob(opened({ url: `${urlOf(server)}/2` }).store, '1');
		expect(await sizes()).toMatch(/db2:/);
		expect(await sizes()).not.toContain('db0');
	});

	it('works, paces and delivers with it, and has it whole', async () => {
		const server = await started([]);
		const world = await TestWorld.start({ engine: { redis: { url: urlOf(server) } } });
		cleanUp.push(() => world.stop());
		await allow(server, world.namespace);
		const engine = world.engine();
		await world.serve(engine);
		const ids = (await engine.enqueue([world.request(1), world.request(2)])).map((result) => (result.ok ? result.job.id : ''));
		expect(await world.ended(engine, ids)).toMatchObject([{ state: 'succeeded' }, { state: 'succeeded' }]);
		expect((await engine.accounts())[0]!.headroom).not.toBeNull();
		expect((await engine.health()).findings).toContainEqual(expect.objectContaining({ level: 'ok', code: 'rights_ok' }));
	});

	it('is told by Health which parts of the rule it lacks', async () => {
		const server = await started([]);
		const { namespace } = opened({ url: urlOf(server) });
		for (const [changes, missing] of [
			[[], []],
			[['-xtrim', '-zincrby', '-client|setname', '-subscribe'], ['+client|setname', '+subscribe', '+xtrim', '+zincrby']],
			[['resetchannels', '&pj:{topology}:*'], ['&b_{topology}*']],
			[['resetkeys', '~pj:{topology}:*'], ['~b_{topology}*']],
		] as const) {
			await allow(server, 'topology', ...changes);
			expect([changes, (await namespace.missingRights())?.sort()]).toEqual([changes, missing]);
		}
	});

	it('is told by Health of each command that it lacks, whatever else fails for it', async () => {
		const server = await started([]), engine = Engine.open({ redis: { url: urlOf(server) }, namespace: 'topology' });
		cleanUp.push(() => engine.close());
		await allow(server, 'topology');
		await engine.health();
		const unable: string[] = [];
		for (const command of COMMANDS.filter((name) => !/^(asking|select|cluster)/.test(name))) {
			await allow(server, 'topology', `-${command}`);
			const wrong = (await engine.health()).findings.find(({ code, message }) => code === 'redis_rights' && message.includes(`+${command}.`));
			if (!wrong) unable.push(command);
		}
		// Redis refuses the first to nobody. Without the second it cannot even be asked, and is told so.
		expect(unable).toEqual(['hello', 'evalsha']);
		await allow(server, 'topology', '-evalsha');
		expect((await engine.health()).findings).toMatchObject([{ level: 'error', code: 'redis_unavailable', message: expect.stringContaining('NOPERM') as string }]);
	});

	it('has the rule that docs/security.md shows, and every command of the scripts is in it', () => {
		expect(readFileSync('docs/security.md', 'utf8')).toContain(aclRule('pinterest'));
		const scripts = readdirSync('src/store/lua', { recursive: true }).filter((file) => String(file).endsWith('.lua')).map((file) => readFileSync(join('src/store/lua', String(file)), 'utf8'));
		const used = new Set(scripts.flatMap((text) => [...text.matchAll(/redis\.p?call\('(\w+)'/g)].map(([, command]) => command!.toLowerCase())));
		expect(used.size).toBeGreaterThan(30);
		expect([...used].filter((command) => !COMMANDS.includes(command))).toEqual([]);
	});
});
