import type { RedisClient } from './bottleneck-connection';
import { within } from './within';

const ANSWER_MS = 2000;

/** A key puts the question to the node that runs the limiters' scripts, on a Cluster too. */
const ASK_TIME = "local t = redis.call('TIME') return t[1] * 1000 + math.floor(t[2] / 1000)";

/** The time of Redis, asked now and then, and counted on in between by a clock that never jumps. */
export class RedisClock {
	private offsetMs: number | null = null;

	constructor(
		private readonly client: Pick<RedisClient, 'eval'>,
		private readonly key: string,
		private readonly monotonic: () => number = () => performance.now(),
	) {}

	/** Asks Redis, for 2 s at most; half of the way there and back is taken off. */
	async sync(): Promise<void> {
		const askedAt = this.monotonic();
		const time = Number(await within(ANSWER_MS, this.client.eval(ASK_TIME, 1, this.key)));
		this.offsetMs = time - (askedAt + this.monotonic()) / 2;
	}

	get isSet(): boolean {
		return this.offsetMs !== null;
	}

	/** Epoch milliseconds of Redis; whole. Only after the first `sync`. */
	now(): number {
		if (this.offsetMs === null) throw new Error('The clock of Redis was never asked.');
		return Math.round(this.monotonic() + this.offsetMs);
	}
}
