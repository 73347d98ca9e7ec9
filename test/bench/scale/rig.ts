import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import { Engine, type PaceSettings, type PublishRequest } from '../../../src';
import { isJobEvent, type JobEvent } from '../../../src/job/event';
import { Sandbox } from '../../../src/sandbox';
import { eventOf } from '../../../src/store/codec';
import { boundOf, prefixOf } from '../../../src/store/keys';
import { grouped } from '../../support/history';
import { startRedis, type RedisServer } from '../../support/redis';
import { WorkerProcess } from '../../support/worker-process';
import { ScriptTimes } from './script-times';

export interface ScaleOptions {
	/** Compiled `src/`. */
	source: string;
	timeFactor: number;
	/** Each with so many boards. */
	accounts: { name: string; boards: number }[];
	/** A limit over the whole app. */
	appPace?: PaceSettings;
}

/** What a worker and Redis hold and have used so far. */
export interface Usage {
	at: number;
	heapMb: number;
	rssMb: number;
	timers: number;
	cpuMs: number;
	redis: { cpuMs: number; commands: number; memoryMb: number };
	/** Number of keys by pattern. */
	keys: Map<string, number>;
}

export const ACCOUNT_PACE: PaceSettings = { writesPerMinute: 100, burst: 5, writesPerDay: null, concurrent: 2 };
const NAMESPACE = 'scale';
const PREFIX = prefixOf(NAMESPACE);
const ENQUEUED_AT_ONCE = 500;

/** A Redis of its own, a sandbox, worker processes that tell what they use, and somebody who enqueues. */
export class ScaleRig {
	readonly redis: Redis;
	private readonly engine: Engine;
	private readonly workers: WorkerProcess[] = [];
	private rows = 0;
	private looks = 0;

	private constructor(private readonly options: ScaleOptions, readonly sandbox: Sandbox, private readonly server: RedisServer, private readonly folder: string) {
		this.redis = new Redis(server.url);
		// Jobs are due when the bench says, and are not spread.
		this.engine = Engine.open({ redis: { url: server.url }, namespace: NAMESPACE, timeFactor: options.timeFactor, policy: { spreadMs: 0 } });
	}

	static async start(options: ScaleOptions): Promise<ScaleRig> {
		const folder = await mkdtemp(join(tmpdir(), 'pinterest-jobs-scale-'));
		const server = await startRedis({ appendfsync: 'everysec', dir: folder });
		const world = { accounts: options.accounts.map(({ name, boards }) => ({ name, boards: Array.from({ length: boards }, (_, i) => ({ name: `Board ${i}` })) })) };
		const sandbox = await Sandbox.start({ world, timeFactor: options.timeFactor, seed: 1, rates: { appDay: null, appDayWrite: null, universal: null }, keepCalls: 2_000_000 });
		return new ScaleRig(options, sandbox, server, folder);
	}

	/** A worker for all accounts, and the ms until it had checked each of them and listed its boards. */
	async worker(): Promise<number> {
		const { source, timeFactor, appPace } = this.options;
		const since = Date.now(), name = `worker-${this.workers.length}`;
		const accountsFile = join(this.folder, `${name}.json`);
		const accounts = this.sandbox.control.world().accounts.map((one) => ({ account: one.name, accessToken: one.accessToken, baseUrl: this.sandbox.url, pace: ACCOUNT_PACE }));
		await writeFile(accountsFile, JSON.stringify({ accounts }), { mode: 0o600 });
		const worker = WorkerProcess.start({
			source, redisUrl: this.server.url, namespace: NAMESPACE, timeFactor, accountsFile,
			...(appPace && { program: join(__dirname, 'paced-worker.mjs') }),
			env: {
				NODE_OPTIONS: `--import=${pathToFileURL(join(__dirname, 'usage-probe.mjs')).href}`, USAGE_PROBE_FILE: join(this.folder, 'usage'),
				SCALE_SOURCE: source, SCALE_APP_PACE: JSON.stringify(appPace ?? null),
			},
		});
		this.workers.push(worker);
		await worker.started(60_000);
		let unknown = accounts.map(({ account }) => account);
		for (const until = Date.now() + 10 * 60_000; unknown.length > 0; await sleep(500)) {
			const fields = await Promise.all(unknown.map((account) => this.redis.hmget(`${PREFIX}account:${account}`, 'userId', 'boardsAt')));
			unknown = unknown.filter((_, i) => !fields[i]!.every(Boolean));
			if (Date.now() > until) throw new Error(`${unknown.length} accounts were not checked within ten minutes.`);
		}
		return Date.now() - since;
	}

