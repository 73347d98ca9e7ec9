/** Chance that repeats: the same seed gives the same numbers, in the order they are asked. */
export class Dice {
	private state: number;

	constructor(readonly seed: number) {
		this.state = seed >>> 0;
	}

	/** In [0, 1); mulberry32. */
	next(): number {
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	}

	/** Whether something of this chance happens now. */
	hits(chance: number): boolean {
		return this.next() < chance;
	}

	between(low: number, high: number): number {
		return low + this.next() * (high - low);
	}

	/** A whole number from 0 to `count` - 1. */
	below(count: number): number {
		return Math.floor(this.next() * count);
	}

	pick<T>(items: readonly T[]): T {
		return items[this.below(items.length)]!;
	}

	/** Dice of their own for one part of a run, so that it does not depend on what the others throw. */
	fork(): Dice {
		return new Dice(Math.floor(this.next() * 2 ** 32));
	}
}

/** The seed of this run: SIMULATION_SEED, or a new one. Printed, so that a failed run can be had again. */
export function seedOf(what: string): number {
	const given = process.env.SIMULATION_SEED;
	const seed = given === undefined ? Date.now() % 1_000_000 : Number(given);
	process.stderr.write(`${what}: SIMULATION_SEED=${seed}\n`);
	return seed;
}
