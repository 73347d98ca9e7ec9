import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmCli } from './node.mjs';
import { run, step } from './steps.mjs';

/** The checkout this file lies in. */
export const projectFolder = join(import.meta.dirname, '..', '..');

const inProject = (...names) => join(projectFolder, ...names);
/** To be run with Node. */
export const jestProgram = inProject('node_modules', 'jest', 'bin', 'jest.js');
const npm = (...args) => run(process.execPath, [npmCli(), ...args], { cwd: projectFolder });

/**
 * Installs what package-lock.json says, without running scripts of packages; does nothing when that is already so.
 * Not `npm ci`: it refuses a lock file that lacks optional packages of other platforms, `npm install` adds yours.
 */
export async function ensureDependencies() {
	const stamp = inProject('node_modules', '.pinterest-jobs-installed');
	if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash()) return;
	await step('Installing the dependencies of the project', () => npm('install', '--ignore-scripts', '--no-audit', '--no-fund'));
	writeFileSync(stamp, lockHash());
}

const lockHash = () => createHash('sha256').update(readFileSync(inProject('package-lock.json'))).digest('hex');

/** Builds `dist` unless it is newer than everything it is made of. */
export async function ensureBuild() {
	const stamp = inProject('node_modules', '.cache', 'pinterest-jobs-built');
	const sources = ['nodes', 'credentials', 'src', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'gulpfile.js'];
	const newest = Math.max(...sources.map((name) => newestChange(inProject(name))));
	if (existsSync(inProject('dist')) && existsSync(stamp) && Number(readFileSync(stamp, 'utf8')) >= newest) return;
	await step('Building', () => npm('run', 'build'));
	mkdirSync(inProject('node_modules', '.cache'), { recursive: true });
	writeFileSync(stamp, String(newest));
}

/** When this file, or anything below this folder, was last changed; a removed file changes its folder. */
function newestChange(path) {
	const info = statSync(path, { throwIfNoEntry: false });
	if (!info) return 0;
	const below = info.isDirectory() ? readdirSync(path).map((name) => newestChange(join(path, name))) : [];
	return Math.max(info.mtimeMs, ...below);
}
