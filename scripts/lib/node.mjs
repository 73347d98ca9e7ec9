import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { programOnPath } from './programs.mjs';

/** The major version of the Node that runs this. */
export const nodeMajor = Number(process.versions.node.split('.')[0]);

/** npm's own JavaScript file, so that any Node can run it. */
export function npmCli() {
	if (process.env.npm_execpath?.endsWith('npm-cli.js')) return process.env.npm_execpath;
	const beside = join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
	if (existsSync(beside)) return beside;
	const npm = programOnPath('npm');
	if (npm && realpathSync(npm).endsWith('npm-cli.js')) return realpathSync(npm);
	throw new Error('npm was not found beside node nor on PATH. Install npm 10 or later.');
}

/** The folder whose `include/node` holds the headers of this Node, or undefined: then node-gyp downloads them. */
export function headersBeside(nodePath) {
	const prefix = join(dirname(realpathSync(nodePath)), '..');
	return existsSync(join(prefix, 'include', 'node', 'node.h')) ? prefix : undefined;
}

/** The path of node-gyp's script that npm brings along. */
export function nodeGyp() {
	const path = join(dirname(npmCli()), '..', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
	if (!existsSync(path)) throw new Error(`This npm has no node-gyp at ${path}. Install npm 10 or later.`);
	return path;
}

/** Whether the machine has SQLite's header and library in `/usr`, wherever its architecture keeps the library. */
export function hasSystemSqlite() {
	if (!existsSync('/usr/include/sqlite3.h')) return false;
	const folders = ['/usr/lib', '/usr/lib64', ...readdirSync('/usr/lib').map((name) => join('/usr/lib', name))];
	return folders.some((folder) => existsSync(join(folder, 'libsqlite3.so')));
}
