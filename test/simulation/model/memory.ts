import type { Change } from '../../../src/job/change';
import type { Job } from '../../../src/job/job';

const PENDING_MS = 2500;

/** What Redis may have forgotten, and how long that is allowed for. */
export class Memory {
	/** Acknowledged writes are gone and nobody has noticed yet. */
	rolledBack = false;
	/** Every send is preceded by a look until the first two, none is sent at all until the third. */
	private quarantineUntil = 0;
	private suspectUntil = 0;
	private pendingUntil = 0;
	/** What was due then may have been sent on a permit that is gone. */
	private cutAt = 0;

	constructor(private readonly horizonMs: number) {}

	/** Every script that changes something notices what is gone. */
	written(now: number): void {
		this.cutAt = this.lostAt(now);
		if (this.rolledBack) this.quarantineUntil = Math.max(this.quarantineUntil, now + this.horizonMs);
		this.rolledBack = false;
	}

	/** A worker that may have sent was registered as Redis went down. */
	restarted(now: number): void {
		this.cutAt = now;
		this.suspectUntil = now + this.horizonMs;
		this.pendingUntil = now + PENDING_MS;
	}

	isQuarantined(now: number): boolean {
		return this.rolledBack || this.isLooking(now);
	}

	/** How long nothing may be sent, ms: the workers of before are still coming back. */
	pendingMs(now: number): number {
		const isKnownToBeGone = this.rolledBack || this.quarantineUntil > now;
		return isKnownToBeGone ? 0 : Math.max(0, this.pendingUntil - now);
	}

	/** Whether nobody may change a job so by hand, since it may have been sent as it was. */
	denies(job: Job, { job: after, event }: Change, unasked: boolean, now: number): boolean {
		const isDenied = event === 'job.updated' || (event === 'job.canceled' && (this.isQuarantined(now) || !after.mayExist)) || unasked;
		return isDenied && (this.mayHaveLost(job, now) || (unasked && this.isQuarantined(now)));
	}

	private mayHaveLost({ createdAt, dueAt }: Job, now: number): boolean {
		return Math.max(createdAt, dueAt ?? createdAt) <= this.lostAt(now);
	}

	private isLooking(now: number): boolean {
		return Math.max(this.quarantineUntil, this.suspectUntil) > now;
	}

	private lostAt(now: number): number {
		return this.rolledBack && !this.isLooking(now) ? now : this.cutAt;
	}
}
