import type { Namespace } from './namespace';

const LOOK_EVERY_MS = 5000;

/** Knows, to a few seconds, whether Redis is nearly full. */
export class Watermark {
	private reached = false;
	private lookedAt = -Infinity;

	constructor(private readonly namespace: Namespace) {}

	async isReached(): Promise<boolean> {
		if (performance.now() - this.lookedAt < LOOK_EVERY_MS) return this.reached;
		this.reached = (await this.namespace.inspect()).isFull;
		this.lookedAt = performance.now();
		return this.reached;
	}
}
