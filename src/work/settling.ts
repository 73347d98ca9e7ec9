import { isEngineError } from '../errors';
import type { LeasedJob } from '../job/job';
import type { Change } from '../job/transition';
import { describe, type Log } from '../log';
import type { SettleAnswer } from '../store/job-store';

interface Parts {
	store: {
		settle(job: LeasedJob, change: Change): Promise<SettleAnswer>;
		/** A Pin that turned up after the fence had moved on. */
		evidence(id: string, pinId: string): Promise<void>;
		/** False when nothing was given back: a permit had been given, or the fence moved on. */
		giveBack(job: LeasedJob): Promise<boolean>;
	};
	log: Log;
}

const SETTLE_AGAIN_MS = 500;

/** Tells the store what became of a job. */
export class Settling {
	private draining = false;

	constructor(private readonly parts: Parts) {}

	/** From now on Redis is not waited for: what cannot be told is decided anew when the lease has run out. */
	drain(): void {
		this.draining = true;
	}

	/** Applies a change; proof that comes too late is kept as evidence. While Redis is away this waits. */
	async settle(job: LeasedJob, outcome: { kind: string }, change: Change): Promise<SettleAnswer['kind']> {
		const { store } = this.parts;
		const answer = await this.insisted(job, change, () => store.settle(job, change));
		const { pin } = change;
		if (answer.kind === 'lease_lost' && pin?.by === 'answer') await this.insisted(job, change, () => store.evidence(job.id, pin.id));
		if (answer.kind !== 'contested') this.tell(job, outcome, change, answer);
		return answer.kind;
	}

	/** Our own trouble: the job goes back at once, and no lost lease is counted against it. The store refuses that once a permit was given. */
	async abandon(job: LeasedJob, error: unknown): Promise<never> {
		await this.parts.store.giveBack(job).catch((failure: unknown) =>
			this.parts.log({ level: 'warn', event: 'job.give_back_failed', job: job.id, ...describe(failure) }));
		throw error;
	}

	/** While Redis is away the outcome is kept here: it is told as soon as Redis is back, however late. */
	private async insisted<T>(job: LeasedJob, { pin }: Change, tell: () => Promise<T>): Promise<T> {
		for (;;) {
			try {
				return await tell();
			} catch (error) {
				this.parts.log({ level: 'warn', event: 'settle.waiting', job: job.id, pinId: pin?.id ?? null, ...describe(error) });
				// What is wrong for another reason stays so: the lease runs out, and its outcome is decided anew.
				if (this.draining || !isEngineError(error)) throw error;
				await new Promise((resolve) => setTimeout(resolve, SETTLE_AGAIN_MS));
			}
		}
	}

	private tell(job: LeasedJob, outcome: { kind: string }, change: Change, answer: SettleAnswer): void {
		this.parts.log({
			level: answer.kind === 'settled' ? 'info' : 'warn', event: change.event ?? 'job.step', job: job.id, account: job.account,
			seq: change.job.seq, state: change.job.state, phase: change.job.phase, attempt: change.job.attempts, outcome: outcome.kind,
			code: change.job.lastError?.code ?? null, pinId: change.job.pinId, settle: answer.kind,
			nextAt: change.job.dueAt === null ? null : new Date(change.job.dueAt).toISOString(),
		});
	}
}
