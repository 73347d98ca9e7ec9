import type { PaceSettings } from '../config';
import { APP } from '../job/hold';
import { rateLimitOf, type Headers } from '../job/rate-headers';
import type { Log } from '../log';
import { mend, openConnection, type Connection, type RedisClient } from './bottleneck-connection';
import { bucketId, bucketsFor, laneName, type Bucket, type CallKind } from './buckets';
import { headroomIn } from './headroom';
import { Lane, type Slot } from './lane';
import { RedisClock } from './redis-clock';
import { SharedBucket } from './shared-bucket';
import { atMost, within } from './within';

export type { Slot } from './lane';

export interface PacerOptions {
	/** An ioredis client of the pacer's own: not lazy, without keyPrefix. Bottleneck duplicates it; `stop` ends both. */
	client: RedisClient;
	namespace: string;
	/** Limits over the whole app; null when there are none. */
	appPace: PaceSettings | null;
	/** Divides every time constant that is about Pinterest. */
	timeFactor: number;
	/** The longest a slot is held, ms of real time; 3 min by default. */
	longestRunMs?: number;
	/** How long Redis may be silent before slots are granted by a local gap, ms; 5 s by default. */
	patienceMs?: number;
	/** How long `stop` waits for what runs in a slot, ms; 30 s by default, a send and its settling. */
	stopGraceMs?: number;
	/** How long nobody wants a slot of a lane before it is forgotten, ms; 30 s by default. */
	idleMs?: number;
	log: Log;
}

const MINUTE_MS = 60_000;
const CLOCK_EVERY_MS = 30_000;
const RETRY_MS = 500;
const COMPLAIN_EVERY_MS = 30_000;
const IDLE_MS = 30_000;
const STOP_GRACE_MS = 30_000;
const GIVE_BACK_MS = 1000;
/** Looks of one account that may wait or run at once. */
const READS_AT_ONCE = 4;
const CLEAN_CALLS = 10;
/** Answers of calls that were under way together speak of one moment: one of them slows the lane. */
const SLOW_ONCE_MS = 10_000;

interface Feeling {
	clean: number;
	slowedAt: number;
}

/**
 * Grants slots in the lanes of accounts and of the app, shared by all workers of a namespace. It keeps bursts away from
 * Pinterest and never decides what may be sent: holds, running caps and board gaps are the claim's business.
 */
export class Pacer {
	private readonly paces = new Map<string, PaceSettings>();
	private readonly lanes = new Map<string, Lane>();
	private readonly feelings = new Map<string, Feeling>();
	private readonly clock: RedisClock;
	private readonly timers: NodeJS.Timeout[];
	private opened: Promise<Connection> | null = null;
	private raw: Connection | null = null;
	private stopped = false;
	private complainedAt = -Infinity;

	constructor(private readonly options: PacerOptions) {
		this.clock = new RedisClock(options.client, `b_{${options.namespace}}`);
		options.client.on('error', (error) => this.failed(error));
		this.timers = [setInterval(() => this.raw && void this.sync(), CLOCK_EVERY_MS), setInterval(() => this.dropIdle(), this.idleMs / 5)];
		for (const timer of this.timers) timer.unref();
		if (options.appPace) this.paces.set(APP, options.appPace);
	}

	/** The pace of an account from now on; null takes its limit away. */
	limit(account: string, pace: PaceSettings | null): void {
		if (pace) this.paces.set(account, pace);
		else this.paces.delete(account);
		if (!pace) this.feelings.delete(account);
		this.aim(account);
	}

	/**
	 * Runs `run` in a slot for one write of the account, once there is one. Resolves to undefined, without having run it,
	 * when the pacer stops or as many slots of the account wait or run here as it may use at once.
	 */
	slot<T>(account: string, run: (slot: Slot) => Promise<T>): Promise<T | undefined> {
		const most = this.paces.get(account)?.concurrent ?? Infinity;
		return this.through(account, 'write', most, run);
	}

	/** The same for a write that may wait, however many of the account do. */
	queuedSlot<T>(account: string, run: (slot: Slot) => Promise<T>): Promise<T | undefined> {
		return this.through(account, 'write', Infinity, run);
	}

	/** The same for one look, out of a share of the pace that writes cannot use up. */
	readSlot<T>(account: string, run: (slot: Slot) => Promise<T>): Promise<T | undefined> {
		return this.through(account, 'read', READS_AT_ONCE, run);
	}

	/**
	 * Hears how a call of the account went (`@app`: of the app). 'throttled' halves the pace down to a tenth; ten clean calls
	 * in a row give a tenth of the target back. Headers of the answer may lower the target to the limit they name.
	 */
	async tune(account: string, feel: 'throttled' | 'clean', headers: Headers = {}): Promise<void> {
		const lane = this.lanes.get(laneName(account, 'write'));
		const pace = this.paces.get(account);
		if (!lane || !pace) return;
		const named = rateLimitOf(headers);
		if (named?.windowMs === MINUTE_MS && named.name !== 'org_read' && named.quota > 0 && named.quota < pace.writesPerMinute) {
			this.limit(account, { ...pace, writesPerMinute: named.quota });
		}
		const change = this.felt(account, feel);
		if (change) await lane.bucket[change]().catch((error: unknown) => this.failed(error));
	}

