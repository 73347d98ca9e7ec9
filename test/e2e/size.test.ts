import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { N8nApi, n8nVersion, type ExecutionWithData } from '../support/n8n';
import { startRedis, type RedisServer } from '../support/redis';
import { enqueue, enqueueFlow, pins, run } from './support/flows';
import { until, useWorlds } from './support/world';

const megabyte = 1024 * 1024;

const editFields = {
	type: 'n8n-nodes-base.set', typeVersion: 3.4,
	parameters: {
		mode: 'manual',
		assignments: { assignments: ['account', 'board', 'record', 'title', 'link', 'image'].map((name) => ({ id: name, name: `my ${name}`, type: 'string', value: `={{ $json.${name} }}` })) },
	},
};

describe(`much at once, on n8n ${n8nVersion}`, () => {
	let redis: RedisServer;
	const memoryFile = join(tmpdir(), `pinterest-jobs-memory-${process.pid}.json`);
	const { n8n, open } = useWorlds(() => ({ NODE_OPTIONS: `--require=${join(__dirname, 'support', 'memory-probe.cjs')}`, MEMORY_PROBE_FILE: memoryFile }));
	beforeAll(async () => {
		redis = await startRedis();
	});
	afterAll(async () => {
		rmSync(memoryFile, { force: true });
		await redis.stop();
	});

	it('accepts 1,000 items in one run of the node within 2 s and 100 MB', async () => {
		const world = await open({ timeFactor: 1 });
		const [account] = world.accounts;
		const manyPins = `return Array.from({ length: $input.first().json.count }, (_, n) => ({ json: {
			account: '${account!.name}', board: '${account!.boards[0]}', record: 'row-' + $input.first().json.prefix + n, title: 'Lamp ' + n,
			link: 'https://shop.example/' + n, image: 'https://shop.example/images/' + n + '.jpg' } }));`;
		const runFor = async (prefix: string, count: number, more: Parameters<typeof enqueueFlow>[2] = {}) => {
			const code = manyPins.replaceAll('$input.first().json.prefix', `'${prefix}'`).replaceAll('$input.first().json.count', String(count));
			const { id } = await world.import(enqueueFlow(world, code, more));
			return run(world, id);
		};
		const measured = async (act: () => Promise<ExecutionWithData>) => {
			const before = residentBytes(n8n.n8n.pid);
			const execution = await act();
			return { execution, ms: nodeMs(execution, 'Enqueue'), grown: residentBytes(n8n.n8n.pid) - before };
		};
		/** How much more was in use at the fullest moment of `act` than before it: what V8 has not collected yet is not counted. */
		const inUse = async (act: () => Promise<ExecutionWithData>) => {
			const probed = async () => {
				rmSync(memoryFile, { force: true });
				process.kill(n8n.n8n.pid, 'SIGUSR2');
				await until('the memory probe', () => existsSync(memoryFile));
				return JSON.parse(readFileSync(memoryFile, 'utf8')) as { before: number; peak: number; looks: number };
			};
			await probed();
			const execution = await act();
			const { before, peak, looks } = await probed();
			expect(looks).toBeGreaterThan(3);
			return { execution, grown: peak - before };
		};
		// The first run starts n8n's task runner and compiles what the second one uses.
		await runFor('warm', 50);
		// n8n's own Edit Fields with the same six expressions: what n8n needs to evaluate them for 1,000 items, here and now.
		const edit = await measured(() => runFor('edit', 1000, editFields));
		const { execution, ms, grown } = await measured(() => runFor('many', 1000));
		const { execution: again, grown: grownInUse } = await inUse(() => runFor('more', 1000));
		console.log(`1,000 items: ${ms} ms in the node, memory in use ${mb(grownInUse)} (resident ${mb(grown)}); Edit Fields: ${edit.ms} ms (resident ${mb(edit.grown)})`);
		for (const run of [execution, again]) {
			const [jobs] = N8nApi.outputOf(run, 'Enqueue');
			expect(jobs).toHaveLength(1000);
			expect(new Set(jobs!.map(({ json }) => json['id'])).size).toBe(1000);
		}
		expect(ms).toBeLessThan(Math.max(2000, 1.5 * edit.ms));
		expect(grownInUse).toBeLessThan(100 * megabyte);
	});

	it('publishes for 97 of 100 accounts of one workflow when three tokens are dead', async () => {
		const names = Array.from({ length: 100 }, (_, index) => `shop-${String(index).padStart(2, '0')}`);
		const dead = names.slice(0, 3);
		const world = await open({ accounts: names, redis: redis.url });
		for (const name of dead) world.sandbox.control.changeAccount(name, { revoke: 'all' });
		const before = residentBytes(n8n.n8n.pid);
		await world.publishWorkers();
		await enqueue(world, world.accounts.flatMap((account) => pins(world, 1, { account })));
		await until('97 Pins', async () => world.sandbox.control.pins().items.length >= 97);
		const connections = await clientsOf(redis.url);
		console.log(`100 workers: ${connections} Redis connections, memory ${mb(residentBytes(n8n.n8n.pid) - before)}`);

		const holds = await world.engine.holds();
		expect(holds.map(({ account, kind }) => `${account} ${kind}`).sort()).toEqual(dead.map((name) => `${name} token_dead`));
		await until('97 jobs to end', async () => (await world.jobs()).filter(({ state }) => state === 'succeeded').length === 97);
		const waiting = (await world.jobs()).filter(({ state }) => state !== 'succeeded');
		expect(waiting.map(({ account, state, incident }) => [account, state, incident?.kind]).sort()).toEqual(dead.map((name) => [name, 'queued', 'token_dead']));
		// One loop for all of them, and a few nodes that enqueue.
		expect(connections).toBeLessThan(15);
	});
});

function nodeMs(execution: ExecutionWithData, node: string): number {
	return (execution.data.resultData.runData[node] as Array<{ executionTime: number }>)[0]!.executionTime;
}

/** What the operating system has given to the process. */
function residentBytes(pid: number): number {
	const kilobytes = existsSync('/proc')
		? /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]
		: execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
	return Number(kilobytes) * 1024;
}

/** Connections of n8n: all but the one that asks and those of this test's own engine. */
async function clientsOf(url: string): Promise<number> {
	const client = new Redis(url);
	const list = String(await client.client('LIST')).trim().split('\n');
	client.disconnect();
	return list.length - 1;
}

const mb = (bytes: number) => `${bytes < 0 ? '' : '+'}${Math.round(bytes / megabyte)} MB`;
