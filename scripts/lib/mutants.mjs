import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectFolder } from './project.mjs';

const folder = join(projectFolder, 'test/mutants');

/**
 * Every planted bug: its name, the texts it changes, and the test files that are run against it, in their order.
 * `test/mutants/areas/*.mjs` hold them as data: { tests, mutants: [{ name, file, find, replace }] }, or `edits` of several texts.
 */
export async function allMutants() {
	const files = readdirSync(join(folder, 'areas')).filter((name) => name.endsWith('.mjs')).sort();
	const areas = await Promise.all(files.map((name) => import(pathToFileURL(join(folder, 'areas', name)).href)));
	const mutants = areas.flatMap(({ mutants, tests }) => mutants.map(({ name, file, find, replace, edits = [{ file, find, replace }], ...own }) =>
		({ name, edits, tests: [...own.first ?? [], ...tests.filter((test) => !own.first?.includes(test))] })));
	const twice = mutants.find(({ name }, i) => mutants.findIndex((other) => other.name === name) !== i);
	const missing = mutants.flatMap(({ tests }) => tests).find((test) => !existsSync(join(projectFolder, test)));
	if (missing) throw new Error(`test/mutants/areas names ${missing}, which is not there.`);
	if (twice) throw new Error(`Two mutants are called “${twice.name}”.`);
	return mutants;
}

/** The files a mutant changes, with their text as it is then. Throws when a text is not there exactly once. */
export function mutatedFiles({ name, edits }, root = projectFolder) {
	const files = new Map();
	for (const { file, find, replace } of edits) {
		const text = files.get(file) ?? readFileSync(join(root, file), 'utf8');
		const times = text.split(find).length - 1;
		if (times !== 1) throw new Error(`Mutant “${name}” does not apply any more: its text stands ${times} times in ${file}, and must once. Mend it in test/mutants/areas.`);
		files.set(file, text.replace(find, () => replace));
	}
	return files;
}
