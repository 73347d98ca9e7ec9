import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { correctRow, makeTable, readTable, type Row } from '../../scripts/demo/sheet.mjs';
import { readWorkflow, withCredential, withNode, withoutNodes } from '../../scripts/demo/workflows.mjs';
import { N8nApi, n8nVersion, type WorkflowJson } from '../support/n8n';
import { startRedis, type RedisServer } from '../support/redis';
import { run, told } from './support/flows';
import { canary, until, useWorlds, type World } from './support/world';

const password = canary('redis');
const accounts = ['acme-us', 'acme-eu'];
/** Every access and refresh token of the sandbox looks like this. */
const sandboxToken = /pin[ar]_\w{40,}/g;
const scripted = { 429: 1, commitThenHang: 2, commitThen500: 2, resetAfterBody: 1 } as const;

// One story in order: each test goes on where the one before it stopped.
describe(`from a sheet to Pins and back, on n8n ${n8nVersion}`, () => {
	let redis: RedisServer;
	const { n8n, open } = useWorlds(() => ({ N8N_LOG_LEVEL: 'debug' }));
	afterAll(() => redis?.stop());
	let world: World;
	let rows: Row[];
	let tableId: string;
	let sheet: { id: string };
	let imported: WorkflowJson;
	let misplaced: Row & { rightBoard: string };

	beforeAll(async () => {
		redis = await startRedis();
		await protect(redis);
		world = await open({ accounts, auth: 'oauth', redis: `redis://:${password}@127.0.0.1:${redis.port}` });
		rows = world.accounts.flatMap(({ name, boards }) => Array.from({ length: 12 }, (_, index) => rowOf(name, boards, index)));
		misplaced = Object.assign(rows[1]!, { rightBoard: rows[1]!.board, board: world.sandbox.control.addBoard('acme-us', { name: 'Last year' }).id });
		Object.entries(scripted).flatMap(([fault, times]) => Array<string>(times).fill(fault))
			.forEach((fault, index) => world.sandbox.control.addFault({ fault: fault as 'resetAfterBody', match: { operation: 'createPin', link: `${rows[2 + index * 3]!.link}` } }));
		tableId = await makeTable(n8n.api, rows);
		imported = withCredential(readWorkflow('sheet-to-pins'), world.engineCredential);
		sheet = await world.import(imported);
		await n8n.api.activate(sheet.id);
		await world.publishWorkers();
		await until('the boards', async () => (await world.engine.accounts()).filter(({ boards }) => boards.length > 0).length === accounts.length);
		world.sandbox.control.changeBoard(misplaced.board, { removed: true });
	}, 120_000);

	it('accepts every row of the sheet, and a token that has just ended is renewed by n8n', async () => {
		world.sandbox.control.changeAccount('acme-us', { revoke: 'access' });
		const [jobs, refused] = N8nApi.outputOf(await run(world, sheet.id, 'Every hour'), 'Enqueue');
		expect(jobs).toHaveLength(rows.length);
		expect(refused).toHaveLength(0);
	});

	it('gives the same jobs when it runs again while they are being published', async () => {
		const [jobs] = N8nApi.outputOf(await run(world, sheet.id, 'Every hour'), 'Enqueue');
		expect(jobs!.map(({ json }) => json['existing'])).toEqual(rows.map(() => true));
	});

	it('holds an account whose connection is dead, and goes on by itself when its owner reconnects it', async () => {
		const [, dead] = world.accounts;
		world.sandbox.control.changeAccount(dead!.name, { revoke: 'all' });
		await until('the hold', async () => (await world.engine.holds()).some(({ kind }) => kind === 'token_dead'));
		await world.reconnect(dead!);
		await until('the release', async () => !(await world.engine.holds()).some(({ kind }) => kind === 'token_dead'));
	});

	it('publishes a Pin for a board that was deleted after it was requeued with the right one', async () => {
		await until('the failure', async () => (await job(misplaced)).state === 'failed');
		const failed = await job(misplaced);
		expect(failed).toMatchObject({ queue: { name: 'ops' }, fix: { operation: 'requeue', fields: expect.arrayContaining(['boardId']) } });
		const form = await world.import(withCredential(withManualStart(readWorkflow('requeue-form'), failed.id, misplaced.rightBoard), world.engineCredential));
		const execution = await run(world, form.id);
		expect(N8nApi.outputOf(execution, 'Pinterest Requeue')[0]).toMatchObject([{ json: { id: failed.id, state: 'queued', revision: 2 } }]);
	});

	it('ends every job, with no Pin double and none missing', async () => {
		const jobs = await world.untilEnded(rows.length);
		expect(jobs.filter(({ state }) => state !== 'succeeded').map(({ source, lastError }) => ({ source, lastError }))).toEqual([]);
		const ledger = world.sandbox.control.summary({ expected: rows.map(({ account, link }) => ({ account, link })), groupBy: ['account', 'link'] });
		expect(ledger).toMatchObject({ double: 0, missing: 0, unexpected: 0 });
		expect(ledger.calls.byFault).toEqual(scripted);
		expect(jobs.filter(({ recovered }) => recovered)).toHaveLength(4);
	});

	it('gives the same jobs when the corrected sheet runs again in another order', async () => {
		await correctRow(n8n.api, tableId, misplaced.record, { board: misplaced.rightBoard });
		const rest = withoutNodes(imported, ['A job has news', 'Note the news']);
		const backwards = await world.import(withNode(rest, 'Read the rows', { parameters: { orderByDirection: 'DESC' } }));
		const [jobs] = N8nApi.outputOf(await run(world, backwards.id, 'Every hour'), 'Enqueue');
		expect(jobs!.map(({ json }) => [json['source'], json['existing']])).toEqual(rows.map(({ record }) => [record, true]).reverse());
		expect(world.sandbox.control.summary()).toMatchObject({ pins: rows.length, double: 0 });
	});

	it('starts one execution for each event, and writes what became of each job back into the sheet', async () => {
		await world.untilTold();
		const events = await world.events(['job.succeeded', 'job.failed', 'job.canceled', 'job.requeued']);
		const received = (await told(world, sheet.id, { node: 'A job has news' })).map(({ eventId }) => eventId);
		expect(received.sort()).toEqual(events.map(({ eventId }) => eventId).sort());
		const written = await readTable(n8n.api, tableId);
		expect(written.map(({ state, pin, job }) => ({ state, pin: /\/pin\/\d+/.test(pin), job: job.startsWith('pj_') })))
			.toEqual(rows.map(() => ({ state: 'succeeded', pin: true, job: true })));
	});

	it('leaves no secret in Redis, in the log, in an event or in an execution', async () => {
		const [app] = world.sandbox.control.world().apps;
		const secrets = [password, String(world.engineData['signingSecret']), app!.secret];
		const places = {
			redis: await everythingIn(redis),
			log: readFileSync(join(n8n.n8n.userFolder, 'n8n.log'), 'utf8'),
			events: JSON.stringify(await world.events()),
			executions: JSON.stringify(await allExecutions(n8n.api)),
		};
		for (const [place, text] of Object.entries(places)) {
			const found = [...secrets.filter((secret) => text.includes(secret)), ...(text.match(sandboxToken) ?? [])];
			expect({ place, found, isThere: text.includes('acme-us') || place === 'log' }).toEqual({ place, found: [], isThere: true });
		}
	});

	async function job({ record }: Row) {
		return (await world.engine.list({ source: record })).jobs[0]!;
	}
});

