import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { npmCli } from './node.mjs';
import { run, step } from './steps.mjs';

/** Where n8n and other large things are kept between runs; PINTEREST_JOBS_CACHE names another place. */
export function cacheFolder() {
	if (process.env.PINTEREST_JOBS_CACHE) return process.env.PINTEREST_JOBS_CACHE;
	return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'n8n-nodes-pinterest-jobs');
}

/**
 * The folder `<cache>/<name>` with these npm dependencies in it, installed without running their scripts.
 * `finish(folder)` builds what those scripts would have built. Both happen once: a later call finds the stamps,
 * an interrupted install begins anew, and of two runs at once the second waits for the first.
 */
export async function installedOnce(name, { dependencies, overrides, node = process.execPath, finish = async () => {} }) {
	const folder = join(cacheFolder(), name);
	const isDone = (stamp) => existsSync(join(folder, stamp));
	if (isDone('.ready')) return folder;
	mkdirSync(cacheFolder(), { recursive: true });
	await withLock(`${folder}.lock`, async () => {
		if (!isDone('.installed')) await step(`Installing ${name} into ${cacheFolder()} (once)`, () => install(folder, { dependencies, overrides, node }));
		if (isDone('.ready')) return;
		await finish(folder);
		writeFileSync(join(folder, '.ready'), '');
	});
	return folder;
}

async function install(folder, { dependencies, overrides, node }) {
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder);
	writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies, overrides }));
	// `npm test` hands the legacy-peer-deps of our .npmrc down by the environment; n8n does not start without its peers.
	const words = ['install', '--ignore-scripts', '--legacy-peer-deps=false', '--no-audit', '--no-fund'];
	await run(node, [npmCli(), ...words], { cwd: folder });
	writeFileSync(join(folder, '.installed'), '');
}

/** Holds a lock folder, with our pid in it, while `work` runs; the lock of a process that is gone is taken over. */
export async function withLock(lock, work) {
	while (!acquire(lock)) {
		if (isAbandoned(lock)) rmSync(lock, { recursive: true, force: true });
		else await step(`Waiting for another run that holds ${lock}`, () => released(lock));
	}
	try {
		await work();
	} finally {
		rmSync(lock, { recursive: true, force: true });
	}
}

function acquire(lock) {
	try {
		mkdirSync(lock);
	} catch (error) {
		if (error.code === 'EEXIST') return false;
		throw error;
	}
	writeFileSync(join(lock, 'pid'), String(process.pid));
	return true;
}

async function released(lock) {
	while (existsSync(lock) && !isAbandoned(lock)) await sleep(500);
}

function isAbandoned(lock) {
	try {
		process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
		return false;
	} catch (error) {
		// ENOENT: its owner has only just made the folder, or has only just removed it.
		return error.code === 'ESRCH';
	}
}
