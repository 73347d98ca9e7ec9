import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answersPing, freePort, waitUntil } from './ports.mjs';
import { programOnPath } from './programs.mjs';

/** `redis-server` or `valkey-server`, if the machine has one; PINTEREST_JOBS_REDIS_PROGRAM names another. */
export const redisProgram = () => process.env.PINTEREST_JOBS_REDIS_PROGRAM || programOnPath('redis-server', 'valkey-server');

/** What repairs its append-only file, of the same release. */
export const checkAofProgram = () => process.env.PINTEREST_JOBS_REDIS_PROGRAM?.replace(/-server$/, '-check-aof') || programOnPath('redis-check-aof', 'valkey-check-aof');

/**
 * Starts a Redis of our own on 127.0.0.1 that writes an append-only file and never evicts.
 * A `dir` given by the caller is kept after `stop()`, so that a second start finds its data.
 */
export async function startRedisServer(options = {}) {
	const { appendfsync = 'everysec', dir, port, args = [], detached = false, program = redisProgram() } = options;
	if (!program) throw new Error('No redis-server or valkey-server on PATH. Install Redis 7 or set REDIS_URL.');
	const folder = dir ?? mkdtempSync(join(tmpdir(), 'pinterest-jobs-redis-'));
	const usedPort = port ?? (await freePort());
	const settings = [
		['--port', usedPort, '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
		['--appendonly', 'yes', '--appendfsync', appendfsync, '--maxmemory-policy', 'noeviction'],
		args,
	].flat();
	const forget = () => {
		if (!dir) rmSync(folder, { recursive: true, force: true });
	};
	const server = watchedProcess(program, settings.map(String), { detached }, forget);
	await waitUntil(() => answersPing(usedPort), { what: 'redis-server', gaveUp: server.failure });
	return {
		url: `redis://127.0.0.1:${usedPort}`,
		port: usedPort,
		pid: server.child.pid,
		dir: folder,
		stop: async () => {
			await server.end('SIGTERM');
			forget();
		},
		kill: () => server.end('SIGKILL'),
	};
}

/** A child that dies with us, and then `forget`s; `failure()` says why it ended, `end(signal)` waits for its end. */
export function watchedProcess(program, args, options = {}, forget = () => {}) {
	const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
	const killWithUs = () => {
		child.kill('SIGKILL');
		forget();
	};
	let output = '';
	let ended;
	process.once('exit', killWithUs);
	for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output = (output + chunk).slice(-4000)));
	child.once('error', (error) => (ended = error.message));
	child.once('exit', (code, signal) => {
		ended ??= `ended with ${signal ?? code}\n${output.trim()}`;
		process.removeListener('exit', killWithUs);
	});
	const end = async (signal) => {
		if (ended) return;
		const gone = once(child, 'exit');
		child.kill(signal);
		await gone;
	};
	return { child, failure: () => ended, end };
}
