import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { connect } from 'node:net';
import { installedOnce } from './cache.mjs';
import { answersPing, freePort, waitUntil } from './ports.mjs';
import { redisProgram, startRedisServer, watchedProcess } from './redis-server.mjs';
import { installCommand, mayInstall, systemInstall } from './system.mjs';

/**
 * A Redis to work with, in this order: REDIS_URL; redis-server or valkey-server on PATH; one installed by the system's
 * package manager; and, only with `allowEmbedded`, one written in JavaScript that keeps nothing.
 * `detached` keeps a Ctrl-C at the terminal from it. Returns { url, kind: 'given' | 'server' | 'embedded', stop() }. `dir` keeps the data of a server we start,
 * `appendfsync` says how often it syncs.
 */
export async function ensureRedis({ allowEmbedded = false, install = false, detached = false, dir, appendfsync, log = console.log } = {}) {
	if (process.env.REDIS_URL) return given(process.env.REDIS_URL);
	await tryForProgram(install, log);
	if (redisProgram()) {
		const server = await startRedisServer({ dir, detached, appendfsync });
		return { url: server.url, kind: 'server', stop: server.stop };
	}
	if (!allowEmbedded) throw new Error(`Redis is missing. Install Redis 7 or later${howTo()}, or set REDIS_URL.`);
	return embedded(log, detached);
}

/** For who starts, kills and cuts servers of its own: rejects when the machine has none and none may be installed. */
export async function ensureRedisProgram({ install = false, log = console.log } = {}) {
	await tryForProgram(install, log);
	if (!redisProgram()) throw new Error(`redis-server is missing. Install Redis 7 or later${howTo()}.`);
}

async function tryForProgram(install, log) {
	if (!redisProgram() && (await mayInstallRedis(install, log))) await installRedis(log);
}

async function given(url) {
	const { hostname, port } = new URL(url);
	await reachable(hostname, Number(port || 6379)).catch((error) => {
		throw new Error(`REDIS_URL names ${hostname}:${port || 6379}, where nothing answers (${error.message}). Start it, or unset REDIS_URL.`);
	});
	return { url, kind: 'given', stop: async () => {} };
}

function reachable(host, port) {
	return new Promise((resolve, reject) => {
		const socket = connect({ host, port, timeout: 5000 });
		socket.once('timeout', () => socket.destroy(new Error('no answer within 5 s')));
		socket.once('error', reject);
		socket.once('connect', () => resolve(socket.destroy()));
	});
}

// Debian's `redis` is a name for `redis-server`; dnf, apk and brew know `redis` alone.
const packages = ['redis'];

function howTo() {
	const command = installCommand(packages);
	return command ? ` (${command})` : '';
}

async function mayInstallRedis(install, log) {
	const command = installCommand(packages);
	if (!command) return false;
	if (install) return true;
	if (!process.stdin.isTTY) return mayInstall();
	log('Redis is missing, and the jobs are kept in Redis.');
	const terminal = createInterface({ input: process.stdin, output: process.stdout });
	const answer = await terminal.question(`Install it now with "${command}"? [y/N] `);
	terminal.close();
	return /^y(es)?$/i.test(answer.trim());
}

async function installRedis(log) {
	try {
		await systemInstall(packages, 'Redis');
	} catch (error) {
		log(`Redis could not be installed: ${error.message}`);
	}
}

/** Good for a first look: about a hundred times slower than Redis, and everything is gone when it ends. */
async function embedded(log, detached) {
	const folder = await installedOnce('js-redis-server-0.3.0', { dependencies: { 'js-redis-server': '0.3.0' } });
	const port = await freePort();
	const server = watchedProcess(process.execPath, [join(import.meta.dirname, 'embedded-redis.mjs'), folder, String(port)], {
		detached,
	});
	await waitUntil(() => answersPing(port), { what: 'the embedded Redis', gaveUp: server.failure });
	log('');
	log('!! No Redis was found, so an EMBEDDED one is used: slow, and it KEEPS NOTHING. For a first look only.');
	log(`!! For anything else install Redis 7 or later${howTo()}, or name one in REDIS_URL.`);
	log('');
	return { url: `redis://127.0.0.1:${port}`, kind: 'embedded', stop: () => server.end('SIGTERM') };
}