	/** Writes of the account that could start now, over all workers; null when nothing limits it or Redis does not say. */
	async headroom(account: string): Promise<number | null> {
		const { client, namespace } = this.options;
		const asked = async () => {
			await this.clock.sync();
			return headroomIn(client, namespace, this.bucketsOf(account, 'write'), this.clock.now());
		};
		return await within(RETRY_MS, asked()).catch(() => null) ?? null;
	}

	/** Ends every wait (they resolve to undefined), waits for what runs to give its slot back, and closes the connection. */
	async stop(): Promise<void> {
		if (this.stopped) return;
		this.stopped = true;
		for (const timer of this.timers) clearInterval(timer);
		const lanes = [...this.lanes.values()];
		for (const lane of lanes) lane.stop();
		await atMost(this.options.stopGraceMs ?? STOP_GRACE_MS, lanes.map((lane) => lane.ended()));
		await atMost(GIVE_BACK_MS, lanes.map((lane) => lane.settled()));
		for (const lane of lanes) lane.bucket.close();
		if (this.raw) await this.raw.disconnect(false);
		else this.options.client.disconnect();
	}

	/** One lane after the other: the account's first, so that its wait uses up nothing of the app's. */
	private async through<T>(account: string, kind: CallKind, most: number, run: (slot: Slot) => Promise<T>): Promise<T | undefined> {
		if (this.stopped) return undefined;
		const lanes = this.bucketsOf(account, kind).map(([name, bucket]) => this.lane(name, bucket));
		const [own] = this.paces.has(account) ? lanes : [];
		if (own && own.pending >= most) return undefined;
		const slots: Slot[] = [];
		const enter = (index: number): Promise<T | undefined> => {
			const lane = lanes[index];
			if (!lane) return run({ unused: () => slots.forEach((slot) => slot.unused()) });
			return lane.run(account, (slot) => {
				slots.push(slot);
				return enter(index + 1);
			});
		};
		return enter(0);
	}

	/** The buckets one call of the account draws from, the account's own first. */
	private bucketsOf(account: string, kind: CallKind): [name: string, bucket: Bucket][] {
		return bucketsFor(account, kind, (who) => this.paces.get(who), this.options.timeFactor);
	}

	private lane(name: string, bucket: Bucket): Lane {
		const known = this.lanes.get(name);
		if (known) return known;
		const { client, log, longestRunMs = 180_000, patienceMs = 5000 } = this.options;
		const shared = new SharedBucket(this.idOf(name), bucket, { client, log, connection: () => this.connection() });
		const lane = new Lane({ bucket: shared, expirationMs: longestRunMs, patienceMs, log });
		this.lanes.set(name, lane);
		return lane;
	}

	private aim(account: string): void {
		for (const kind of ['write', 'read'] as const) {
			for (const [name, bucket] of this.bucketsOf(account, kind)) this.lanes.get(name)?.bucket.aim(bucket);
		}
	}

	private felt(account: string, feel: 'throttled' | 'clean'): 'slow' | 'quicken' | null {
		const feeling = this.feelings.get(account) ?? { clean: 0, slowedAt: -Infinity };
		this.feelings.set(account, feeling);
		if (feel === 'clean') {
			feeling.clean = (feeling.clean + 1) % CLEAN_CALLS;
			return feeling.clean === 0 ? 'quicken' : null;
		}
		feeling.clean = 0;
		if (performance.now() - feeling.slowedAt < SLOW_ONCE_MS / this.options.timeFactor) return null;
		feeling.slowedAt = performance.now();
		return 'slow';
	}

	private connection(): Promise<Connection> {
		return (this.opened ??= this.open());
	}

	private async open(): Promise<Connection> {
		const connection = openConnection(this.options.client);
		this.raw = connection;
		connection.on('error', (error) => this.failed(error));
		await connection.ready;
		while (!(await this.sync())) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
		mend(connection, () => this.clock.now(), (error) => this.failed(error));
		this.options.client.on('ready', () => void this.sync());
		return connection;
	}

	private async sync(): Promise<boolean> {
		return this.clock.sync().then(() => true, (error: unknown) => {
			this.failed(error);
			return this.stopped;
		});
	}

	/** What a lane has learned is in Redis, where it is found again. */
	private dropIdle(): void {
		for (const [name, lane] of this.lanes) {
			if (lane.idleMs <= this.idleMs) continue;
			lane.bucket.close();
			this.lanes.delete(name);
		}
	}

	private get idleMs(): number {
		return this.options.idleMs ?? IDLE_MS;
	}

	/** One line a while: a client that reconnects fails every second. */
	private failed(error: unknown): void {
		const now = performance.now();
		if (this.stopped || now - this.complainedAt < COMPLAIN_EVERY_MS) return;
		this.complainedAt = now;
		this.options.log({ level: 'warn', event: 'pacer.redis_failed', lane: null, message: error instanceof Error ? error.message : String(error) });
	}

	private idOf(name: string): string {
		return bucketId(this.options.namespace, name);
	}
}
