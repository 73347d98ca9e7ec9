/** A wait that a signal can cut short; the loops of the engine sleep on it. */
export class Alarm {
	private ring: (() => void) | null = null;
	private rung = false;

	/** Resolves after `ms`, or at once when it rang since the last wait. */
	async wait(ms: number): Promise<void> {
		if (!this.rung) {
			await new Promise<void>((resolve) => {
				// The longest delay of a timer is 2^31 - 1 ms; a loop that wakes early only looks again.
				const timer = setTimeout(resolve, Math.max(0, Math.min(ms, 2_147_483_647)));
				this.ring = () => {
					clearTimeout(timer);
					resolve();
				};
			});
		}
		this.ring = null;
		this.rung = false;
	}

	wake(): void {
		this.rung = true;
		this.ring?.();
	}

	/** Whether it rang since the last wait or the last time somebody asked. */
	takeRing(): boolean {
		const { rung } = this;
		this.rung = false;
		return rung;
	}
}

/** Runs `step` again and again; each run says after how many ms the next is due. A failing step never ends the loop. */
export class Loop {
	private readonly alarm = new Alarm();
	private running: Promise<void> | null = null;
	private stopped = false;

	constructor(private readonly step: () => Promise<number>, private readonly onError: (error: unknown) => number) {}

	start(): void {
		this.running ??= this.run();
	}

	wake(): void {
		this.alarm.wake();
	}

	/** Whether somebody woke it since its last step began; for those who step by hand. */
	takeRing(): boolean {
		return this.alarm.takeRing();
	}

	/** Ends after the step under way. */
	async stop(): Promise<void> {
		this.stopped = true;
		this.alarm.wake();
		await this.running;
	}

	private async run(): Promise<void> {
		while (!this.stopped) {
			const waitMs = await this.step().catch(this.onError);
			if (!this.stopped) await this.alarm.wait(waitMs);
		}
	}
}
