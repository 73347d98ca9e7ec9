const TICK_MS = 5;
/** A turn of the event loop that took longer is a stall; what comes between two of them may be as short. */
const BREATH_MS = 4 * TICK_MS;

/** Notices when this process itself was held up: what it saw come in then may have come earlier. */
export class Stalls {
	private readonly stalls: { from: number; to: number }[] = [];
	private last = Date.now();
	private readonly timer: NodeJS.Timeout;

	constructor() {
		this.timer = setInterval(() => this.tick(), TICK_MS);
	}

	/** The earliest instant at which something seen at `at` may have happened: it may have waited through several stalls in a row. */
	earliest(at: number): number {
		return this.stalls.findLast(({ from, to }) => from <= at && at <= to + BREATH_MS)?.from ?? at - BREATH_MS;
	}

	get longestMs(): number {
		return this.stalls.reduce((longest, { from, to }) => Math.max(longest, to - from), 0);
	}

	stop(): void {
		clearInterval(this.timer);
	}

	private tick(): void {
		const now = Date.now();
		const last = this.stalls.at(-1);
		if (now - this.last > BREATH_MS) {
			if (last && this.last - last.to <= BREATH_MS) last.to = now;
			else this.stalls.push({ from: this.last, to: now });
		}
		this.last = now;
	}
}
