import { transformFile } from '@swc/core';
import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectFolder } from './project.mjs';

const swc = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } };
const folders = ['src', 'test/support', 'test/simulation', 'test/bench', 'test/integration/store', 'scripts'];

/** The bench and what it needs of `src/` and `test/`, compiled as they stand now to where Node can run them. */
export async function compiledForBench() {
	// Under node_modules, so that the packages are found and Jest looks for no tests in it.
	const cache = join(projectFolder, 'node_modules/.cache');
	await mkdir(cache, { recursive: true });
	const dir = await mkdtemp(join(cache, 'pinterest-jobs-bench-'));
	for (const folder of folders) {
		const files = await readdir(join(projectFolder, folder), { recursive: true });
		await Promise.all(files.filter((file) => /\.(ts|lua|mjs|json)$/.test(file)).map((file) => compile(join(folder, file), dir)));
	}
	return {
		source: join(dir, 'src'),
		mainOf: (folder) => pathToFileURL(join(dir, 'test/bench', folder, 'main.js')).href,
		remove: () => rmSync(dir, { recursive: true, force: true }),
	};
}

async function compile(file, dir) {
	const [from, to] = [join(projectFolder, file), join(dir, file)];
	await mkdir(dirname(to), { recursive: true });
	if (!file.endsWith('.ts')) return cp(from, to);
	const { code } = await transformFile(from, { ...swc, swcrc: false, configFile: false, sourceMaps: 'inline' });
	await writeFile(to.replace(/\.ts$/, '.js'), code);
}
