import { existsSync, readFileSync } from 'node:fs';
import { INVARIANTS } from '../support/invariants';
import { tableUnder } from './job/markdown';

const page = readFileSync('docs/guarantees.md', 'utf8');
const quoted = [...page.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text!);

describe('docs/guarantees.md', () => {
	it('names every invariant of the checker, and no other', () => {
		const named = tableUnder('guarantees.md', '## The invariants').flatMap(([, , functions]) => functions!.replaceAll('`', '').split(', '));
		expect([...new Set(named)].sort()).toEqual(Object.keys(INVARIANTS).sort());
	});

	it('gives each number the functions that the checker itself gives it', () => {
		const said = [...readFileSync('test/support/invariants.ts', 'utf8').matchAll(/(I\d+) +((?:\w+, )*\w+)/g)].map(([, number, functions]) => [number, functions]);
		const written = tableUnder('guarantees.md', '## The invariants').map(([number, , functions]) => [number, functions!.replaceAll('`', '')]).filter(([number]) => number !== '');
		expect(written).toEqual(said.filter(([, functions]) => functions!.split(', ')[0]! in INVARIANTS));
		expect(written.length).toBeGreaterThan(25);
	});

	it('names only files and pages that exist', () => {
		const files = quoted.filter((text) => /^[\w./-]+\/[\w.-]+\.\w+$/.test(text));
		expect(files.length).toBeGreaterThan(20);
		expect(files.filter((file) => !existsSync(file))).toEqual([]);
		const links = [...page.matchAll(/\]\(([\w./-]+)(?:#[\w-]+)?\)/g)].map(([, target]) => target!);
		expect(links.filter((target) => !existsSync(`docs/${target}`))).toEqual([]);
	});

	it('names only commands that exist', () => {
		const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
		const commands = quoted.flatMap((text) => /^npm (?:run )?([\w:]+)/.exec(text)?.[1] ?? []);
		expect(commands.length).toBeGreaterThan(3);
		expect(commands.filter((name) => !(name in scripts))).toEqual([]);
	});
});
