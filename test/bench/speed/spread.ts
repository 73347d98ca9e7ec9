import type { Figure } from '../figure';

/** The middle of some measurements, and how far they lie apart. */
export interface Spread {
	median: number;
	least: number;
	most: number;
}

export function spreadOf(seen: number[]): Spread {
	const sorted = [...seen].sort((a, b) => a - b), half = sorted.length >> 1;
	const median = sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
	return { median, least: sorted[0]!, most: sorted.at(-1)! };
}

/** `median (least–most)`. */
export function shown(seen: number[], digits = 0): string {
	if (seen.length === 0) return '';
	const { median, least, most } = spreadOf(seen);
	const text = (number: number) => number.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
	return seen.length === 1 ? text(median) : `${text(median)} (${text(least)}–${text(most)})`;
}

/** What the engine has of each round divided by what BullMQ has of it: a machine that is slow for a while is slow for both. */
export function ratios(engine: number[], bullmq: number[]): number[] {
	return engine.flatMap((one, i) => (bullmq[i] === undefined ? [] : [one / bullmq[i]!]));
}

export type Sense = '≥' | '≤';

/** A figure whose median has to keep a bound. */
export function bounded(what: string, sense: Sense, bound: number, seen: number[], { unit = '', digits = 0 }: { unit?: string; digits?: number } = {}): Figure {
	const { median } = seen.length === 0 ? { median: NaN } : spreadOf(seen);
	return {
		what, bound: `${sense} ${bound.toLocaleString('en-US')}${unit}`, seen: seen.length === 0 ? 'nothing' : `${shown(seen, digits)}${unit}`,
		isKept: sense === '≥' ? median >= bound : median <= bound,
	};
}

/** A ratio to BullMQ that has to keep a bound. */
export function timesBullmq(what: string, sense: Sense, bound: number, engine: number[], bullmq: number[]): Figure {
	return bounded(what, sense, bound, ratios(engine, bullmq), { unit: ' ×', digits: 2 });
}
