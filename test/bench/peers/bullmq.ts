import { Queue } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { Dice } from '../../support/dice';
import type { Contender, Round, Row } from '../faults/contender';
import { SingleRedis, type Gate } from '../faults/redis-host';
import { recommended, type Recommended } from './bullmq-settings';
import { ProgramRuns } from './program';
import { Stage, type Wish } from './stage';
import { harass } from './trouble';

const NAME = 'pins';
/** Where a job may be that has not ended. */
const OPEN = ['wait', 'active', 'delayed', 'prioritized', 'waiting-children'] as const;
/** Its clients find their way back to Redis by themselves. */
const OPEN_GATE: Gate = { mute: () => undefined, lockOut: () => undefined, letIn: () => undefined };

/** A BullMQ queue and workers in processes of their own, configured as the documentation of BullMQ recommends. */
export const bullmqWorker: Contender = { name: 'BullMQ worker', run };

async function run(round: Round): Promise<Row> {
	const stage = await Stage.set(round);
	const redis = await SingleRedis.start({ fsync: 'everysec', gate: OPEN_GATE, dice: new Dice(round.seed), back: () => Promise.resolve() });
	const settings = recommended(round.timeFactor);
	const producer = new Producer(redis.port, settings, stage);
	const workers: ProgramRuns[] = [];
	try {
		for (let n = 0; n < round.workers; n++) workers.push(await workerOf(stage, redis.port, settings));
		for (const worker of workers) worker.start();
		await Promise.all(workers.map((worker) => worker.said('ready')));
		stage.begin();
		const wishes = stage.wishes();
		const cuts = async () => {
			for (const cut of round.redisCuts) {
				await stage.until(cut.atMs);
				await redis.cut(cut);
			}
		};
		const [mishaps] = await Promise.all([harass(workers, round.mishaps, stage), producer.addAll(wishes), cuts()]);
		await stage.until(round.troubleMs);
		const lostEnqueues = await producer.lost();
		await producer.addAll(wishes);
		await producer.drained();
		const note = `${round.workers} processes, ${settings.job.attempts} attempts; ${mishaps.kill} kills, ${mishaps.freeze} freezes, ${redis.cuts.length} Redis cuts; `
			+ `${await producer.stalled()} jobs stalled`;
		return stage.row(bullmqWorker.name, await producer.left(), { lostEnqueues, note });
	} finally {
		for (const worker of workers) await worker.end();
		await producer.close();
		await redis.stop();
		await stage.clear();
	}
}

async function workerOf(stage: Stage, redisPort: number, { worker, timeoutMs, reconnect }: Recommended): Promise<ProgramRuns> {
	const { url, tap } = await stage.way();
	const tokens = Object.fromEntries(stage.sandbox.control.world().accounts.map(({ name, accessToken }) => [name, accessToken]));
	return new ProgramRuns(tap, 'bullmq-worker.mjs', () => ({ name: NAME, redisPort, url, tokens, timeoutMs, reconnectMs: reconnect, worker }));
}

/** Adds jobs under their keys until each is acknowledged, and says at the end what became of them. */
class Producer {
	private readonly acknowledged = new Set<string>();
	private readonly queue: Queue;

	constructor(port: number, { job, reconnect }: Recommended, private readonly stage: Stage) {
		const connection = { host: '127.0.0.1', port, enableOfflineQueue: false, maxRetriesPerRequest: 1, retryStrategy: reconnect.strategy };
		this.queue = new Queue(NAME, { connection, defaultJobOptions: job });
		// What is wrong with the connection shows in `add`.
		this.queue.on('error', () => undefined);
	}

	/** Each when it comes in, or at once. */
	async addAll(wishes: Wish[]): Promise<void> {
		await Promise.all(wishes.map((wish) => this.add(wish)));
	}

	/** Acknowledged jobs that Redis does not know, after all that it does know have ended. */
	async lost(): Promise<number> {
		await this.drained();
		const known = await Promise.all([...this.acknowledged].map((key) => this.queue.getJob(key)));
		return known.filter((job) => !job).length;
	}

	/** Resolves when no job waits or runs any more, or when the round is over. */
	async drained(): Promise<void> {
		while (!this.stage.isOver) {
			const counts = await this.queue.getJobCounts(...OPEN);
			if (Object.values(counts).every((count) => count === 0)) return;
			await sleep(100);
		}
	}

	/** The jobs that the queue shows as anything but completed. */
	async left(): Promise<string[]> {
		const jobs = await this.queue.getJobs([...OPEN, 'failed']);
		return jobs.map(({ id }) => id!);
	}

	/** Jobs whose lock ran out while their worker was killed, frozen, cut off or had no turn. */
	async stalled(): Promise<number> {
		const jobs = await this.queue.getJobs([...OPEN, 'completed', 'failed']);
		return jobs.filter(({ stalledCounter }) => stalledCounter > 0).length;
	}

	async close(): Promise<void> {
		await this.queue.close();
	}

	/** The job id makes it safe to add what may have been added. */
	private async add({ key, account, body, dueMs }: Wish): Promise<void> {
		await this.stage.until(dueMs);
		while (!this.stage.isOver) {
			try {
				await this.queue.add('pin', { account, body }, { jobId: key });
				this.acknowledged.add(key);
				return;
			} catch (error) {
				if (!isAboutTheConnection(error as Error)) throw error;
				await sleep(50);
			}
		}
	}
}

/** ioredis names only some of the ways in which a call can fail for want of a connection. */
const isAboutTheConnection = ({ name, message }: Error): boolean => name === 'MaxRetriesPerRequestError' || /connection|stream isn't writeable|LOADING|ECONNREFUSED/i.test(message);
