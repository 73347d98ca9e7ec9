import type { Endpoint, FailureRow, Match, Reached } from './failure-row';
import { ACCESS } from './failure-rows/access';
import { CONTENT } from './failure-rows/content';
import { NETWORK } from './failure-rows/network';
import { OURS } from './failure-rows/ours';
import { STEPS } from './failure-rows/steps';

/** Every way to fail that we know, with what it means and what to do; the first row that matches wins. */
export const FAILURES = [...NETWORK, ...ACCESS, ...CONTENT, ...STEPS, ...OURS] as const;

/** The code of a row of the failure table. */
export type FailureCode = (typeof FAILURES)[number]['code'];

const ROWS: ReadonlyMap<string, FailureRow> = new Map(FAILURES.map((row) => [row.code, row]));

/** The row of a code; that of `unmapped` for a code this version does not know (a record of a newer one). */
export function rowOf(code: string): FailureRow & { code: FailureCode } {
	return (ROWS.get(code) ?? ROWS.get('unmapped')) as FailureRow & { code: FailureCode };
}

/** What of a failed call the table looks at. */
export interface Signals {
	endpoint: Endpoint;
	/** Null when no answer came. */
	status: number | null;
	pinterestCode: number | null;
	/** Lower-cased. */
	text: string;
	/** Null when an answer came. */
	reached: Reached | null;
	fault: string | null;
	cut: boolean;
	dayLong: boolean;
}

/** The first row that fits; there is always one, since the last of the table takes everything. */
export function rowFor(signals: Signals): FailureRow & { code: FailureCode } {
	const row = FAILURES.find((candidate: FailureRow) => candidate.match.some((match) => fits(match, signals)));
	return row ?? rowOf('unmapped');
}

function fits(match: Match, seen: Signals): boolean {
	return match.on.includes(seen.endpoint)
		&& (!match.status || (seen.status !== null && seen.status >= match.status[0] && seen.status <= match.status[1]))
		&& (!match.codes || (seen.pinterestCode !== null && match.codes.includes(seen.pinterestCode)))
		&& (!match.text || match.text.test(seen.text))
		&& (!match.reached || (seen.reached !== null && match.reached.includes(seen.reached)))
		&& (!match.fault || (seen.fault !== null && match.fault.test(seen.fault)))
		&& (!match.cut || seen.cut)
		&& (!match.dayLong || seen.dayLong);
}
