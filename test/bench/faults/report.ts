import type { Run } from './run';
import { recoveredOf, rowsOf, tableOf, totalsOf } from './table';

/** Of the unknown outcomes so many end without a person; told of once there are enough of them to speak of a share. */
const LEAST_RECOVERED = 0.95;
const ENOUGH_UNKNOWNS = 200;

export function say(text: string): void {
	process.stdout.write(`${text}\n`);
}

/** Prints the tables; answers whether the run shows what it is to show. */
export function sayResult(run: Run, { isWhole }: { isWhole: boolean }): boolean {
	const { verdicts } = run;
	const recovered = recoveredOf(verdicts);
	say(`\n${tableOf(rowsOf(run))}\n`);
	for (const { what, count, least } of totalsOf(run)) say(`${String(count).padStart(7)}  ${what}${count < least && isWhole ? `  ✗ at least ${least} were wanted` : ''}`);
	say(`\n${recovered.jobs} jobs had an unknown outcome, ${(100 * recovered.share).toFixed(1)} % of them ended without a person.`);
	const complaints = [
		...verdicts.flatMap(({ violations, shard }) => Object.keys(violations).map((name) => `${shard.name}: ${name}`)),
		...verdicts.flatMap(({ row, shard }) => (row.double + row.missing > 0 ? [`${shard.name}: ${row.double} double, ${row.missing} missing`] : [])),
		...verdicts.flatMap(({ shard: { exits, name } }) => (exits.every((code) => code === 0) ? [] : [`${name}: workers ended with ${exits.join()}`])),
		...(recovered.jobs >= ENOUGH_UNKNOWNS && recovered.share < LEAST_RECOVERED ? ['too many unknown outcomes were left to a person'] : []),
		...(isWhole ? totalsOf(run).filter(({ count, least }) => count < least).map(({ what }) => `too few: ${what}`) : []),
	];
	for (const complaint of complaints) say(`✗ ${complaint}`);
	say(complaints.length === 0 ? '✓ Nothing double, nothing missing.' : `Again: npm run bench:faults -- ${run.facts.mode === 'full' ? '--full ' : ''}--fresh --seed ${run.facts.seed}`);
	return complaints.length === 0;
}
