import Bottleneck from 'bottleneck';
import type { Log } from '../log';
import type { Connection, RedisClient } from './bottleneck-connection';
import { within } from './within';
import { quickened, SLOWEST_FACTOR, slowed, type Bucket } from './buckets';

/** What a bucket needs of the pacer it belongs to. */
export interface BucketParts {
	client: Pick<RedisClient, 'hmget'>;
	/** The mended connection; waits while Redis is away. */
	connection(): Promise<Connection>;
	log: Log;
}

// Bottleneck forgets a limiter's reservoir so long after its last use; by then the bucket is full anyway (`forgetMs`).
const LEAST_FORGET_MS = 60 * 60 * 1000;
// Each limiter of each process calls Redis so often: a lane that is waited in asks for its tokens itself.
const HEARTBEAT_MS = 10_000;
const CLIENT_TIMEOUT_MS = 3 * HEARTBEAT_MS;
const ANSWER_MS = 2000;

/** A token bucket in Redis that all workers draw from, kept by Bottleneck; made when first used. */
export class SharedBucket {
	/** The limiter once it answers; null before, and after `close`. */
	limiter: Bottleneck | null = null;
	/** Tokens come this often now; slower than the target after a "slow down". */
	everyMs: number;
	private opening: Promise<Bottleneck> | null = null;
	/** The limiter before it answers. */
	private fresh: Bottleneck | null = null;
	private failing = false;

	constructor(readonly id: string, public target: Bucket, private readonly parts: BucketParts) {
		this.everyMs = target.everyMs;
	}

	/** The limiter, made at the first call; rejects when Redis refuses, and the next call tries again. */
	open(): Promise<Bottleneck> {
		return (this.opening ??= this.make());
	}

	/** What this limiter waits for may never be answered: the next `open` makes another. */
	renew(): void {
		// Without a limiter it is the connection that is waited for, and that comes.
		if (this.fresh || this.limiter) this.close();
	}

	/** Forgets the limiter, never its counters: other workers use them. */
	close(): void {
		// Not awaited: what it leaves behind in Redis expires by itself, and `mend` hears its errors.
		void (this.limiter ?? this.fresh)?.disconnect();
		this.limiter = null;
		this.fresh = null;
		this.opening = null;
	}

	/** A new target; a pace that was slowed stays slowed by as much. */
	aim(target: Bucket): void {
		const slowness = Math.min(SLOWEST_FACTOR, this.everyMs / this.target.everyMs);
		this.target = target;
		this.turn(Math.round(target.everyMs * slowness));
	}

	/** Half the pace as the workers share it, down to a tenth of the target. */
	async slow(): Promise<void> {
		this.turn(slowed(this.target, await this.sharedEveryMs()));
	}

	/** A tenth of the target more, up to the target. */
	async quicken(): Promise<void> {
		if (this.everyMs > this.target.everyMs) this.turn(quickened(this.target, await this.sharedEveryMs()));
	}

	/** Logs the first of a row of failures. */
	failed(error: unknown): void {
		if (!this.failing) this.parts.log({ level: 'warn', event: 'pacer.redis_failed', lane: this.id, message: messageOf(error) });
		this.failing = true;
	}

	/** Redis answered: the next failure is news again. */
	answered(): void {
		this.failing = false;
	}

	private async make(): Promise<Bottleneck> {
		const connection = await this.parts.connection();
		const limiter = new Bottleneck({
			id: this.id, connection: connection as never, reservoir: this.target.maximum, ...this.settings(),
			timeout: forgetMs(this.target), heartbeatInterval: HEARTBEAT_MS, clientTimeout: CLIENT_TIMEOUT_MS,
		});
		limiter.on('error', (error) => this.failed(error));
		this.fresh = limiter;
		try {
			await limiter.ready();
			// A slower pace found in Redis is taken over: another worker was told to slow down.
			this.everyMs = Math.max(this.everyMs, Math.min(await this.sharedEveryMs(), this.target.everyMs * SLOWEST_FACTOR));
			await this.apply(limiter);
		} catch (error) {
			if (this.fresh === limiter) this.close();
			throw error;
		}
		// Closed meanwhile: whoever still waits for it has asked for another.
		if (this.fresh === limiter) this.limiter = limiter;
		return limiter;
	}

	private settings(): Bottleneck.ConstructorOptions {
		return {
			maxConcurrent: this.target.concurrent,
			reservoirIncreaseAmount: this.target.amount,
			reservoirIncreaseInterval: this.everyMs,
			reservoirIncreaseMaximum: this.target.maximum,
		};
	}

	private async apply(limiter: Bottleneck): Promise<void> {
		// A promise, whatever its types say.
		await (limiter.updateSettings(this.settings()) as unknown as Promise<unknown>);
	}

	private turn(everyMs: number): void {
		if (everyMs !== this.everyMs) this.parts.log({ level: 'info', event: 'pacer.pace', lane: this.id, everyMs, targetMs: this.target.everyMs });
		this.everyMs = everyMs;
		if (this.limiter) this.apply(this.limiter).catch((error: unknown) => this.failed(error));
	}

	/** What the workers agreed on, in Bottleneck's own record; ours while there is none. */
	private async sharedEveryMs(): Promise<number> {
		const [stored] = await within(ANSWER_MS, this.parts.client.hmget(`b_${this.id}_settings`, 'reservoirIncreaseInterval'));
		return Number(stored) || this.everyMs;
	}
}

/** Longer than the bucket takes to fill, at its slowest. */
function forgetMs({ maximum, amount, everyMs }: Bucket): number {
	return Math.max(LEAST_FORGET_MS, SLOWEST_FACTOR * everyMs * Math.ceil(maximum / amount));
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
