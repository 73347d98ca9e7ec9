/** Between two checks of a dead token at most, as a multiple of the usual pause: 10 minutes of 30 seconds. */
const LONGEST = 20;

/**
 * How long a token that was found dead is left alone: each check of one asks for a renewal. Twice as long each time; a token with
 * another hash is none of it.
 */
export class Rest {
	private hash: string | null = null;
	private pauseMs = 0;
	private until = 0;

	/** `usualMs` is the pause between two checks of a token that lives. */
	constructor(private readonly usualMs: number) {}

	/** The token was found dead just now; `now` never jumps. */
	begin(hash: string, now: number): void {
		this.pauseMs = hash === this.hash ? Math.min(2 * this.pauseMs, LONGEST * this.usualMs) : this.usualMs;
		this.hash = hash;
		this.until = now + this.pauseMs;
	}

	end(): void {
		this.hash = null;
	}

	isFor(hash: string | null, now: number): boolean {
		return hash !== null && hash === this.hash && now < this.until;
	}
}
