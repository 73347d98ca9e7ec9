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
 * `finish(folder)` builds what those scripts would have built; an install that is whole is not repeated for it.
 */
export async function installedOnce(name, { dependencies, overrides, node = process.execPath, finish = async () => {} }) {
	return preparedOnce(name, async (folder) => {
		if (!existsSync(join(folder, '.installed'))) await step(`Installing ${name} into ${cacheFolder()} (once)`, () => install(folder, { dependencies, overrides, node }));
		await finish(folder);
	});
}

/**
 * The folder `<cache>/<name>` as `prepare(folder)` leaves it, which happens once: a later call finds the stamp, what was interrupted
 * begins anew, and of two runs at once the second waits for the first.
 */
export async function preparedOnce(name, prepare) {
	const folder = join(cacheFolder(), name), stamp = join(folder, '.ready');
	if (existsSync(stamp)) return folder;
	mkdirSync(cacheFolder(), { recursive: true });
	await withLock(`${folder}.lock`, async () => {
		if (existsSync(stamp)) return;
		await prepare(folder);
		writeFileSync(stamp, '');
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
async function withLock(lock, work) {
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
