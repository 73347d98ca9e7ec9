import type { Job } from '../../../src/job/job';
import { hashesOf } from '../../../src/job/media';

/** The bytes a job needs as long as it may still be sent, by their hashes. */
export function imagesOf({ state, queue, content: { media } }: Job): string[] {
	const isOver = state === 'succeeded' || state === 'canceled' || (state === 'failed' && queue === null);
	return isOver ? [] : hashesOf(media);
}

/** Image bytes as the model has them: kept while a job refers to them, or for a while without one. */
export class Images {
	/** By hash, when they go; null while a job refers to them. */
	private readonly goAt = new Map<string, number | null>();

	constructor(private readonly idleMs: number, private readonly isNeeded: (sha256: string) => boolean) {}

	has(sha256: string): boolean {
		return this.goAt.has(sha256);
	}

	/** True when the bytes were not known. */
	put(sha256: string, now: number): boolean {
		const isNew = !this.goAt.has(sha256);
		this.goAt.set(sha256, this.isNeeded(sha256) ? null : now + this.idleMs);
		return isNew;
	}

	/** A job needs other bytes than before, which may be none; of those that are gone it looks for its Pin alone. */
	moved(before: string[], after: string[]): void {
		for (const sha256 of after) if (this.has(sha256)) this.goAt.set(sha256, null);
		for (const sha256 of before) if (!after.includes(sha256) && !this.isNeeded(sha256)) this.goAt.delete(sha256);
	}

	/** How many were dropped. */
	sweep(now: number): number {
		const over = [...this.goAt].filter(([, at]) => at !== null && at <= now);
		for (const [sha256] of over) this.goAt.delete(sha256);
		return over.length;
	}
}
