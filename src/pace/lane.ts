import { setTimeout as sleep } from 'node:timers/promises';
import type Bottleneck from 'bottleneck';
import type { Log } from '../log';
import { gapMs } from './buckets';
import type { SharedBucket } from './shared-bucket';

export interface LaneParts {
	bucket: SharedBucket;
	/** Longest time a slot is held, ms; after it Redis takes the slot of a dead worker back. */
	expirationMs: number;
	/** Silence of Redis, ms, after which slots are granted by a local gap. */
	patienceMs: number;
	log: Log;
}

/** A slot that was granted. */
export interface Slot {
	/** Nothing was sent in it: its token goes back. */
	unused(): void;
}

/** The slots of all lanes that a call has passed. */
export interface Passage extends Slot {
	/** A call may have been made, and no Pin: that of the day goes back. */
	noPin(): void;
}

/** How a call stands in line. */
export interface Standing {
	/** Whoever has less goes before all who have more, whosever turn it is; 0 by default. */
	rank?: number;
	/** Ends the wait: it resolves to undefined. */
	signal?: AbortSignal;
}

interface Waiter {
	account: string;
	/** In whose turn it comes: what goes last takes no turn from the account's other calls. */
	who: string;
	rank: number;
	begin(limiter: Bottleneck | null): Promise<void>;
	cancel(): void;
	/** Its place in Bottleneck's queue; null while it has none. */
	place: Place | null;
}

/** A place in Bottleneck's queue; who holds it may change. */
interface Place {
	holder: Waiter;
	since: number;
}

const LONGEST_TICK_MS = 1000;
/** Whoever still waits after so long asks when the next tokens come, ms. */
const FIRST_TICK_MS = 50;
/** A token is there from the millisecond in which it comes. */
const LATE_MS = 1;

/** A line of calls waiting for slots of one bucket, in which those who wait take turns. It paces; it guards nothing. */
export class Lane {
	private readonly waiters = new Set<Waiter>();
	/** Grants whose slot Redis has not got back yet. */
	private readonly held = new Set<Promise<unknown>>();
	private readonly running = new Set<Promise<unknown>>();
	private timer: NodeJS.Timeout | null = null;
	private probing: Promise<void> | null = null;
	/** The last sign of life, or since when one is waited for; null while nobody waits. */
	private heardAt: number | null = null;
	private alone = false;
	private nextAloneAt = 0;
	private usedAt = performance.now();
	/** Who had a slot, and with which turn. */
	private readonly turns = new Map<string, number>();
	private turn = 0;

	constructor(private readonly parts: LaneParts) {}

	get bucket(): SharedBucket {
		return this.parts.bucket;
	}

	/** Slots of this process that wait or run. */
	get pending(): number {
		return this.waiters.size + this.running.size;
	}

	/** How long nobody has wanted a slot, ms. */
	get idleMs(): number {
		return this.pending > 0 ? 0 : performance.now() - this.usedAt;
	}

	/** Runs `task` in a slot, as soon as there is one and it is the turn of the account; resolves to undefined when the lane is stopped first, or the wait ended. */
	run<T>(account: string, task: (slot: Slot) => Promise<T>, { rank = 0, signal }: Standing = {}): Promise<T | undefined> {
		if (signal?.aborted) return Promise.resolve(undefined);
		return new Promise((resolve, reject) => {
			// Its place in Bottleneck's queue stays, and gives the token back.
			const leave = () => void (this.waiters.delete(waiter) && resolve(undefined));
			signal?.addEventListener('abort', leave, { once: true });
			const waiter: Waiter = {
				account,
				who: rank > 0 ? `${account} ${rank}` : account,
				rank,
				place: null,
				cancel: () => resolve(undefined),
				begin: (limiter) => {
					this.waiters.delete(waiter);
					signal?.removeEventListener('abort', leave);
					const work = task({ unused: () => this.giveBack(limiter) });
					work.then(resolve, reject);
					return this.track(work);
				},
			};
			this.waiters.add(waiter);
			this.bucket.open().then((limiter) => this.queue(limiter, waiter), (error: unknown) => this.bucket.failed(error));
			this.arm();
		});
	}

	/** What of this account waits here need not any more: its limit was lifted. */
	letGo(account: string): void {
		for (const waiter of [...this.waiters]) if (waiter.account === account) void waiter.begin(null);
	}

	/** Every waiter is told that there will be no slot; what runs goes on. */
	stop(): void {
		if (this.timer) clearTimeout(this.timer);
		this.timer = null;
		for (const waiter of this.waiters) waiter.cancel();
		this.waiters.clear();
	}

	/** Resolves when what runs has ended. */
	async ended(): Promise<void> {
		await Promise.all([...this.running]);
	}

	/** Resolves when Redis has its slots back, after `stop` also those whose grant is on its way; never, should an answer be lost. */
	async settled(): Promise<void> {
		const { limiter } = this.bucket;
		if (limiter && unheard(limiter) > 0) {
			// Redis answers in turn: what was asked before this is heard now, and begins in a timer of Bottleneck's.
			await limiter.currentReservoir().catch((error: unknown) => this.bucket.failed(error));
			while (limiter.counts().RUNNING > 0) await sleep(1);
		}
		await Promise.allSettled([...this.held]);
	}

	private async track(work: Promise<unknown>): Promise<void> {
		const ended = work.then(() => undefined, () => undefined);
		this.running.add(ended);
		await ended;
		this.running.delete(ended);
		this.usedAt = performance.now();
	}