function rowOf(account: string, boards: string[], index: number): Row {
	const record = `${account}-${index}`;
	return {
		...{ record, account, board: boards[index % boards.length]!, title: `Lamp ${index}`, description: 'A lamp.' },
		...{ link: `https://shop.example/${record}/`, image: `https://shop.example/images/${record}.jpg` },
	};
}

/** The form's workflow with its values given by a run by hand. */
function withManualStart(form: WorkflowJson, jobId: string, board: string): WorkflowJson {
	const values = JSON.stringify({ 'Job ID': jobId, 'Board ID': board, 'Your Name': 'Olivia' });
	const nodes = [
		{ id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} },
		{
			...{ id: 'form', name: 'Form', type: 'n8n-nodes-base.set', typeVersion: 3.4, position: [0, 0] },
			parameters: { mode: 'raw', jsonOutput: values },
		},
	];
	const others = (form.nodes as Array<{ name: string }>).filter(({ name }) => name !== 'Form');
	const connections = { ...form.connections, Start: { main: [[{ node: 'Form', type: 'main', index: 0 }]] } };
	return { ...form, nodes: [...nodes, ...others], connections };
}

/** The server is started without a password, since asking whether it is up needs one then. */
async function protect({ url }: RedisServer): Promise<void> {
	const client = new Redis(url);
	await client.config('SET', 'requirepass', password);
	client.disconnect();
}

/** Every value Redis holds, and what it has written to disk. */
async function everythingIn({ url, dir }: RedisServer): Promise<string> {
	const client = new Redis(url, { password });
	const dumps: string[] = [];
	for await (const keys of client.scanStream({ count: 1000 })) {
		for (const key of keys as string[]) dumps.push(key, await valueOf(client, key));
	}
	client.disconnect();
	const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	return [...dumps, ...files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))].join('\n');
}

/** Not DUMP: it is compressed. */
async function valueOf(client: Redis, key: string): Promise<string> {
	const type = await client.type(key);
	const read: Record<string, () => Promise<unknown>> = {
		string: () => client.get(key),
		hash: () => client.hgetall(key),
		list: () => client.lrange(key, 0, -1),
		set: () => client.smembers(key),
		zset: () => client.zrange(key, 0, -1),
		stream: () => client.xrange(key, '-', '+'),
	};
	return JSON.stringify(await read[type]!());
}

async function allExecutions(api: N8nApi): Promise<unknown[]> {
	const executions = await api.listExecutions();
	return Promise.all(executions.map(({ id }) => api.getExecution(id)));
}
