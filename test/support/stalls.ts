const TICK_MS = 5;

/** Notices when this process itself was held up: what it saw come in then may have come earlier. */
export class Stalls {
	private readonly stalls: { from: number; to: number }[] = [];
	private last = Date.now();
	private readonly timer: NodeJS.Timeout;

	constructor() {
		this.timer = setInterval(() => this.tick(), TICK_MS);
	}

	/** The earliest instant at which something seen at `at` may have happened. */
	earliest(at: number): number {
		const stall = this.stalls.find(({ from, to }) => from <= at && at <= to + TICK_MS);
		return stall ? stall.from : at - TICK_MS;
	}

	get longestMs(): number {
		return this.stalls.reduce((longest, { from, to }) => Math.max(longest, to - from), 0);
	}

	stop(): void {
		clearInterval(this.timer);
	}

	private tick(): void {
		const now = Date.now();
		if (now - this.last > 3 * TICK_MS) this.stalls.push({ from: this.last, to: now });
		this.last = now;
	}
}