	private arm(ms = Math.min(FIRST_TICK_MS, this.tickMs)): void {
		if (this.timer !== null) return;
		this.heardAt ??= performance.now();
		this.timer = setTimeout(() => {
			this.timer = null;
			if (this.waiters.size === 0) this.heardAt = null;
			else this.tick(performance.now());
		}, ms);
	}

	/** The pause between two ticks, ms, unless it is known when the next tokens come. */
	private get tickMs(): number {
		return Math.min(LONGEST_TICK_MS, this.bucket.target.everyMs);
	}

	/** Somebody waits: wake Bottleneck, whose heartbeat is slower than our tokens, and go on without it when it is silent. */
	private tick(now: number): void {
		if (this.probing === null) {
			const probe: Promise<void> = this.probe().then((nextIn) => this.heard(nextIn), (error: unknown) => this.bucket.failed(error))
				.finally(() => (this.probing = this.probing === probe ? null : this.probing));
			this.probing = probe;
		}
		if (now - (this.heardAt ?? now) > this.parts.patienceMs) this.goAlone(now);
		if (this.alone) this.grantAlone(now);
		this.arm(this.tickMs);
	}

	/** Answers in how many ms the next tokens come. */
	private async probe(): Promise<number | null> {
		const limiter = await this.bucket.open();
		const tokens = await limiter.currentReservoir();
		for (const waiter of this.waiters) this.queue(limiter, waiter);
		// A slot of no weight makes Bottleneck look at its queue, even when the message of a free slot got lost.
		const [first] = this.waiters;
		const overdue = first?.place != null && performance.now() - first.place.since > LONGEST_TICK_MS;
		if (overdue && (tokens ?? 0) > 0) await limiter.schedule({ weight: 0, priority: 0 }, () => Promise.resolve());
		return this.bucket.nextTokensIn();
	}

	private heard(nextIn: number | null): void {
		if (this.alone) this.parts.log({ level: 'info', event: 'pacer.shared_again', lane: this.bucket.id });
		this.alone = false;
		this.bucket.answered();
		// Nobody waits any more, and nobody is to count from here how long Redis has been silent.
		if (this.timer === null) return;
		this.heardAt = performance.now();
		if (nextIn === null) return;
		// Whoever wakes later than the tokens come finds them taken by who came meanwhile, in another worker.
		clearTimeout(this.timer);
		this.timer = null;
		this.arm(Math.min(this.tickMs, Math.max(0, nextIn) + LATE_MS));
	}

	private queue(limiter: Bottleneck, waiter: Waiter): void {
		if (waiter.place !== null || !this.waiters.has(waiter)) return;
		const place: Place = { holder: waiter, since: performance.now() };
		waiter.place = place;
		const grant: Promise<unknown> = limiter.schedule({ expiration: this.parts.expirationMs }, async () => {
			this.held.add(grant);
			// Granted alone meanwhile, or stopped: the token is not needed.
			if (!this.waiters.has(place.holder)) return this.giveBack(limiter);
			return this.inTurn(place).begin(limiter);
		}).catch((error: unknown) => {
			place.holder.place = null;
			if (isExpiry(error)) this.parts.log({ level: 'info', event: 'pacer.slot_expired', lane: this.bucket.id, afterMs: this.parts.expirationMs });
			else this.bucket.failed(error);
		}).finally(() => this.held.delete(grant));
	}

	/** The turn is, of the least rank, of those who had theirs the longest ago: whoever has a long backlog stands behind them, whenever they came. */
	private inTurn(place: Place): Waiter {
		const turnOf = ({ who }: Waiter) => this.turns.get(who) ?? 0;
		const isBefore = (one: Waiter, other: Waiter) => one.rank < other.rank || (one.rank === other.rank && turnOf(one) < turnOf(other));
		let next = place.holder;
		for (const waiter of this.waiters) if (waiter.place && isBefore(waiter, next)) next = waiter;
		if (next.place && next !== place.holder) {
			[next.place.holder, place.holder.place] = [place.holder, next.place];
			[place.holder, next.place] = [next, place];
		}
		this.turn += 1;
		this.turns.set(next.who, this.turn);
		return next;
	}

	private giveBack(limiter: Bottleneck | null): void {
		limiter?.incrementReservoir(1).catch((error: unknown) => this.bucket.failed(error));
	}

	private goAlone(now: number): void {
		const silentMs = Math.round(now - (this.heardAt ?? now));
		if (!this.alone) this.parts.log({ level: 'warn', event: 'pacer.alone', lane: this.bucket.id, silentMs });
		if (!this.alone) this.nextAloneAt = now;
		this.alone = true;
		// Every while a new limiter: the commands of this one may have been lost with their connection.
		this.bucket.renew();
		this.probing = null;
		for (const waiter of this.waiters) waiter.place = null;
		this.heardAt = now;
	}

	/** One at a time at half the pace: another worker may be alone as well. */
	private grantAlone(now: number): void {
		const [waiter] = this.waiters;
		if (!waiter || now < this.nextAloneAt) return;
		this.nextAloneAt = now + 2 * gapMs(this.bucket.target);
		const grant = waiter.begin(null).finally(() => this.held.delete(grant));
		this.held.add(grant);
	}
}

/** Calls of this limiter that Redis may have granted without their knowing it. */
function unheard(limiter: Bottleneck): number {
	const { QUEUED, RUNNING } = limiter.counts();
	return QUEUED + RUNNING;
}

/** A look or an upload took longer than a slot is held: the slot was taken back, and what runs goes on. Nothing is wrong with Redis. */
function isExpiry(error: unknown): boolean {
	return error instanceof Error && error.message.startsWith('This job timed out');
}
