import type { DefaultJobOptions, WorkerOptions } from 'bullmq';

/** What the documentation of BullMQ recommends for this case; docs/benchmarks.md names the documents. */
export interface Recommended {
	job: DefaultJobOptions;
	worker: Omit<WorkerOptions, 'connection'>;
	/** How long the worker waits for an answer of Pinterest. */
	timeoutMs: number;
	/** Bounds of the delay between two tries to reach Redis; `strategy` is ioredis' option. */
	reconnect: { least: number; most: number; strategy: (times: number) => number };
}

/** All times, BullMQ's defaults too, are divided by the time factor: they are made for a Pinterest that is not sped up. */
export function recommended(timeFactor: number): Recommended {
	const scaled = (ms: number) => Math.max(1, Math.round(ms / timeFactor));
	const least = scaled(1000), most = scaled(20_000);
	return {
		job: { attempts: 5, backoff: { type: 'exponential', delay: scaled(5000), jitter: 0.5 } },
		worker: {
			concurrency: 20,
			// Pinterest's limit for one account: a queue has one limiter, whatever the accounts of its jobs are.
			limiter: { max: 100, duration: scaled(60_000) },
			lockDuration: scaled(30_000), stalledInterval: scaled(30_000), maxStalledCount: 1,
			runRetryDelay: scaled(15_000), drainDelay: 5 / timeFactor, maximumRateLimitDelay: scaled(30_000),
		},
		timeoutMs: scaled(30_000),
		reconnect: { least, most, strategy: (times) => Math.max(Math.min(Math.exp(times), most), least) },
	};
}
