import { tooLate } from '../job/deadline';
import { intoSuspicion, mayHaveLeft, type Forgotten } from '../job/doubt';
import type { LeasedJob } from '../job/job';
import type { MediaOutcome } from '../job/outcome';
import type { Policy } from '../job/policy';
import { transition } from '../job/transition';
import type { Passage } from '../pace/pacer';
import type { Publisher } from '../publish/contract';
import type { Claim, Lane } from '../store/job-store';
import { trustOf } from './attempts';
import type { FitAccount, World } from './contract';
import type { Leases } from './leases';
import type { Settling } from './settling';
import type { SlotUse } from './worker';

interface Parts {
	store: {
		claim(account: string, lane: Lane, max: number): Promise<Claim>;
		/** Whether a call of this job that writes may leave now; it is counted then. */
		beginWrite(job: LeasedJob): Promise<boolean>;
		giveBack(job: LeasedJob): Promise<boolean>;
	};
	publisher: Pick<Publisher, 'handOver' | 'mediaStatus'>;
	/** Runs a call in a slot of the account's writes, once there is one; undefined when there is none to come. */
	writeSlot<T>(account: string, call: (slot: Passage) => Promise<T>): Promise<T | undefined>;
	settling: Pick<Settling, 'settle' | 'abandon'>;
	leases: Pick<Leases, 'during'>;
	policy: Policy;
	world: World;
}

/** Uploads of one process: more would take each other's line, and each holds some megabytes. */
const UPLOADS_AT_ONCE = 2;
/** A registration that waits longer for its slot gives its turn to another account's video. */
const SLOT_WAIT_MS = 60_000;

/**
 * Takes a video to Pinterest step by step: hand it over, then ask now and then whether it is ready. No step sends a Pin, so
 * none asks for a permit, and any of them may be repeated by whoever comes after a worker that was lost. What registers a video
 * writes: right before it leaves it asks whether the account is held, and counts as a Pin does.
 */
export class MediaSteps {
	private readonly aborts = new Map<AbortController, string>();
	private readonly left = new Set<string>();
	private draining = false;
	private uploads = 0;
	private readonly waiting: (() => void)[] = [];

	constructor(private readonly parts: Parts) {}

	/** From now on nothing is handed over: what was not is given back. */
	drain(): void {
		this.draining = true;
		for (const abort of this.aborts.keys()) abort.abort();
	}

	/** The same for one account that nobody serves here any more, or the end of it. */
	serves(account: string, isServed: boolean): void {
		if (isServed) return void this.left.delete(account);
		this.left.add(account);
		for (const [abort, label] of this.aborts) if (label === account) abort.abort();
	}

	/** Runs once fewer videos are handed over here; nothing is claimed for it before. */
	async inTurn<T>(run: () => Promise<T>): Promise<T> {
		while (this.uploads >= UPLOADS_AT_ONCE) await new Promise<void>((resolve) => this.waiting.push(resolve));
		this.uploads += 1;
		try {
			return await run();
		} finally {
			this.uploads -= 1;
			this.waiting.shift()?.();
		}
	}

	/** One step of one job: a video is handed over (lane `upload`, inside `inTurn`) or asked about (lane `media`, inside a slot of the account's reads). */
	async next(lane: 'upload' | 'media', account: FitAccount, claimed: (nextAt: number | null) => void): Promise<SlotUse> {
		if (!await account.isFit()) return { jobs: 0, nextAt: null };
		const { store, leases, settling } = this.parts;
		const { jobs: [job], nextAt, cut } = await store.claim(account.account, lane, 1);
		if (!job) return { jobs: 0, nextAt };
		claimed(nextAt);
		const isTaken = await leases.during([job], () => this.begin(job, account, cut).catch((error: unknown) => settling.abandon(job, error)));
		// What was given back is still due, and not to be claimed again at once.
		return { jobs: isTaken ? 1 : 0, nextAt: isTaken ? nextAt : null };
	}

	/**
	 * What stands at a step of its video after Redis lost what it had been told may have been published since: it is looked for first,
	 * before a step moves the time by which that is known.
	 */
	private async begin(job: LeasedJob, account: FitAccount, cut: Forgotten | null): Promise<boolean> {
		if (cut === null || !mayHaveLeft(job, cut)) return await this.step(job, account);
		const { policy, world, settling } = this.parts;
		await settling.settle(job, { kind: 'forgotten' }, intoSuspicion(job, cut, { policy, now: world.now(), random: () => world.random() }));
		return true;
	}

	/** False when the job went back as it was. */
	private async step(job: LeasedJob, account: FitAccount): Promise<boolean> {
		const { policy, world, store, settling } = this.parts;
		const outcome = tooLate(job, policy, world.now()) ?? await this.outcomeOf(job, account);
		if (outcome === null) {
			await store.giveBack(job);
			return false;
		}
		await settling.settle(job, outcome, transition(job, outcome, policy, world.now(), () => world.random()));
		return true;
	}

	/** Null when the step was not taken. */
	private async outcomeOf(job: LeasedJob, account: FitAccount): Promise<MediaOutcome | null> {
		const outcome = job.upload === null ? await this.handOver(job, account) : await this.parts.publisher.mediaStatus(job, trustOf(account));
		return outcome && 'failure' in outcome && outcome.failure.code === 'permit_refused' ? null : outcome;
	}

	/** The call that registers it waits for a slot; the upload itself holds none. */
	private async handOver(job: LeasedJob, account: FitAccount): Promise<MediaOutcome | null> {
		if (this.draining || this.left.has(account.account)) return null;
		const abort = new AbortController();
		this.aborts.set(abort, account.account);
		try {
			const write = <T>(call: () => Promise<T>) => this.inSlot(job, abort.signal, call);
			const outcome = await this.parts.publisher.handOver(job, { ...trustOf(account), write, signal: abort.signal });
			// A failure of what was stopped says nothing; what got through all the same is kept.
			return abort.signal.aborted && outcome.kind !== 'handed_over' ? null : outcome;
		} finally {
			this.aborts.delete(abort);
		}
	}

	/** Undefined when it was stopped before its slot came, no slot came for long, or the account is held: then it has not been called, and will not be. */
	private async inSlot<T>(job: LeasedJob, signal: AbortSignal, call: () => Promise<T>): Promise<T | undefined> {
		const over = AbortSignal.any([signal, AbortSignal.timeout(SLOT_WAIT_MS)]);
		let isBegun = false;
		const called = this.parts.writeSlot(job.account, async (slot) => {
			if (over.aborted) return void slot.unused();
			isBegun = true;
			// A hold may have come up while the slot was waited for.
			if (!await this.parts.store.beginWrite(job) || signal.aborted) return void slot.unused();
			return await call();
		});
		const ended = new Promise<void>((resolve) => {
			if (over.aborted) resolve();
			else over.addEventListener('abort', () => resolve(), { once: true });
		});
		return await Promise.race([called, ended.then(() => (isBegun ? called : undefined))]);
	}
}
