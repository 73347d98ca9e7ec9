import { deadlineOf, endOfWaiting } from '../job/deadline';
import { intoSuspicion } from '../job/doubt';
import type { Job } from '../job/job';
import type { Policy } from '../job/policy';
import type { Terms } from '../job/terms';
import { describe, type Log } from '../log';
import type { ReviseAnswer, Revision } from '../store/contract';
import type { Overdue } from '../store/overdue';
import type { World } from './contract';

interface Parts {
	store: {
		overdue(max: number): Promise<Overdue[]>;
		fileDeadline(id: string, endsAt: number | null): Promise<void>;
		revise(id: string, revision: Revision): Promise<ReviseAnswer>;
	};
	policy: Policy;
	world: World;
	log: Log;
}

const BATCH = 50;

/**
 * Ends jobs whose time is over while they wait: under a hold, in a long line, or for a worker that nobody runs. No claim finds that
 * out, so that whichever worker looks ends them, whatever accounts it serves; of two that look together the script lets one.
 */
export class Deadlines {
	constructor(private readonly parts: Parts) {}

	/** One batch; answers how many there are no more of. */
	async end(): Promise<number> {
		const found = await this.parts.store.overdue(BATCH);
		const gone = await Promise.all(found.map((one) => this.alone(one)));
		return gone.filter(Boolean).length;
	}

	/** One that cannot be ended must not keep the others waiting. */
	private async alone({ id, job }: Overdue): Promise<boolean> {
		try {
			return await this.endOne(id, job);
		} catch (error) {
			this.parts.log({ level: 'warn', event: 'deadline.failed', job: id, ...describe(error) });
			return false;
		}
	}

	private async endOne(id: string, job: Job | null): Promise<boolean> {
		const { store, policy, world } = this.parts;
		const terms: Terms = { policy, now: world.now(), random: () => world.random() };
		const change = job && endOfWaiting(job, terms);
		if (!change) {
			// It does not wait any more, or another process was less patient.
			await store.fileDeadline(id, job && deadlineOf(job, policy));
			return true;
		}
		const asSeen = { expectedRevision: job.revision, expectedSeq: job.seq, aliases: [] };
		const answer = await store.revise(id, { ...asSeen, change, unasked: true });
		// Its permit may be lost with what Redis forgot: it is looked for before anybody is told that there will be no Pin.
		if (answer.kind === 'in_doubt') await store.revise(id, { ...asSeen, change: intoSuspicion(job, answer.cut, terms) });
		else if (answer.kind === 'revised') this.parts.log({ level: 'info', event: change.event ?? 'job.step', job: id, account: job.account, seq: change.job.seq, code: 'deadline_passed' });
		return true;
	}
}
