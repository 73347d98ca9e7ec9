import { tooLate } from '../job/deadline';
import { intoSuspicion, mayHaveLeft, type Forgotten } from '../job/doubt';
import type { Doubt, LeasedJob } from '../job/job';
import { afterLookAlongOf, withLook } from '../job/look';
import type { LookOutcome, Outcome } from '../job/outcome';
import type { Policy } from '../job/policy';
import { scanGapMs } from '../job/reconcile-plan';
import { transition } from '../job/transition';
import { describe, type Log } from '../log';
import type { Looked, PinOwners, Publisher, Trusted } from '../publish/contract';
import type { Claim, Lane } from '../store/job-store';
import type { FitAccount, World } from './contract';
import type { Leases } from './leases';
import type { Settling } from './settling';
import type { SlotUse } from './worker';

interface Parts {
	store: {
		claim(account: string, lane: Lane, max: number): Promise<Claim>;
		/** The board is not claimed to be read again before the gap is over. */
		scanned(account: string, boardId: string, gapMs: number): Promise<void>;
		beginSend(job: LeasedJob, budgetMs: number): Promise<{ sendBy: number; budgetMs: number } | null>;
		/** False when nothing was given back: a permit had been given, or the fence moved on. */
		giveBack(job: LeasedJob): Promise<boolean>;
		owners: PinOwners;
		media(sha256: string): Promise<Buffer | null>;
	};
	publisher: Publisher;
	settling: Pick<Settling, 'settle' | 'abandon' | 'drain'>;
	leases: Leases;
	policy: Policy;
	world: World;
	log: Log;
}

/** How many jobs in doubt one scan of a board serves. */
const LOOK_BATCH = 250;

/** Takes claimed jobs as far as they get: claim, publish or look, decide, settle. */
export class Attempts {
	private draining = false;
	private readonly left = new Set<string>();

	constructor(private readonly parts: Parts) {}

	/** From now on no permit is asked: what was not sent is given back. */
	drain(): void {
		this.draining = true;
		this.parts.settling.drain();
	}

	/** Nobody serves this account here any more, or somebody does again: meanwhile no permit is asked for it. */
	serves(account: string, isServed: boolean): void {
		if (isServed) this.left.delete(account);
		else this.left.add(account);
	}

	/** One slot of the publish lane: at most one job. */
	async publishNext(account: FitAccount, claimed: (nextAt: number | null) => void): Promise<SlotUse> {
		if (!await account.isFit()) return NOTHING;
		const claim = await this.parts.store.claim(account.account, 'publish', 1);
		if (claim.jobs.length > 0) claimed(claim.nextAt);
		let mayBeMade = false;
		for (const job of claim.jobs) {
			await this.parts.leases.during([job], async () => {
				mayBeMade = await this.publish(job, account, claim).catch((error: unknown) => this.parts.settling.abandon(job, error));
			});
		}
		return { jobs: claim.jobs.length, nextAt: claim.nextAt, noPin: claim.jobs.length > 0 && !mayBeMade };
	}

	/** One slot of the look lane: every job in doubt on one board, served by one scan. */
	async lookNext(account: FitAccount): Promise<SlotUse> {
		if (!await account.isFit()) return NOTHING;
		const claim = await this.parts.store.claim(account.account, 'look', LOOK_BATCH);
		if (claim.jobs.length > 0) await this.parts.leases.during(claim.jobs, () => this.look(claim, account));
		return { jobs: claim.jobs.length, nextAt: claim.nextAt };
	}

	private async look(claim: Claim, account: FitAccount): Promise<void> {
		const { outcomes, pages } = await this.scan(claim.jobs, account);
		const putOff = claim.jobs.filter(({ id }) => !outcomes.has(id)).length;
		if (putOff > 0) this.parts.log({ level: 'info', event: 'look.put_off', account: account.account, board: claim.jobs[0]!.content.boardId, jobs: putOff, pages });
		const policy = this.policyFor(claim, account);
		const ends = await Promise.allSettled(claim.jobs.map((job) => {
			const outcome = outcomes.get(job.id);
			if (!outcome) return this.parts.store.giveBack(job);
			return (job.dueAt ?? claim.at) > claim.at ? this.endAlong(job, outcome, policy) : this.end(job, outcome, policy);
		}));
		const failed = ends.find((end) => end.status === 'rejected');
		if (failed) throw failed.reason;
	}

	/** One who wants a person to decide is enough, be it this worker or another one that serves the account. */
	private policyFor({ neverResend }: Claim, account: FitAccount): Policy {
		const { policy } = this.parts;
		return { ...policy, neverResend: policy.neverResend || neverResend || account.neverResend === true };
	}

