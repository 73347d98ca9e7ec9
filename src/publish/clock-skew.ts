/**
 * How the store's clock differs from Pinterest's, by the `Date` of its answers. That is a whole second and was written before
 * the answer came, so what is seen is up to a second and the answer's way too much: it errs towards "our clock is ahead".
 */
export class ClockSkew {
	private latest: number | null = null;
	private most = 0;

	/** @param now epoch ms of the store's clock */
	constructor(private readonly now: () => number) {}

	/** An answer of Pinterest; one from a cache says when that was filled, so it is passed over. */
	heard(headers: Record<string, string | string[] | undefined>): void {
		const at = Date.parse(String(headers.date));
		if (Number.isNaN(at) || Number(headers.age ?? 0) > 0) return;
		this.latest = this.now() - at;
		this.most = Math.max(this.most, this.latest);
	}

	/** Positive: the store's clock is ahead; null before the first answer that says when it was written. */
	get latestMs(): number | null {
		return this.latest;
	}

	/** The furthest the store's clock was seen ahead in the life of this process; 0 or more. */
	get mostAheadMs(): number {
		return this.most;
	}
}
