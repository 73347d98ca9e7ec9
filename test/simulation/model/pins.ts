import type { Job } from '../../../src/job/job';
import { BURIED } from '../../../src/job/reconcile-plan';
import type { Change } from '../../../src/job/transition';

/** Whose each Pin is, and who lost one that it had adopted. */
export class Pins {
	readonly owners = new Map<string, { by: 'answer' | 'adopted'; id: string }>();
	readonly displaced = new Set<string>();
	/** Pins of jobs past their keeping. */
	readonly buried = new Set<string>();

	/** `isKept` says whether there still is a record of the job. */
	constructor(private readonly isKept: (id: string) => boolean) {}

	ownerOf(pinId: string | null): string | null {
		return this.owners.get(pinId ?? '')?.id ?? (this.buried.has(pinId ?? '') ? BURIED : null);
	}

	/** Whether the Pin that a job has belongs to another. */
	isAnothers({ id, pinId }: Job): boolean {
		const owner = this.ownerOf(pinId);
		return owner !== null && owner !== id;
	}

	/** The job has another Pin than before, or none. */
	leave({ id, pinId }: Job): void {
		if (this.ownerOf(pinId) === id) this.owners.delete(pinId!);
		this.displaced.delete(id);
	}

	/** The record is gone, and its Pin nobody else's. */
	bury(job: Job): void {
		if (this.owners.get(job.pinId ?? '')?.id === job.id) {
			this.owners.delete(job.pinId!);
			this.buried.add(job.pinId!);
		}
		this.displaced.delete(job.id);
	}

	/** Answers the job that loses the Pin. */
	own(id: string, pin: NonNullable<Change['pin']>): string | null {
		const owner = this.owners.get(pin.id);
		if (owner && owner.id !== id && owner.by === 'answer') return null;
		this.owners.set(pin.id, { by: pin.by, id });
		if (!owner || owner.id === id) return null;
		if (this.isKept(owner.id)) this.displaced.add(owner.id);
		return owner.id;
	}
}
