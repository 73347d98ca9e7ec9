import type { PaceSettings } from '../config';
import { APP } from '../job/hold';
import type { Heard } from '../job/rate-headers';
import type { Log } from '../log';
import { drawNoMore, mend, openConnection, type Connection, type RedisClient } from './bottleneck-connection';
import { bucketId, bucketsFor, CALL_KINDS, laneName, pinsLaneName, PURPOSES, type Bucket, type CallKind, type Purpose } from './buckets';
import { headroomIn } from './headroom';
import { Lane, type Passage, type Slot, type Standing } from './lane';
import { leftIn, steered } from './limits';
import { RedisClock } from './redis-clock';
import { SharedBucket } from './shared-bucket';
import { Steering, type PaceMemory } from './steering';
import { atMost, within } from './within';

export type { Passage } from './lane';
export type { PaceMemory, Remembered } from './steering';

export interface PacerOptions {
	/** An ioredis client of the pacer's own: not lazy, without keyPrefix. Bottleneck duplicates it; `stop` ends both. */
	client: RedisClient;
	namespace: string;
	memory: PaceMemory;
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

/** How a slot is asked for: how many of the account may wait or run here, and what for. */
interface Asked extends Standing {
	most?: number;
	purpose?: Purpose;
}

const CLOCK_EVERY_MS = 30_000;
const RETRY_MS = 500;
const COMPLAIN_EVERY_MS = 30_000;
const IDLE_MS = 30_000;
const STOP_GRACE_MS = 30_000;
const GIVE_BACK_MS = 1000;
/** Looks of one account that may wait or run at once. */
const READS_AT_ONCE = 4;
/** How often the pace of an account in use follows the time, and what other workers heard, ms. */
const STEER_EVERY_MS = 10_000;
const SHORTEST_STEER_MS = 200;

/**
 * Grants slots in the lanes of accounts and of the app, shared by all workers of a namespace. It keeps bursts away from
 * Pinterest and never decides what may be sent: holds, running caps and board gaps are the claim's business.
 */
export class Pacer {
	private readonly paces = new Map<string, PaceSettings>();
	private readonly lanes = new Map<string, Lane>();
	/** Slots of each lane that are asked for or held, without those that may wait however many there are. */
	private readonly asked = new Map<string, number>();
	private readonly clock: RedisClock;
	private readonly steering: Steering;
	private readonly timers: NodeJS.Timeout[];
	private opened: Promise<Connection> | null = null;
	private raw: Connection | null = null;
	private stopped = false;
	private complainedAt = -Infinity;

	constructor(private readonly options: PacerOptions) {
		this.clock = new RedisClock(options.client, `b_{${options.namespace}}`);
		options.client.on('error', (error) => this.failed(error));
		this.steering = new Steering({ memory: options.memory, now: () => this.now(), timeFactor: options.timeFactor });
		this.timers = [
			setInterval(() => this.raw && void this.sync(), CLOCK_EVERY_MS), setInterval(() => this.dropIdle(), this.idleMs / 5),
			setInterval(() => void this.steer(), this.steerMs),
		];
		for (const timer of this.timers) timer.unref();
		if (options.appPace) this.paces.set(APP, options.appPace);
	}

	/** The pace of an account from now on; null takes its limit away. */
	limit(account: string, pace: PaceSettings | null): void {
		if (pace) this.paces.set(account, pace);
		else this.paces.delete(account);
		if (!pace) this.steering.forget(account);
		this.aim(account);
		// What waits by a limit that is gone would wait by it to its end.
		const drawn = new Set(CALL_KINDS.flatMap((kind) => PURPOSES.flatMap((purpose) => this.bucketsOf(account, kind, purpose).map(([name]) => name))));
		for (const [name, lane] of this.lanes) if (!drawn.has(name)) lane.letGo(account);
	}

	/**
	 * Runs `run` in a slot for one write of the account, once there is one. Resolves to undefined, without having run it,
	 * when the pacer stops or as many slots of the account wait or run here as it may use at once.
	 */
	slot<T>(account: string, run: (slot: Passage) => Promise<T>): Promise<T | undefined> {
		const most = this.paces.get(account)?.concurrent ?? Infinity;
		return this.through(account, 'write', run, { most });
	}

	/** The same for a write that may wait, however many of the account do. */
	queuedSlot<T>(account: string, run: (slot: Passage) => Promise<T>): Promise<T | undefined> {
		return this.through(account, 'write', run, { purpose: 'registration' });
	}

	/** The same for one look, out of a share of the pace that writes cannot use up. */
	readSlot<T>(account: string, run: (slot: Passage) => Promise<T>): Promise<T | undefined> {
		return this.through(account, 'read', run, { most: READS_AT_ONCE });
	}

	/** The same for a read that may wait, however many of the account do, until its signal ends that. */
	queuedRead<T>(account: string, run: (slot: Passage) => Promise<T>, asked: Standing & { purpose: Purpose }): Promise<T | undefined> {
		return this.through(account, 'read', run, asked);
	}

