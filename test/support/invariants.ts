import type { History } from './history';
import * as delivery from './invariants/delivery';
import * as records from './invariants/records';
import * as sending from './invariants/sending';
import * as transitions from './invariants/transitions';

/** Every invariant a run is judged by: a function that answers what contradicts it. */
export const INVARIANTS = { ...delivery, ...transitions, ...sending, ...records } satisfies Record<string, (history: History) => string[] | Promise<string[]>>;

export type InvariantName = keyof typeof INVARIANTS;

/** What contradicts each invariant; only those that are contradicted. */
export async function violationsOf(history: History): Promise<Partial<Record<InvariantName, string[]>>> {
	const found: Partial<Record<InvariantName, string[]>> = {};
	for (const [name, invariant] of Object.entries(INVARIANTS)) {
		const wrong = await invariant(history);
		if (wrong.length > 0) found[name as InvariantName] = wrong;
	}
	return found;
}
