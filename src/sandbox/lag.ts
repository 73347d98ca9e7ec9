import type { LedgerPin } from './ledger';
import type { Consistency, Settings } from './options';
import { bell, die, letters } from './random';

// The 99th percentile of a normal distribution, in deviations.
const z99 = 2.326;

/** How far listings are behind, in the sandbox's own (sped-up) time. Every answer depends on seed and words alone. */
export class Lag {
	constructor(private readonly settings: Settings) {}

	private get rules(): Consistency {
		return this.settings.consistency;
	}

	/** Delay until the Pin is listed, ms. */
	visibleAfterMs(content: string, nth: number): number {
		const lag = this.rules.readLag;
		if (!lag) return 0;
		const tail = die(this.settings.seed, 'tail', content, nth) < lag.tailShare;
		const ms = tail
			? lag.p99Ms + die(this.settings.seed, 'tail length', content, nth) * Math.max(0, lag.tailMs - lag.p99Ms)
			: lag.medianMs * Math.exp((Math.log(lag.p99Ms / lag.medianMs) / z99) * bell(this.settings.seed, 'lag', content, nth));
		return this.scaled(Math.min(ms, Math.max(lag.tailMs, lag.p99Ms)));
	}

	/** Delay of a Pin that comes into being after its answer failed, ms: a fifth to the whole of `lateCommitMs`. */
	lateCommitMs(content: string, nth: number): number {
		return this.scaled(this.rules.lateCommitMs * (0.2 + 0.8 * die(this.settings.seed, 'late', content, nth)));
	}

	/** Whether an unanswered creation commits late although its fault does not ask for it. */
	commitsLate(content: string, nth: number): boolean {
		return die(this.settings.seed, 'is late', content, nth) < this.rules.lateCommitShare;
	}

	/** Period of the flapping of a Pin, ms; zero for most. */
	flapMs(content: string, nth: number): number {
		return die(this.settings.seed, 'flap', content, nth) < this.rules.flapShare ? this.scaled(this.rules.flapMs) : 0;
	}

	/** The instant whose view a listing shows: now, or earlier when this read is stale. */
	viewAt(now: number, listing: string, nth: number): number {
		if (die(this.settings.seed, 'stale', listing, nth) >= this.rules.staleReadShare) return now;
		return now - this.scaled(this.rules.staleMs * die(this.settings.seed, 'staleness', listing, nth));
	}

	/** Which of `count` items the page leaves out, or -1. */
	skipped(count: number, listing: string, nth: number): number {
		if (die(this.settings.seed, 'skip', listing, nth) >= this.rules.skipShare) return -1;
		return Math.floor(die(this.settings.seed, 'skipped', listing, nth) * count);
	}

	/** The key that decides a Pin's place in listings. */
	orderKey(id: string, createdAt: number): string {
		const chance = letters(16, this.settings.seed, 'order', id);
		return this.rules.order === 'seeded' ? chance : String(10 ** 15 - createdAt).padStart(16, '0') + chance;
	}

	private scaled(ms: number): number {
		return ms / this.settings.timeFactor;
	}
}

/** Whether a listing made from the view of that instant shows the Pin. */
export function isListed(pin: LedgerPin, viewAt: number): boolean {
	if (viewAt < pin.visibleAt || (pin.deletedAt !== null && viewAt >= pin.deletedAt)) return false;
	const hidden = pin.flapMs > 0 && viewAt >= pin.visibleAt + pin.flapMs && viewAt < pin.visibleAt + 2 * pin.flapMs;
	return !hidden;
}

/** Whether the Pin is there to be fetched by its id: creating it has ended and nobody deleted it. */
export const exists = (pin: LedgerPin, now: number): boolean => now >= pin.createdAt && (pin.deletedAt === null || now < pin.deletedAt);