	/** Jobs for the account at its boards in turn, each due at its instant, or now. */
	requests(account: string, dueAt: (number | null)[]): PublishRequest[] {
		const { boards } = this.sandbox.control.account(account);
		return dueAt.map((scheduledAt, i): PublishRequest => {
			const n = this.rows++;
			return {
				account, boardId: boards[i % boards.length]!.id, source: `row-${n}`, title: `Product ${n}`, link: `https://shop.example/products/${n}`,
				media: { kind: 'image_url', url: `https://shop.example/images/${n}.jpg` }, ...(scheduledAt !== null && { scheduledAt: new Date(scheduledAt).toISOString() }),
			};
		});
	}

	/** The ids of the jobs. */
	async enqueue(requests: PublishRequest[]): Promise<string[]> {
		const ids: string[] = [];
		for (let i = 0; i < requests.length; i += ENQUEUED_AT_ONCE) {
			for (const result of await this.engine.enqueue(requests.slice(i, i + ENQUEUED_AT_ONCE))) {
				if (!result.ok) throw result.error;
				ids.push(result.job.id);
			}
		}
		return ids;
	}

	/** When each of these jobs was claimed, epoch ms; waits until all were. */
	async starts(ids: string[], withinMs: number): Promise<Map<string, number>> {
		const wanted = new Set(ids), starts = new Map<string, number>();
		for (const until = Date.now() + withinMs; starts.size < wanted.size; await sleep(250)) {
			for (const { type, jobId, at } of await this.newEvents()) if (type === 'job.running' && wanted.has(jobId) && !starts.has(jobId)) starts.set(jobId, at);
			if (Date.now() > until) throw new Error(`Of ${wanted.size} jobs ${starts.size} were claimed within ${withinMs} ms.`);
		}
		return starts;
	}

	async succeeded(): Promise<number> {
		return this.redis.zcard(`${PREFIX}state:succeeded`);
	}

	/** From now on, until asked. */
	scriptTimes(): Promise<ScriptTimes> {
		return ScriptTimes.begin(this.redis);
	}

	/** What the last worker and Redis hold and have used so far. */
	async usage(): Promise<Usage> {
		const [redis, at] = [await this.redisUsage(), Date.now()];
		this.workers.at(-1)!.signal('SIGUSR2');
		const file = join(this.folder, 'usage'), look = ++this.looks;
		for (const until = Date.now() + 10_000; Date.now() < until; await sleep(50)) {
			const seen = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Usage & { looks?: number };
			if (seen.looks === look) return { ...seen, at, redis, keys: await this.keys() };
		}
		throw new Error('The worker does not say what it uses.');
	}

	/** Of what kind the calls were that reached Pinterest so far. */
	calls(): Record<string, number> {
		const all = grouped(this.sandbox.control.calls({ limit: Infinity }).items, ({ operation }) => operation ?? 'other');
		return Object.fromEntries([...all].map(([operation, { length }]) => [operation, length]));
	}

	async end(): Promise<void> {
		for (const worker of this.workers.splice(0)) await worker.kill();
		await this.engine.close();
		this.redis.disconnect();
		await this.sandbox.stop();
		await this.server.stop();
		await rm(this.folder, { recursive: true, force: true });
	}

	private lastEvent = '-';

	private async newEvents(): Promise<JobEvent[]> {
		const entries = await this.redis.xrange(`${PREFIX}events`, this.lastEvent, '+');
		const last = entries.at(-1);
		if (last) this.lastEvent = `(${last[0]}`;
		return entries.map(eventOf).filter(isJobEvent);
	}

	private async redisUsage(): Promise<Usage['redis']> {
		const info = await this.redis.info();
		const number = (field: string) => Number(new RegExp(`^${field}:(.*)$`, 'm').exec(info)?.[1]);
		return {
			cpuMs: 1000 * (number('used_cpu_user') + number('used_cpu_sys')), commands: number('total_commands_processed'), memoryMb: number('used_memory') / 1024 / 1024,
		};
	}

	private async keys(): Promise<Map<string, number>> {
		const counts = new Map<string, number>();
		for await (const keys of this.redis.scanStream({ count: 2000 })) {
			for (const key of keys as string[]) {
				const pattern = key.startsWith('b_') ? 'the pacer' : boundOf(PREFIX, key)?.pattern ?? key;
				counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
			}
		}
		return counts;
	}
}

export function namesOf(count: number): string[] {
	return Array.from({ length: count }, (_, i) => `account-${String(i + 1).padStart(4, '0')}`);
}

/** What `run` finds out with a rig that ends afterwards. */
export async function withRig<T>(options: ScaleOptions, run: (rig: ScaleRig) => Promise<T>): Promise<T> {
	const rig = await ScaleRig.start(options);
	try {
		return await run(rig);
	} finally {
		await rig.end();
	}
}