	/**
	 * Hears an answer to a call of the account. The pace follows the limit that its headers name, never above the settings; a refusal
	 * teaches what the limit is (`learning.ts`). Calls that are used up close the lane until there are more: nobody waits for a 429.
	 */
	async heard(account: string, heard: Heard): Promise<void> {
		const pace = this.paces.get(account), bucket = this.lanes.get(laneName(account, heard.kind))?.bucket;
		if (!pace || !bucket || this.stopped) return;
		try {
			const left = leftIn(heard.headers, heard.kind, this.options.timeFactor);
			if (left && left.calls < bucket.target.maximum) await bucket.leave(left.calls, left.calls === 0 ? left.resetMs : null);
			if (await this.steering.hear(account, heard, pace)) this.aim(account);
		} catch (error) {
			this.failed(error);
		}
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
		// A token that is given back would be taken by the next of those that wait no more.
		if (this.raw) drawNoMore(this.raw);
		await atMost(this.options.stopGraceMs ?? STOP_GRACE_MS, lanes.map((lane) => lane.ended()));
		await atMost(GIVE_BACK_MS, lanes.map((lane) => lane.settled()));
		for (const lane of lanes) lane.bucket.close();
		if (this.raw) await this.raw.disconnect(false);
		else this.options.client.disconnect();
	}

	/** One lane after the other: the account's first, so that its wait uses up nothing of the app's. */
	private async through<T>(account: string, kind: CallKind, run: (slot: Passage) => Promise<T>, { most = Infinity, purpose, ...standing }: Asked): Promise<T | undefined> {
		if (this.paces.has(account)) await this.steering.first(account)?.catch((error: unknown) => this.failed(error));
		if (this.stopped) return undefined;
		const name = laneName(account, kind), counts = this.paces.has(account) && most < Infinity;
		if (counts && (this.asked.get(name) ?? 0) >= most) return undefined;
		const count = (by: number) => counts && this.asked.set(name, (this.asked.get(name) ?? 0) + by);
		count(1);
		const slots = new Map<string, Slot>(), passed = new Set<string>();
		let hasBegun = false;
		const giveBack = (lane: string) => {
			slots.get(lane)?.unused();
			slots.delete(lane);
		};
		const unused = () => [...slots.keys()].forEach(giveBack), noPin = () => giveBack(pinsLaneName(account));
		const enter = (): Promise<T | undefined> => {
			// Anew at each step: a limit may have been set or lifted while another was waited for.
			const next = this.bucketsOf(account, kind, purpose).find(([lane]) => !passed.has(lane));
			hasBegun ||= !next;
			if (!next) return run({ unused, noPin });
			passed.add(next[0]);
			return this.lane(...next).run(account, async (slot) => {
				slots.set(next[0], slot);
				const done = await enter();
				// Its wait ended in a later lane, or the pacer stopped.
				if (!hasBegun) unused();
				return done;
			}, standing);
		};
		return enter().finally(() => count(-1));
	}

	/** The buckets one call of the account draws from, the account's own first. */
	private bucketsOf(account: string, kind: CallKind, purpose?: Purpose): [name: string, bucket: Bucket][] {
		const { timeFactor } = this.options;
		return bucketsFor(account, kind, {
			of: (who) => this.paces.get(who), timeFactor, steered: (pace) => steered(pace, kind, this.steering.of(account, kind), { now: this.now(), timeFactor }),
		}, purpose);
	}

	private lane(name: string, bucket: Bucket): Lane {
		const known = this.lanes.get(name);
		if (known) return known;
		const { client, log, longestRunMs = 180_000, patienceMs = 5000 } = this.options;
		const shared = new SharedBucket(this.idOf(name), bucket, { client, log, now: () => this.now(), connection: () => this.connection() });
		const lane = new Lane({ bucket: shared, expirationMs: longestRunMs, patienceMs, log });
		this.lanes.set(name, lane);
		return lane;
	}

	private aim(account: string): void {
		for (const kind of CALL_KINDS) {
			// What reads draw from at most: a list's share of the day too.
			for (const [name, bucket] of this.bucketsOf(account, kind, kind === 'read' ? 'list' : undefined)) this.lanes.get(name)?.bucket.aim(bucket);
		}
	}

	/** What other workers heard, and the time that passed, may allow another pace. */
	private async steer(): Promise<void> {
		const used = [...this.paces.keys()].filter((account) => CALL_KINDS.some((kind) => (this.lanes.get(laneName(account, kind))?.idleMs ?? Infinity) < 2 * this.steerMs));
		for (const account of used) {
			await this.steering.recall(account).catch((error: unknown) => this.failed(error));
			this.aim(account);
		}
	}

	private get steerMs(): number {
		return Math.max(SHORTEST_STEER_MS, STEER_EVERY_MS / this.options.timeFactor);
	}

	/** Epoch ms; of Redis as soon as it was asked. */
	private now(): number {
		return this.clock.isSet ? this.clock.now() : Date.now();
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
