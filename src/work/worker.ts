import type { Log } from '../log';
import { describe } from '../log';
import type { Lane } from '../store/job-store';
import type { FitAccount, World } from './contract';
import { Loop } from '../loop';

/** What became of a slot: how many jobs it served, and when the account's next one is due. */
export interface SlotUse {
	jobs: number;
	nextAt: number | null;
}

interface Parts {
	/** When each account's next job of the lane is due; accounts without one are absent. */
	nextDue(accounts: string[], lane: Lane): Promise<Map<string, number>>;
	/** Grants a slot in the account's line, then runs; false when no job was found for it, so that its token may go back. */
	slot(lane: Lane, account: string, run: () => Promise<boolean>): Promise<void>;
	/** Claims and works inside the slot. `more` is called as soon as the claim has shown that another job is due. */
	use(lane: Lane, account: FitAccount, more: () => void): Promise<SlotUse>;
	world: World;
	/** How long to sleep at most without a signal, ms. */
	idleMs: number;
	log: Log;
}

/** The shortest pause after a claim that gave nothing, ms. */
const QUIET_MS = 50;

const LANES: readonly Lane[] = ['look', 'media', 'publish'];
/** Of one account: a video that is uploaded for a long time must not keep others from being asked about. */
const MEDIA_STEPS_AT_ONCE = 4;

/**
 * The loop that serves every account of this process: sees who is due, asks the pacer for a slot, works inside it.
 * The backlog stays in Redis; at most `pace.concurrent` slots of an account are asked for at once.
 */
export class Worker {
	private readonly accounts = new Map<string, FitAccount>();
	private readonly asked = new Map<string, number>();
	private readonly quietUntil = new Map<string, number>();
	private readonly underWay = new Set<Promise<void>>();
	/** What has got its slot, and for which account: it may be about to send, or have sent. */
	private readonly inSlots = new Map<Promise<unknown>, string>();
	private readonly loop: Loop;
	private stopping = false;

	constructor(private readonly parts: Parts) {
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
		if (account === undefined) this.quietUntil.clear();
		else for (const lane of LANES) this.quietUntil.delete(`${lane} ${account}`);
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
		let next = this.parts.world.now() + this.parts.idleMs;
		for (const lane of LANES) {
			const due = await this.parts.nextDue([...this.accounts.keys()], lane);
			const now = this.parts.world.now();
			for (const [label, at] of due) {
				const from = Math.max(at, this.quietUntil.get(`${lane} ${label}`) ?? 0);
				if (from <= now) this.ask(lane, label);
				else next = Math.min(next, from);
			}
		}
		return Math.max(1, next - this.parts.world.now());
	}

	/** Asks for one slot, unless as many are asked for as the account may use. Looks share one; media steps take none of its pace here. */
	private ask(lane: Lane, label: string): void {
		const account = this.accounts.get(label);
		const key = `${lane} ${label}`;
		const asked = this.asked.get(key) ?? 0;
		if (!account || this.stopping || asked >= mostOf(lane, account)) return;
		this.asked.set(key, asked + 1);
		const work: Promise<void> = this.serveSlot(lane, label, key)
			.catch((error: unknown) => {
				this.parts.log({ level: 'warn', event: 'worker.slot_failed', account: label, lane, ...describe(error) });
				this.quietUntil.set(key, this.parts.world.now() + Math.min(1000, this.parts.idleMs));
			})
			.finally(() => {
				this.asked.set(key, (this.asked.get(key) ?? 1) - 1);
				this.underWay.delete(work);
				this.loop.wake();
			});
		this.underWay.add(work);
	}

	private async serveSlot(lane: Lane, label: string, key: string): Promise<void> {
		await this.parts.slot(lane, label, async () => {
			// Whoever is registered now: while the slot was waited for, the account may have got another token, or nobody may serve it.
			const account = this.accounts.get(label);
			if (this.stopping || !account) return false;
			const used = await this.noted(label, this.parts.use(lane, account, () => this.ask(lane, label)));
			// A due time that a claim did not confirm (a hold, a busy board) must not make the loop spin.
			const now = this.parts.world.now();
			// Nor may it keep us quiet for long: the signal of an earlier job may have overtaken the claim's answer.
			const idleAt = now + this.parts.idleMs;
			if (used.jobs === 0) this.quietUntil.set(key, Math.max(Math.min(used.nextAt ?? idleAt, idleAt), now + QUIET_MS));
			return used.jobs > 0;
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
		case 'media': return MEDIA_STEPS_AT_ONCE;
		case 'publish': return pace.concurrent;
	}
}
