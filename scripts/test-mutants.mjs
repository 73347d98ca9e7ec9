// npm run test:mutants: plants one bug at a time in a copy of the sources and says which test catches it.
// --only <name>,…   these alone, by a part of their names
// --again           also those that were caught before with the same sources and tests
// --list            names them and runs nothing
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { COPIED, MutantBench } from './lib/mutant-bench.mjs';
import { allMutants, mutatedFiles } from './lib/mutants.mjs';
import { ensureDependencies, projectFolder } from './lib/project.mjs';

/** A bug that no test finds in this time is not found. */
const WITHIN_MS = 60_000;
/** The same tests on sound code, on a slow machine. */
const SOUND_MS = 600_000;
const AT_ONCE = 2;

const cache = join(projectFolder, 'node_modules/.cache');
const resultsFile = join(cache, 'pinterest-jobs-mutants.json');
/** Of everything that tests read but the docs. */
const sources = createHash('sha256');
for (const name of COPIED) if (name !== 'docs') sources.update(hashOf(join(projectFolder, name)));
const sourcesHash = sources.digest('hex');

const { values } = parseArgs({ options: { only: { type: 'string' }, again: { type: 'boolean' }, list: { type: 'boolean' } } });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
process.exitCode = await main().catch((error) => {
	console.error(`\n${error.message}\n`);
	return 1;
});

async function main() {
	const mutants = chosen(await allMutants());
	for (const mutant of mutants) mutatedFiles(mutant);
	if (values.list) return mutants.forEach(({ name, edits }) => console.log(`${name.padEnd(56)} ${edits.map(({ file }) => file).join(', ')}`));
	await ensureDependencies();
	const results = values.again ? {} : earlierResults();
	const todo = mutants.filter(({ name }) => !results[name]?.caught);
	console.log(`${mutants.length} mutants, ${mutants.length - todo.length} of them caught before with these sources and tests.`);
	if (todo.length > 0) await work(todo, results);
	return report(mutants, results);
}

function chosen(mutants) {
	if (!values.only) return mutants;
	const wanted = values.only.split(',').map((word) => word.trim());
	const unknown = wanted.filter((word) => !mutants.some(({ name }) => name.includes(word)));
	if (unknown.length > 0) throw new Error(`No mutant is called ${unknown.join(', ')}; --list names them.`);
	return mutants.filter(({ name }) => wanted.some((word) => name.includes(word)));
}

async function work(todo, results) {
	const benches = Array.from({ length: Math.min(AT_ONCE, todo.length) }, () => new MutantBench());
	// Whatever ends us, the copies go.
	process.once('exit', () => benches.forEach((bench) => bench.remove()));
	await provesSound(benches[0], todo);
	const waiting = [...todo];
	const next = async (bench) => {
		for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
			const { caught, failed, output, ms } = await bench.try(mutant, WITHIN_MS);
			if (failed) throw new Error(`Jest did not run for “${mutant.name}”:\n${output}`);
			results[mutant.name] = { caught: caught && { file: caught.file, test: caught.test }, ms: Math.round(ms) };
			keep(results);
			console.log(row(mutant.name, results[mutant.name]));
		}
	};
	await Promise.all(benches.map(next));
}

/** A test that fails anyway catches nothing; one that fails on a busy machine now and then passes when it is alone. */
async function provesSound(bench, todo) {
	const tests = [...new Set(todo.flatMap((mutant) => mutant.tests))];
	const startedAt = performance.now();
	for (let rest = tests; rest.length > 0; ) {
		const { caught } = await sound(bench, rest);
		if (caught) await again(bench, caught);
		rest = caught ? rest.slice(rest.indexOf(caught.file) + 1) : [];
	}
	console.log(`Without a mutant ${tests.length} test files pass in ${Math.round((performance.now() - startedAt) / 1000)} s.\n`);
}

async function again(bench, { file, test, why }) {
	const { caught } = await sound(bench, [file]);
	if (caught) throw new Error(`Without any mutant this fails: ${file}: ${test}\n${why}`);
	console.log(`Failed once without any mutant, and not again alone: ${file}: ${test}`);
}

async function sound(bench, tests) {
	const { caught, failed, output, ms } = await bench.run(tests, SOUND_MS);
	if (failed || ms >= SOUND_MS) throw new Error(`Without any mutant the tests did not end well:\n${output}`);
	return { caught };
}

function report(mutants, results) {
	const survivors = mutants.filter(({ name }) => !results[name]?.caught);
	const table = mutants.map(({ name }) => row(name, results[name]));
	console.log(`\n${'mutant'.padEnd(56)} after   caught by\n${table.join('\n')}\n`);
	console.log(`${mutants.length - survivors.length} of ${mutants.length} mutants caught.`);
	if (survivors.length > 0) console.log(`Not caught within ${WITHIN_MS / 1000} s: ${survivors.map(({ name }) => name).join(', ')}.`);
	return survivors.length === 0 ? 0 : 1;
}

function row(name, { caught, ms }) {
	const by = caught ? `${caught.file.replace(/^test\//, '')}: ${caught.test}` : 'NOT CAUGHT';
	return `${name.padEnd(56)} ${(ms / 1000).toFixed(1).padStart(5)} s  ${by}`;
}

/** What an interrupted run has found out, as long as nothing it read has changed. */
function earlierResults() {
	if (!existsSync(resultsFile)) return {};
	const { sources, results } = JSON.parse(readFileSync(resultsFile, 'utf8'));
	return sources === sourcesHash ? results : {};
}

function keep(results) {
	mkdirSync(cache, { recursive: true });
	writeFileSync(resultsFile, JSON.stringify({ sources: sourcesHash, results }, null, '\t'));
}

function hashOf(path) {
	const hash = createHash('sha256').update(path);
	if (!statSync(path).isDirectory()) return hash.update(readFileSync(path)).digest();
	for (const name of readdirSync(path).sort()) hash.update(hashOf(join(path, name)));
	return hash.digest();
}
