import type { Lease, LeasedJob } from '../job/job';
import type { Log } from '../log';

interface Parts {
	/** Moves the ends of these leases; answers the ids whose fence moved on. */
	extend(leases: { id: string; lease: Lease }[]): Promise<string[]>;
	log: Log;
}

/** Keeps the leases of the jobs at work alive, all in one call a heartbeat. */
export class Leases {
	private readonly held = new Map<string, LeasedJob>();

	constructor(private readonly parts: Parts) {}

	get size(): number {
		return this.held.size;
	}

	/** Holds the leases of these jobs while `work` runs. */
	async during<T>(jobs: LeasedJob[], work: () => Promise<T>): Promise<T> {
		for (const job of jobs) this.held.set(job.id, job);
		try {
			return await work();
		} finally {
			for (const job of jobs) if (this.held.get(job.id) === job) this.held.delete(job.id);
		}
	}

	/** One heartbeat. A lease that was taken over is not fought for: its settle will be refused. */
	async beat(): Promise<void> {
		if (this.held.size === 0) return;
		const lost = await this.parts.extend([...this.held.values()].map(({ id, lease }) => ({ id, lease })));
		// What was settled meanwhile is nobody's any more, and no loss: its answer came before this one, and is taken in within this turn.
		if (lost.length > 0) await new Promise((resolve) => setImmediate(resolve));
		for (const id of lost) {
			if (this.held.delete(id)) this.parts.log({ level: 'warn', event: 'lease.lost', job: id });
		}
	}
}
