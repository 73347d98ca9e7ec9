import { Queue, Worker } from 'bullmq';
import type { PublishRequest } from '../../../src';
import { inCalls, type Contender, type ContenderSettings, type Told, type Way } from './contender';

const NAME = 'pins';

/** BullMQ as its documentation recommends it for speed ("Adding jobs in bulk", "Concurrency"), its job ids the keys ("Job Ids"). */
export class BullmqContender implements Contender {
	private readonly queue: Queue;
	private worker: Worker | null = null;
	private isRunning = false;

	constructor(private readonly settings: ContenderSettings, private readonly told: Told) {
		this.queue = new Queue(NAME, { connection: this.connection() });
		this.queue.on('error', (error) => told.complains(`queue: ${error.message}`));
	}

	enqueue(requests: PublishRequest[], way: Way, dueAt: number | null): Promise<void> {
		const { keptJobs } = this.settings;
		const kept = keptJobs && { removeOnComplete: keptJobs };
		return inCalls(requests, way, async (some) => {
			const delay = dueAt === null ? {} : { delay: dueAt - Date.now() };
			await this.queue.addBulk(some.map((data) => ({ name: 'pin', data, opts: { jobId: data.source!, ...delay, ...kept } })));
		});
	}

	async prepare(): Promise<void> {
		const { concurrency } = this.settings;
		const worker = new Worker<PublishRequest>(NAME, ({ id }) => this.process(id!), { connection: this.connection(), concurrency, autorun: false });
		worker.on('completed', () => this.told.ended());
		worker.on('error', (error) => this.told.complains(`worker: ${error.message}`));
		worker.on('failed', (_job, error) => this.told.complains(`failed: ${error.message}`));
		this.worker = worker;
		await worker.waitUntilReady();
	}

	async goOn(): Promise<void> {
		if (this.isRunning) return this.worker!.resume();
		this.isRunning = true;
		this.worker!.run().catch((error: Error) => this.told.complains(`run: ${error.message}`));
	}

	async hold(): Promise<void> {
		await this.worker!.pause();
	}

	async end(): Promise<void> {
		await this.worker?.close();
		await this.queue.close();
	}

	private process(id: string): Promise<void> {
		this.told.begins(id);
		return this.told.sends(id);
	}

	private connection(): { host: string; port: number; maxRetriesPerRequest: null } {
		const { hostname, port } = new URL(this.settings.redisUrl);
		return { host: hostname, port: Number(port), maxRetriesPerRequest: null };
	}
}
