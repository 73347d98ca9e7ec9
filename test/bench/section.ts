import { readFile, writeFile } from 'node:fs/promises';

const FILE = 'docs/benchmarks.md';

/** Puts the result of a bench between its marks of docs/benchmarks.md, in place of the last one. */
export async function writeSection(name: string, text: string): Promise<void> {
	const page = await readFile(FILE, 'utf8');
	const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
	const [from, to] = [page.indexOf(begin), page.indexOf(end)];
	if (from < 0 || to < from) throw new Error(`${FILE} has no marks ${begin} and ${end}.`);
	await writeFile(FILE, `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`);
}
