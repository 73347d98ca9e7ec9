import { readFileSync, writeFileSync } from 'node:fs';
import { LIMIT_NAMES, type LimitReason } from '../../../src/job/account-pacing';
import { tableUnder } from '../job/markdown';
import { limitsTable } from './limits-table';

const FILE = 'docs/pace.md', BEGIN = '<!-- limits -->\n', END = '\n<!-- /limits -->';

const page = () => readFileSync(FILE, 'utf8');
const start = () => page().indexOf(BEGIN) + BEGIN.length, end = () => page().indexOf(END);

it('docs/pace.md has every limit as the code has it', () => {
	if (process.env.UPDATE_DOCS === '1') writeFileSync(FILE, page().slice(0, start()) + limitsTable() + page().slice(end()));
	expect(page().slice(start(), end())).toBe(limitsTable());
});

it('docs/pace.md says what every name and reason in the pacing of an account means', () => {
	const reasons: Record<LimitReason, true> = { configured: true, told: true, learned: true, slowed: true, beginning: true };
	const [names, because] = ['name', 'because'].map((column) => tableUnder('pace.md', '## What an account is doing').find(([field]) => field === `limits[].${column}`)![1]!);
	const wordsOf = (cell: string | undefined) => cell?.split(/[^\w]+/);
	expect(wordsOf(names)).toEqual(expect.arrayContaining([...LIMIT_NAMES]));
	expect(wordsOf(because)).toEqual(expect.arrayContaining(Object.keys(reasons)));
});
