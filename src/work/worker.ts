import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Log } from '../log';
import { describe } from '../log';
import type { Lane } from '../store/job-store';
import type { FitAccount, World } from './contract';
import { DueTimes, Rounds } from './due-times';
import { Loop } from '../loop';

/** What became of a slot: how many jobs it served, and when the account's next one is due. */
export interface SlotUse {
	jobs: number;
	nextAt: number | null;
	/** A job was taken, and surely no Pin was made. */
	noPin?: boolean;
}

interface Parts {
	/** When each account's next job of the lane is due; accounts without one are absent. */
	nextDue(accounts: string[], lane: Lane): Promise<Map<string, number>>;
	/** Grants a slot in the account's line, then runs; what was not used of it may go back. */
	slot(lane: Lane, account: string, run: () => Promise<SlotUse>): Promise<void>;
	/** Claims and works inside the slot. `claimed` is called as soon as the claim has shown when the next job is due. */
	use(lane: Lane, account: FitAccount, claimed: (nextAt: number | null) => void): Promise<SlotUse>;
	world: World;
	/** Within this every account is asked about without a signal, ms. */
	idleMs: number;
	log: Log;
}

/** The shortest pause after a claim that gave nothing, ms. */
const QUIET_MS = 50;
/** The pause after a slot that was refused, ms. */
const REFUSED_MS = 250;

/** Slots that are asked for in one turn of the event loop: when thousands of accounts are due at once, the first of them need not wait for the last. */
const ASKS_A_TURN = 50;

const LANES: readonly Lane[] = ['look', 'media', 'upload', 'publish'];
/** Questions about videos of one account, and videos that are handed over. */
const MEDIA_STEPS_AT_ONCE = 2;

/**
 * The loop that serves every account of this process: sees who is due, asks the pacer for a slot, works inside it.
 * The backlog stays in Redis. At most `pace.concurrent` slots of an account are asked for at once, and of them one waits: who has a
 * long backlog stands once in the line of the app, as everybody does.
 */
export class Worker {
	private readonly accounts = new Map<string, FitAccount>();
	private readonly due = new Map<Lane, DueTimes>();
	private readonly rounds: Rounds;
	private readonly asked = new Map<string, number>();
	/** Asked for and not granted yet. */
	private readonly waiting = new Set<string>();
	private readonly quietUntil = new Map<string, number>();
	private readonly underWay = new Set<Promise<void>>();
	/** What has got its slot, and for which account: it may be about to send, or have sent. */
	private readonly inSlots = new Map<Promise<unknown>, string>();
	private readonly loop: Loop;
	private stopping = false;

	constructor(private readonly parts: Parts) {
		for (const lane of LANES) this.due.set(lane, new DueTimes((accounts) => parts.nextDue(accounts, lane)));
		this.rounds = new Rounds(parts.idleMs);
		this.loop = new Loop(() => this.look(), (error) => {
			parts.log({ level: 'warn', event: 'worker.look_failed', ...describe(error) });
			return Math.min(1000, parts.idleMs);
		});
	}

	start(): void {
		this.loop.start();
	}

	serve(account: FitAccount): void {
		this.accounts.set(account.account, account);
		this.wake(account.account);
	}

	/** Asks for no more slots of this account; resolves once what is in a slot has ended. */
	async drop(account: string): Promise<void> {
		this.accounts.delete(account);
		await Promise.allSettled([...this.inSlots].filter(([, label]) => label === account).map(([work]) => work));
	}

	/** Something of this account may be due earlier than we thought. */
	wake(account?: string): void {
		if (account !== undefined && !this.accounts.has(account)) return;
		for (const label of account === undefined ? this.accounts.keys() : [account]) {
			for (const lane of LANES) {
				this.quietUntil.delete(`${lane} ${label}`);
				this.doubt(lane, label);
			}
		}
		this.loop.wake();
	}

	/** Claims nothing more and waits for what is under way. */
	async stop(): Promise<void> {
		this.stopping = true;
		await this.loop.stop();
		await Promise.allSettled([...this.underWay]);
	}

	/** One look at who is due, and all the work that comes of it; for tests and for stepping by hand. */
	async runOnce(): Promise<void> {
		await this.look();
		while (this.underWay.size > 0) await Promise.allSettled([...this.underWay]);
	}

