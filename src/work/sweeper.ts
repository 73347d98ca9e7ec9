import type { LeasedJob } from '../job/job';
import type { Policy } from '../job/policy';
import { transition, type Change } from '../job/transition';
import { describe, type Log } from '../log';
import type { SettleAnswer } from '../store/job-store';
import type { World } from './contract';
import { Loop } from '../loop';

interface Parts {
	store: {
		/** Gives expired leases a new owner: this process, for as long as it takes to settle them. */
		takeOver(max: number): Promise<LeasedJob[]>;
		settle(job: LeasedJob, change: Change): Promise<SettleAnswer>;
	};
	/** Each keeps one thing in bounds; they run one after the other. */
	chores: { name: string; everyMs: number; run(): Promise<unknown> }[];
	policy: Policy;
	world: World;
	everyMs: number;
	log: Log;
}

/** How many expired leases one call takes over; more wait for the next call of the same round. */
const BATCH = 50;

/** Turns expired leases into outcomes, ends holds whose time is over, drops what is past its keeping. */
export class Sweeper {
	private readonly loop: Loop;
	private readonly lastRun = new Map<string, number>();

	constructor(private readonly parts: Parts) {
		this.loop = new Loop(async () => {
			await this.round();
			return parts.everyMs;
		}, () => parts.everyMs);
	}

	start(): void {
		this.loop.start();
	}

	async stop(): Promise<void> {
		await this.loop.stop();
	}

	/** One round; each part of it fails alone. */
	async round(): Promise<void> {
		await this.alone('take_over', () => this.takeOver());
		for (const chore of this.parts.chores) {
			const now = this.parts.world.monotonic();
			const due = (this.lastRun.get(chore.name) ?? -Infinity) + chore.everyMs;
			if (now < due) continue;
			this.lastRun.set(chore.name, now);
			await this.alone(chore.name, () => chore.run());
		}
	}

	private async takeOver(): Promise<void> {
		for (;;) {
			const jobs = await this.parts.store.takeOver(BATCH);
			// One that cannot be ended must not keep the others waiting for another lease.
			for (const job of jobs) await this.alone('take_over', () => this.endLost(job));
			if (jobs.length < BATCH) return;
		}
	}

	private async endLost(job: LeasedJob): Promise<void> {
		const { world } = this.parts;
		const policy = { ...this.parts.policy, neverResend: this.parts.policy.neverResend || job.lease.neverResend === true };
		const afterPermit = job.lease.sendBy !== null;
		const change = transition(job, { kind: 'lease_lost', afterPermit, sendBy: job.lease.sendBy }, policy, world.now(), () => world.random());
		const answer = await this.parts.store.settle(job, change);
		this.parts.log({ level: 'warn', event: 'lease.taken_over', job: job.id, account: job.account, afterPermit, state: change.job.state, settle: answer.kind });
	}

	private async alone(name: string, run: () => Promise<unknown>): Promise<void> {
		try {
			await run();
		} catch (error) {
			this.parts.log({ level: 'warn', event: 'sweep.failed', chore: name, ...describe(error) });
		}
	}
}
