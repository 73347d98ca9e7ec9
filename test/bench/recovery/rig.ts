import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Engine, isEngineError, type PublishRequest } from '../../../src';
import type { JobEvent } from '../../../src/job/event';
import { isJobEvent } from '../../../src/job/event';
import { policyOf, type Policy } from '../../../src/job/policy';
import { Sandbox } from '../../../src/sandbox';
import { eventOf } from '../../../src/store/codec';
import { prefixOf } from '../../../src/store/keys';
import { FaultProxy, type Tap } from '../../support/fault-proxy';
import { startRedis, type RedisServer } from '../../support/redis';
import { WorkerProcess } from '../../support/worker-process';

export interface RigOptions {
	/** Compiled `src/`. */
	source: string;
	timeFactor: number;
	accounts: string[];
}

const PACE = { writesPerMinute: 100, burst: 5, writesPerDay: null, concurrent: 5 };
const NAMESPACE = 'recovery';

/** A Redis that syncs every second, a sandbox, workers in processes of their own, and somebody who enqueues without end. */
export class Rig {
	readonly policy: Policy;
	readonly requests: PublishRequest[] = [];
	private readonly ends: (() => unknown)[] = [];
	private readonly boards: { account: string; boardId: string }[];
	private readonly engine: Engine;
	private readonly redis: Redis;
	private files = 0;
	private feeding: Promise<void> | null = null;
	private isFed = false;

	private constructor(private readonly options: RigOptions, readonly sandbox: Sandbox, private server: RedisServer, private readonly folder: string) {
		this.policy = policyOf(options.timeFactor);
		this.boards = sandbox.control.world().accounts.flatMap(({ name, boards }) => boards.map(({ id }) => ({ account: name, boardId: id })));
		this.engine = Engine.open({ redis: { url: server.url }, namespace: NAMESPACE, timeFactor: options.timeFactor });
		this.redis = new Redis(server.url);
		// Redis is to go away: whoever reads then is told by the rejection.
		this.redis.on('error', () => undefined);
	}

	static async start(options: RigOptions): Promise<Rig> {
		const folder = await mkdtemp(join(tmpdir(), 'pinterest-jobs-recovery-'));
		const server = await startRedis({ appendfsync: 'everysec', dir: folder });
		const { accounts, timeFactor } = options;
		return new Rig(options, await Sandbox.start({ accounts, timeFactor, seed: 1, rates: { appDay: null, appDayWrite: null }, writeLatencyMs: 50 }), server, folder);
	}

	/** A worker for all accounts; with a tap its calls to Redis go past it. */
	async worker(tap?: Tap): Promise<WorkerProcess> {
		const { source, timeFactor } = this.options;
		const accountsFile = join(this.folder, `worker-${this.files++}.json`);
		const accounts = this.sandbox.control.world().accounts.map(({ name, accessToken }) => ({ account: name, accessToken, baseUrl: this.sandbox.url, pace: PACE }));
		await writeFile(accountsFile, JSON.stringify({ accounts }), { mode: 0o600 });
		const proxy = tap && await FaultProxy.to(this.server.port, tap);
		const redisUrl = proxy ? `redis://127.0.0.1:${proxy.port}` : this.server.url;
		const worker = WorkerProcess.start({ source, redisUrl, namespace: NAMESPACE, timeFactor, accountsFile });
		this.ends.push(async () => {
			await worker.kill();
			await proxy?.close();
		});
		await worker.started();
		return worker;
	}

	/** Enqueues as fast as the boards take Pins, until `enough`; what Redis did not acknowledge is enqueued again. */
	feed(): void {
		this.isFed = true;
		this.feeding = this.feedOn();
	}

	async enough(): Promise<void> {
		this.isFed = false;
		await this.feeding;
	}

	/** Ends Redis and starts it again on its data; answers when it was told to end and when it answered again, epoch ms. */
	async restartRedis(how: 'SIGTERM' | 'SIGKILL', awayMs: number): Promise<{ downAt: number; upAt: number }> {
		const downAt = Date.now();
		await (how === 'SIGTERM' ? this.server.stop() : this.server.kill());
		await sleep(awayMs);
		this.server = await startRedis({ appendfsync: 'everysec', dir: this.folder, port: this.server.port });
		return { downAt, upAt: Date.now() };
	}

	/** What the field of a job's record or of the namespace holds; null while Redis is away. */
	async fields(key: string, ...names: string[]): Promise<(string | null)[] | null> {
		return this.redis.hmget(`${prefixOf(NAMESPACE)}${key}`, ...names).catch(() => null);
	}

	async events(): Promise<JobEvent[]> {
		return (await this.redis.xrange(`${prefixOf(NAMESPACE)}events`, '-', '+')).map(eventOf).filter(isJobEvent);
	}

	/** Requests for Pins that reached Pinterest, and readings of its boards, since then. */
	calls(operation: string, since = 0): { at: number; board: string | null; link: string | null }[] {
		return this.sandbox.control.calls({ operation, limit: Infinity }).items.filter(({ at }) => at >= since);
	}

	/** How the jobs stand, by state. */
	async states(): Promise<Record<string, number>> {
		const states = ['queued', 'running', 'retry_scheduled', 'succeeded', 'failed', 'canceled'];
		const counts = await Promise.all(states.map((state) => this.redis.zcard(`${prefixOf(NAMESPACE)}state:${state}`)));
		return Object.fromEntries(states.flatMap((state, i) => (counts[i]! > 0 ? [[state, counts[i]!]] : [])));
	}

	async end(): Promise<void> {
		await this.enough();
		for (const end of this.ends.splice(0).reverse()) await end();
		this.redis.disconnect();
		await this.engine.close();
		await this.sandbox.stop();
		await this.server.stop();
		await rm(this.folder, { recursive: true, force: true });
	}

	private async feedOn(): Promise<void> {
		// The boards begin one after the other, or all would be written in the same instant again and again.
		for (let round = 0; this.isFed; round++) {
			for (const board of this.boards) {
				await this.enqueue([this.request(board)]);
				// Some wait at each board from then on: what is measured is never the lack of work.
				if (round === 0 || round > 4) await sleep(this.policy.boardGapMs / this.boards.length);
			}
		}
	}

	private request({ account, boardId }: { account: string; boardId: string }): PublishRequest {
		const n = this.requests.length;
		const request: PublishRequest = {
			account, boardId, source: `row-${n}`, title: `Product ${n}`, link: `https://shop.example/products/${n}`,
			media: { kind: 'image_url', url: `https://shop.example/images/${n}.jpg` },
		};
		this.requests.push(request);
		return request;
	}

	private async enqueue(requests: PublishRequest[]): Promise<void> {
		for (;;) {
			try {
				for (const result of await this.engine.enqueue(requests)) if (!result.ok) throw result.error;
				return;
			} catch (error) {
				if (!isEngineError(error) || error.code !== 'redis_unavailable') throw error;
				await sleep(100);
			}
		}
	}
}
