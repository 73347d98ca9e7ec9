import { parseArgs } from 'node:util';
import { writeSection } from '../section';
import { alone } from './alone';
import { backlog } from './backlog';
import { bytes } from './bytes';
import { costs } from './costs';
import { idle } from './idle';
import { kinds } from './kinds';
import { lifecycle } from './lifecycle';
import { outage } from './outage';
import { say, type Bench, type Part } from './part';
import { chapterOf, lastReport, reportOf, type Report } from './report';
import { second } from './second';
import { workers } from './workers';

const PARTS = [lifecycle, bytes, second, idle, backlog, outage, workers, kinds, costs] as Part[];

const OPTIONS = {
	short: { type: 'boolean' }, only: { type: 'string' }, seed: { type: 'string' }, check: { type: 'boolean' }, write: { type: 'boolean' },
	alone: { type: 'boolean' }, profile: { type: 'boolean' }, jobs: { type: 'string' }, accounts: { type: 'string' }, most: { type: 'string' },
} as const;

/** `npm run bench`: how fast the engine is beside BullMQ. Answers its exit code: 1 when a bound is broken, with `--short` only when the bench is. */
export async function speedBench(argv: string[], source: string): Promise<number> {
	// Each process that is to end with this one listens for its end.
	process.setMaxListeners(0);
	const { values } = parseArgs({ args: argv, options: OPTIONS });
	if (values.alone || values.profile) return alone({ profile: values.profile ?? false, jobs: numberOf(values.jobs) ?? 5000, accounts: numberOf(values.accounts) ?? 500, only: values.only });
	const bench: Bench = { short: values.short ?? false, source, seed: numberOf(values.seed) ?? Date.now() % 1_000_000, jobs: numberOf(values.jobs), most: numberOf(values.most) };
	const parts = chosen(values.only);
	say(`Speed bench${bench.short ? ', the short form' : ''}: --seed ${bench.seed}\n`);
	const reports = values.check ? await Promise.all(parts.map((part) => lastReport(part, bench.short))) : await runAll(parts, bench);
	const chapters = parts.flatMap((part, i) => (reports[i] ? [chapterOf(part, reports[i])] : []));
	if (chapters.length === 0) throw new Error('Nothing of this was measured yet: run npm run bench first.');
	const text = chapters.map((chapter) => chapter.text).join('\n\n'), figures = chapters.flatMap((chapter) => chapter.figures);
	say(`\n${text}\n`);
	// What the short form has seen is no figure.
	if (values.write && !bench.short) await writeSection('speed', text);
	const broken = figures.filter(({ isKept }) => !isKept).length;
	say(broken === 0 ? 'Every bound was kept.' : `${broken} of ${figures.length} bounds were broken.`);
	return broken === 0 || bench.short ? 0 : 1;
}

/** One after the other; in the short form, whose numbers say little, all at once. */
async function runAll(parts: Part[], bench: Bench): Promise<Report[]> {
	if (bench.short) return Promise.all(parts.map((part) => run(part, bench)));
	const reports: Report[] = [];
	for (const part of parts) reports.push(await run(part, bench));
	return reports;
}

async function run(part: Part, bench: Bench): Promise<Report> {
	say(`… ${part.title}`);
	const report = await reportOf(part, bench);
	say(`✓ ${part.title}, ${report.seconds} s`);
	return report;
}

function numberOf(text: string | undefined): number | undefined {
	return text === undefined ? undefined : Number(text);
}

function chosen(only: string | undefined): Part[] {
	if (only === undefined) return PARTS;
	const names = only.split(','), unknown = names.filter((name) => !PARTS.some((part) => part.name === name));
	if (unknown.length > 0) throw new Error(`--only ${unknown.join(',')}: choose of ${PARTS.map(({ name }) => name).join(', ')}.`);
	return PARTS.filter(({ name }) => names.includes(name));
}
