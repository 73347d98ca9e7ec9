import type { Figure } from '../figure';

/** What every part of the bench is told. */
export interface Bench {
	/** A form of a minute that shows that the bench works; its numbers say little. */
	short: boolean;
	/** Compiled `src/`. */
	source: string;
	seed: number;
	/** Jobs of a round of enqueuing and working, when it is not to be the usual number. */
	jobs?: number;
	/** The longest backlog, when it is not to be a million. */
	most?: number;
}

/** One question of the bench. What it measured is kept as JSON; figures and page are made of that. */
export interface Part<Measured = unknown> {
	name: string;
	title: string;
	measure(bench: Bench): Promise<Measured>;
	/** What was promised, and whether it was kept. */
	figures(measured: Measured): Figure[];
	/** What was seen otherwise, in Markdown; '' when the figures say it all. */
	table(measured: Measured): string;
}

export function say(line: string): void {
	console.log(line);
}