	/** One reading of the board; what it cost decides how long the next one gathers. What cannot be looked for goes back as it was. */
	private async scan(jobs: LeasedJob[], account: FitAccount): Promise<Looked> {
		const { publisher, store, policy, log } = this.parts;
		const looked = await publisher.look(jobs, { ...trustOf(account), owners: store.owners }).catch(async (error: unknown) => {
			await Promise.allSettled(jobs.map((job) => store.giveBack(job)));
			throw error;
		});
		const [first] = jobs as [LeasedJob];
		await store.scanned(first.account, first.content.boardId, scanGapMs(looked.pages, policy)).catch((error: unknown) =>
			log({ level: 'warn', event: 'scan.untold', account: first.account, ...describe(error) }));
		return looked;
	}

	/** Whether a Pin may have been made. */
	private async publish(job: LeasedJob, account: FitAccount, claim: Claim): Promise<boolean> {
		const forgotten = claim.cut !== null && mayHaveLeft(job, claim.cut) ? claim.cut : null;
		const policy = this.policyFor(claim, account);
		if (forgotten?.isFresh) {
			await this.suspect(job, forgotten, policy);
			return false;
		}
		const lookFrom = claim.lookFrom ?? forgotten?.lookFrom ?? null;
		const unseen = lookFrom === null ? job : await this.lookedFor(job, account, lookFrom, policy);
		return unseen !== null && await this.send(unseen, account, policy);
	}

	private async send(job: LeasedJob, account: FitAccount, policy: Policy): Promise<boolean> {
		const outcome = tooLate(job, this.parts.policy, this.parts.world.now()) ?? await this.parts.publisher.publish(job, {
			...trustOf(account),
			permit: (budgetMs) => this.draining || this.left.has(account.account) ? Promise.resolve(null) : this.parts.store.beginSend(job, budgetMs),
			media: (sha256) => this.parts.store.media(sha256),
		});
		// Where the time to send had passed after the permit, the attempt is settled: its lease may not be given back any more.
		if (outcome.kind === 'not_sent' && outcome.failure.code === 'permit_refused' && await this.parts.store.giveBack(job)) return false;
		await this.end(job, outcome, policy);
		return outcome.kind === 'published' || outcome.kind === 'unknown';
	}

	/** Its permit may be lost, and its Pin not to be seen yet: it waits until its absence is proven. */
	private async suspect(job: LeasedJob, forgotten: Forgotten, policy: Policy): Promise<void> {
		const { world } = this.parts;
		const change = intoSuspicion(job, forgotten, { policy, now: world.now(), random: () => world.random() });
		await this.parts.settling.settle(job, { kind: 'forgotten' }, change);
	}

	/** Acknowledged writes may be gone, this job's own success among them: answers the job only if its Pin is not there. */
	private async lookedFor(job: LeasedJob, account: FitAccount, lookFrom: number, policy: Policy): Promise<LeasedJob | null> {
		const suspected: LeasedJob = { ...job, inDoubt: this.suspicion(job, lookFrom) };
		const { outcomes } = await this.parts.publisher.look([suspected], { ...trustOf(account), owners: this.parts.store.owners });
		const outcome = outcomes.get(job.id);
		if (outcome?.kind === 'absent') return { ...job, ...withLook(job, outcome, this.parts) };
		// What could not be looked for is not sent either.
		if (outcome) await this.end(suspected, outcome, policy);
		else await this.parts.store.giveBack(job);
		return null;
	}

	/** An enqueue that was forgotten and came again looks younger than the Pin it had. */
	private suspicion(job: LeasedJob, lookFrom: number): Doubt {
		const notBefore = Math.min(job.createdAt, lookFrom) - this.parts.policy.createdBeforeSlackMs;
		return { notBefore, sendBy: this.parts.world.now(), step: 0, absentScans: 0 };
	}

	/** Decides and settles; proof that comes too late is kept as evidence. */
	private async end(job: LeasedJob, outcome: Outcome, policy: Policy): Promise<void> {
		const { world } = this.parts;
		const change = transition(job, outcome, policy, world.now(), () => world.random());
		if (await this.parts.settling.settle(job, outcome, change) === 'contested') await this.end(job, contested(outcome), policy);
	}

	/** The same for a job whose look was not due; what changed nothing is given back. */
	private async endAlong(job: LeasedJob, outcome: LookOutcome, policy: Policy): Promise<void> {
		const { world, store } = this.parts;
		const change = afterLookAlongOf(job, outcome, { policy, now: world.now(), random: () => world.random() });
		if (!change) return void await store.giveBack(job);
		if (await this.parts.settling.settle(job, outcome, change) === 'contested') await this.endAlong(job, contested(outcome), policy);
	}
}

/** What a call needs of an account, and nothing else of it. */
export function trustOf({ token, trusts, hears, reads }: FitAccount): Trusted {
	return { token, trusts, hears, reads };
}

/** Whoever found the token wanting wakes the worker when it is good again. */
const NOTHING: SlotUse = { jobs: 0, nextAt: null };

/** A Pin that was found and may not be adopted: it is another job's, or a twin is being sent. */
function contested(outcome: Outcome): LookOutcome {
	if (outcome.kind !== 'found') throw new TypeError(`Only an adoption is contested, not ${outcome.kind}.`);
	return { kind: 'contested', evidence: outcome.evidence };
}