	private async look(): Promise<number> {
		const { world } = this.parts;
		const round = this.rounds.next(this.accounts, world.monotonic());
		for (const label of round.accounts) for (const lane of LANES) this.doubt(lane, label);
		let next = world.now() + round.waitMs, asks = 0;
		for (const lane of LANES) {
			const due = await this.due.get(lane)!.current();
			const now = world.now();
			for (const [label, at] of due) {
				if (!this.accounts.has(label)) this.due.get(lane)!.forget(label);
				else if (!this.waiting.has(`${lane} ${label}`)) {
					const from = this.askFrom(lane, label, { at, now });
					next = Math.min(next, from);
					if (from === Infinity && ++asks % ASKS_A_TURN === 0) await nextTurn();
				}
			}
		}
		return Math.max(1, next - world.now());
	}

	/** Asks for a slot if it is time; answers when it will be, Infinity when it is. */
	private askFrom(lane: Lane, label: string, { at, now }: { at: number; now: number }): number {
		const from = Math.max(at, this.quietUntil.get(`${lane} ${label}`) ?? 0);
		if (from > now) return from;
		this.ask(lane, label);
		return Infinity;
	}

	private doubt(lane: Lane, label: string): void {
		this.due.get(lane)!.doubt(label);
	}

	/** Asks for one slot, unless as many are asked for as the account may use. Looks share one. */
	private ask(lane: Lane, label: string): void {
		const account = this.accounts.get(label);
		const key = `${lane} ${label}`;
		const asked = this.asked.get(key) ?? 0;
		if (!account || this.stopping || this.waiting.has(key) || asked >= mostOf(lane, account)) return;
		this.asked.set(key, asked + 1);
		this.waiting.add(key);
		const work: Promise<void> = this.serveSlot(lane, label, key)
			.catch((error: unknown) => {
				this.parts.log({ level: 'warn', event: 'worker.slot_failed', account: label, lane, ...describe(error) });
				this.quietUntil.set(key, this.parts.world.now() + Math.min(1000, this.parts.idleMs));
			})
			.finally(() => {
				const left = this.asked.get(key)! - 1;
				if (left > 0) this.asked.set(key, left);
				else this.asked.delete(key);
				this.doubt(lane, label);
				this.underWay.delete(work);
				this.loop.wake();
			});
		this.underWay.add(work);
	}

	private async serveSlot(lane: Lane, label: string, key: string): Promise<void> {
		let isGranted = false;
		const granted = () => {
			isGranted = true;
			this.waiting.delete(key);
			// Until the claim tells more: what is known is the job that it takes.
			this.due.get(lane)!.forget(label);
		};
		const claimed = (nextAt: number | null) => {
			if (nextAt !== null && nextAt <= this.parts.world.now()) return this.ask(lane, label);
			this.doubt(lane, label);
			this.loop.wake();
		};
		await this.parts.slot(lane, label, async () => {
			granted();
			// Whoever is registered now: while the slot was waited for, the account may have got another token, or nobody may serve it.
			const account = this.accounts.get(label);
			if (this.stopping || !account) return { jobs: 0, nextAt: null };
			const used = await this.noted(label, this.parts.use(lane, account, claimed));
			// A due time that a claim did not confirm (a hold, a busy board) must not make the loop spin.
			const now = this.parts.world.now();
			// Nor may it keep us quiet for long: the signal of an earlier job may have overtaken the claim's answer.
			const idleAt = now + this.parts.idleMs;
			if (used.jobs === 0) this.quietUntil.set(key, Math.max(Math.min(used.nextAt ?? idleAt, idleAt), now + QUIET_MS));
			return used;
		}).finally(() => {
			if (isGranted) return;
			this.waiting.delete(key);
			// No slot is to be had while others wait for one: asking again at once would ask without end.
			this.quietUntil.set(key, this.parts.world.now() + REFUSED_MS);
		});
	}

	private async noted<T>(label: string, work: Promise<T>): Promise<T> {
		this.inSlots.set(work, label);
		return await work.finally(() => this.inSlots.delete(work));
	}
}

function mostOf(lane: Lane, { pace }: FitAccount): number {
	switch (lane) {
		case 'look': return 1;
		case 'media':
		case 'upload': return MEDIA_STEPS_AT_ONCE;
		case 'publish': return pace.concurrent;
	}
}
