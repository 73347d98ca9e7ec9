import { transformFile } from '@swc/core';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const root = join(__dirname, '../..');
const swc = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } } as const;

/** `src/` as it stands now, compiled to where Node can run it; `dist/` may be older than what is tested. */
export async function compiledSource(): Promise<{ dir: string; remove(): Promise<void> }> {
	// Under node_modules, so that the packages are found and Jest looks for no tests in it.
	const cache = join(root, 'node_modules/.cache');
	await mkdir(cache, { recursive: true });
	const dir = await mkdtemp(join(cache, 'pinterest-jobs-'));
	const files = (await readdir(join(root, 'src'), { recursive: true })).filter((file) => /\.(ts|lua)$/.test(file));
	await Promise.all(files.map((file) => compile(join(root, 'src', file), join(dir, file))));
	return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

async function compile(from: string, to: string): Promise<void> {
	await mkdir(dirname(to), { recursive: true });
	if (from.endsWith('.lua')) return cp(from, to);
	const { code } = await transformFile(from, { ...swc, swcrc: false, configFile: false });
	await writeFile(to.replace(/\.ts$/, '.js'), code);
}
