import type { Namespace } from './namespace';

/** Above this share of its memory limit, Redis takes no new jobs: what is kept must still fit when it ends. */
const SHARE = 0.9;
const LOOK_EVERY_MS = 5000;

/** Knows, to a few seconds, whether Redis is nearly full. */
export class Watermark {
	private reached = false;
	private lookedAt = -Infinity;

	constructor(private readonly namespace: Namespace) {}

	async isReached(): Promise<boolean> {
		if (performance.now() - this.lookedAt < LOOK_EVERY_MS) return this.reached;
		const { usedMemory, maxMemory } = await this.namespace.inspect();
		this.reached = Boolean(maxMemory) && (usedMemory ?? 0) > SHARE * (maxMemory ?? 0);
		this.lookedAt = performance.now();
		return this.reached;
	}
}
