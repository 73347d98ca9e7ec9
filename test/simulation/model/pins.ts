import type { Job } from '../../../src/job/job';
import type { Change } from '../../../src/job/transition';

/** By which a look may begin before its job's creation, ms. */
const SLACK_MS = 86_400_000;

/** Whose each Pin is, and who lost one that it had adopted. */
export class Pins {
	readonly owners = new Map<string, { by: 'answer' | 'adopted'; id: string }>();
	readonly displaced = new Set<string>();

	/** `isKept` says whether there still is a record of the job. */
	constructor(private readonly isKept: (id: string) => boolean) {}

	ownerOf(pinId: string | null): string | null {
		return this.owners.get(pinId ?? '')?.id ?? null;
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

	/** The record is gone: of its Pin too nothing is kept when all that may be sent is younger. */
	bury(job: Job, openSince: number): void {
		if (openSince > job.finishedAt! + SLACK_MS) this.leave(job);
		else this.displaced.delete(job.id);
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
