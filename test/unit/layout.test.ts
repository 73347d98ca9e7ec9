import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

// What every package has.
const PLANNED = ['index', 'engine', 'config', 'errors', 'log'];
/** Folders whose files are of one kind, named as a whole. */
const AS_A_WHOLE = /^(sandbox|job\/failure-rows)\//;

it('every file of src/ is at home somewhere: docs/architecture.md or docs/decisions.md says where and why', () => {
	const pages = ['architecture', 'decisions'].map((page) => readFileSync(`docs/${page}.md`, 'utf8')).join('\n');
	const files = (readdirSync('src', { recursive: true }) as string[]).filter((file) => file.endsWith('.ts') && !AS_A_WHOLE.test(file));
	const isNamed = (file: string) => PLANNED.includes(basename(file, '.ts')) || pages.includes(basename(file)) || /`jobs-\*\.ts`/.test(pages) && /^bin\/jobs/.test(file);
	expect(files.filter((file) => !isNamed(file))).toEqual([]);
});
