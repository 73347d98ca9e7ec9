import type { Redis } from 'ioredis';
import type { Spent } from './child';
import type { ContenderSettings, Way } from './contender';
import { ContenderProcess } from './contender-process';
import { metered, type RedisSpent } from './meter';
import { say } from './part';

/** Jobs that are put in and worked off before anything is measured. */
export const WARM_UP = 500;

const MOST_COMPLAINTS = 4;

/** What one job costs in one part of its life. */
export interface PerJob {
	perSecond: number;
	redisUs: number;
	nodeUs: number;
	calls: number;
	commands: number;
}

/** One contender alone on an empty Redis, in two processes: one puts jobs in, one works. */
export class Bout {
	private next = 0;
	private readonly complaints = new Map<string, number>();

	private constructor(readonly redis: Redis, readonly producer: ContenderProcess, readonly worker: ContenderProcess) {}

	/** What `run` finds out with a contender that is ready, and warm; it ends afterwards. */
	static async with<T>(redis: Redis, settings: ContenderSettings, run: (bout: Bout) => Promise<T>, { warmUp = WARM_UP }: { warmUp?: number } = {}): Promise<T> {
		await redis.flushall('SYNC');
		const bout = new Bout(redis, new ContenderProcess(settings), new ContenderProcess(settings));
		try {
			await bout.worker.ask('prepare');
			if (warmUp > 0) {
				await bout.enqueue(warmUp, { atOnce: 50, inFlight: 1 });
				await bout.work(warmUp);
			}
			return await run(bout);
		} finally {
			await bout.end();
		}
	}

	/** With a file, a profile of the process is written to it. */
	async enqueue(count: number, way: Way, profile?: string): Promise<PerJob> {
		return this.spentOn(count, () => this.producer.ask('enqueue', { from: this.taken(count), count, way, profile }));
	}

	async work(count: number, profile?: string): Promise<PerJob> {
		return this.spentOn(count, () => this.worker.ask('work', { count, profile }));
	}

	/**
	 * What a job costs while as many begin as end: once `after` have ended, and until `count` more have. Meanwhile Redis is busy and tells
	 * late what it has spent, so that it also tells how many had ended by then: as many as `ended` has members.
	 */
	async workOn(count: number, after: number, ended: string): Promise<PerJob> {
		await this.worker.ask('goOn');
		await this.worker.ask('until', { count: after });
		const { answer, redis } = await metered(this.redis, () => this.worker.ask('further', { count }), ended);
		await this.worker.ask('hold');
		return perJob(count, answer, redis.counted, redis);
	}

	/** Numbers of jobs that nobody has had. */
	taken(count: number): number {
		this.next += count;
		return this.next - count;
	}

	private async spentOn(count: number, act: () => Promise<Spent>): Promise<PerJob> {
		const { answer, redis } = await metered(this.redis, act);
		return perJob(count, answer, count, redis);
	}

	private async end(): Promise<void> {
		for (const one of [this.worker, this.producer]) {
			for (const [what, count] of await one.ask('complained').catch(() => [])) this.complaints.set(what, (this.complaints.get(what) ?? 0) + count);
		}
		for (const [what, count] of [...this.complaints].slice(0, MOST_COMPLAINTS)) say(`  ${count} × ${what.slice(0, 200)}`);
		if (this.complaints.size > MOST_COMPLAINTS) say(`  … and ${this.complaints.size - MOST_COMPLAINTS} complaints of other kinds`);
		await Promise.all([this.worker.end(), this.producer.end()]);
	}
}

function perJob(count: number, spent: Spent, redisCount: number, redis: RedisSpent): PerJob {
	const each = (number: number) => number / redisCount;
	return { perSecond: 1000 * count / spent.ms, redisUs: 1000 * each(redis.cpuMs), nodeUs: 1000 * spent.cpuMs / count, calls: each(redis.calls), commands: each(redis.commands) };
}
