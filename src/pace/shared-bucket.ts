import Bottleneck from 'bottleneck';
import type { Log } from '../log';
import type { Connection, RedisClient } from './bottleneck-connection';
import { within } from './within';
import type { Bucket } from './buckets';

/** What a bucket needs of the pacer it belongs to. */
export interface BucketParts {
	client: Pick<RedisClient, 'eval' | 'hmget'>;
	/** Epoch ms of Redis. */
	now(): number;
	/** The mended connection; waits while Redis is away. */
	connection(): Promise<Connection>;
	log: Log;
}

// Bottleneck forgets a limiter's reservoir so long after its last use; by then the bucket is full anyway (`forgetMs`).
const LEAST_FORGET_MS = 60 * 60 * 1000;
/** How much slower than its target a bucket is ever filled while it matters: the pace comes back with the time (`learning.ts`). */
const SLOWEST_FACTOR = 10;
// Each limiter of each process calls Redis so often: a lane that is waited in asks for its tokens itself.
const HEARTBEAT_MS = 10_000;
const CLIENT_TIMEOUT_MS = 3 * HEARTBEAT_MS;
const ANSWER_MS = 2000;

/** Bottleneck has no such call: its record (as of 2.19.5, pinned) says when the last tokens came, and the next come one interval later. */
const LEAVE = `
local reservoir, interval, last = unpack(redis.call('HMGET', KEYS[1], 'reservoir', 'reservoirIncreaseInterval', 'lastReservoirIncrease'))
if not tonumber(reservoir) then return 0 end
if tonumber(reservoir) > tonumber(ARGV[1]) then redis.call('HSET', KEYS[1], 'reservoir', ARGV[1]) end
if ARGV[2] ~= '' and tonumber(interval) then
	local time = redis.call('TIME')
	local from = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[2]) - tonumber(interval)
	if from > (tonumber(last) or 0) then redis.call('HSET', KEYS[1], 'lastReservoirIncrease', string.format('%d', from)) end
end
return 1`;

/** A token bucket in Redis that all workers draw from, kept by Bottleneck; made when first used. */
export class SharedBucket {
	/** The limiter once it answers; null before, and after `close`. */
	limiter: Bottleneck | null = null;
	private opening: Promise<Bottleneck> | null = null;
	/** The limiter before it answers. */
	private fresh: Bottleneck | null = null;
	private failing = false;

	constructor(readonly id: string, public target: Bucket, private readonly parts: BucketParts) {}

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

	/** Another pace, for all workers. */
	aim(target: Bucket): void {
		const before = this.target;
		this.target = target;
		if (target.everyMs !== before.everyMs) this.parts.log({ level: 'info', event: 'pacer.pace', lane: this.id, everyMs: target.everyMs, beforeMs: before.everyMs });
		if (this.limiter && !isSame(before, target)) this.apply(this.limiter).catch((error: unknown) => this.failed(error));
	}

	/** Leaves so many tokens, if there are more; with `untilMs`, none come before so long from now. */
	async leave(tokens: number, untilMs: number | null): Promise<void> {
		await within(ANSWER_MS, this.parts.client.eval(LEAVE, 1, `b_${this.id}_settings`, String(tokens), String(untilMs ?? '')));
	}

	/** How many ms it is until the next tokens come, once this limiter has ticked; null where its record does not say. */
	async nextTokensIn(): Promise<number | null> {
		const [last, interval] = await this.parts.client.hmget(`b_${this.id}_settings`, 'lastReservoirIncrease', 'reservoirIncreaseInterval');
		return last && interval ? Number(last) + Number(interval) - this.parts.now() : null;
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
			// What stands in Redis may be of another worker, or of another time.
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
			reservoirIncreaseInterval: this.target.everyMs,
			reservoirIncreaseMaximum: this.target.maximum,
		};
	}

	private async apply(limiter: Bottleneck): Promise<void> {
		// A promise, whatever its types say.
		await (limiter.updateSettings(this.settings()) as unknown as Promise<unknown>);
	}
}

function isSame(one: Bucket, other: Bucket): boolean {
	return one.everyMs === other.everyMs && one.amount === other.amount && one.maximum === other.maximum && one.concurrent === other.concurrent;
}

/** Longer than the bucket takes to fill, at its slowest. */
function forgetMs({ maximum, amount, everyMs }: Bucket): number {
	return Math.max(LEAST_FORGET_MS, SLOWEST_FACTOR * everyMs * Math.ceil(maximum / amount));
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
