import { readFile, writeFile } from 'node:fs/promises';
import { say } from './report';
import type { Run } from './run';
import { recoveredOf, rowsOf, tableOf, totalsOf } from './table';

const FILE = 'docs/benchmarks.md';
const [BEGIN, END] = ['<!-- faults -->', '<!-- /faults -->'];

/** Puts the result of a run between the marks of the page, in place of the last one. */
export async function writeDocs(run: Run): Promise<void> {
	const page = await readFile(FILE, 'utf8');
	const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
	if (from < 0 || to < from) throw new Error(`${FILE} has no marks ${BEGIN} and ${END}.`);
	await writeFile(FILE, `${page.slice(0, from + BEGIN.length)}\n${sectionOf(run)}\n${page.slice(to)}`);
	say(`Written to ${FILE}.`);
}

function sectionOf(run: Run): string {
	const { facts, verdicts } = run;
	const recovered = recoveredOf(verdicts);
	const counts = totalsOf(run).map(({ what, count }) => `| ${what} | ${count.toLocaleString('en')} |`);
	return [
		`${facts.date.slice(0, 10)}, ${facts.mode === 'full' ? '`npm run bench:faults -- --full`' : '`npm run bench:faults`'}, seed ${facts.seed}, time factor ${facts.timeFactor}. ${facts.machine}; ${facts.versions}.`,
		'', tableOf(rowsOf(run)), '',
		'| what happened to this engine | times |', '|---|--:|', ...counts, '',
		`${recovered.jobs.toLocaleString('en')} jobs had an attempt of unknown outcome; ${(100 * recovered.share).toFixed(1)} % of them ended without a person, ${recovered.toHuman} stand in the queue \`ops\` with what was seen.`,
	].join('\n');
}
