import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { mutatedFiles } from './mutants.mjs';
import { jestProgram, projectFolder } from './project.mjs';
import { startRedisServer } from './redis-server.mjs';

/** What the tests read of a checkout. */
export const COPIED = ['src', 'test', 'nodes', 'credentials', 'scripts', 'docs', 'workflows', 'index.js', 'package.json', 'tsconfig.json', 'jest.config.mjs'];

/** A copy of the checkout in which one bug at a time is planted and the tests are run until the first of them fails. */
export class MutantBench {
	#root = mkdtempSync(join(tmpdir(), 'pinterest-jobs-mutant-'));

	constructor() {
		for (const name of COPIED) cpSync(join(projectFolder, name), join(this.#root, name), { recursive: true });
		symlinkSync(join(projectFolder, 'node_modules'), join(this.#root, 'node_modules'), 'dir');
	}

	/** The first test that fails with this bug, and after how long; `caught` is null when none does in time, `failed` says that Jest could not run. */
	async try(mutant, withinMs) {
		const files = mutatedFiles(mutant, this.#root);
		const sound = new Map([...files.keys()].map((file) => [file, readFileSync(join(this.#root, file), 'utf8')]));
		this.#write(files);
		try {
			return await this.run(mutant.tests, withinMs);
		} finally {
			this.#write(sound);
		}
	}

	/** The same for the code as it stands in the copy. */
	async run(tests, withinMs) {
		// Synced as in test/support/redis-up.ts.
		const redis = await startRedisServer({ appendfsync: 'always' });
		const startedAt = performance.now();
		const jest = this.#jest(tests, redis.url);
		const timer = setTimeout(() => end(jest), withinMs);
		try {
			return { ...await firstFailure(jest), ms: performance.now() - startedAt };
		} finally {
			clearTimeout(timer);
			end(jest);
			await redis.stop();
		}
	}

	remove() {
		rmSync(this.#root, { recursive: true, force: true });
	}

	#write(files) {
		for (const [file, text] of files) writeFileSync(join(this.#root, file), text);
	}

	/** In a group of its own, so that servers which tests start end with it. */
	#jest(tests, redisUrl) {
		const options = ['--selectProjects', 'unit', 'integration', 'simulation', '--no-coverage', '--runInBand', '--forceExit', '--runTestsByPath', ...tests];
		const own = ['--testSequencer', './test/mutants/given-order.mjs', '--reporters', './test/mutants/first-failure.mjs'];
		const env = { SIMULATION_SEED: '1', MODEL_SECONDS: '20', MODEL_SHRINKS: 'no', ...process.env, REDIS_URL: redisUrl, MUTANT_TESTS: tests.join(',') };
		const words = [jestProgram, ...own, ...options];
		return spawn(process.execPath, words, { cwd: this.#root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
	}
}

/** Resolves at the first test that fails, or when Jest ends; `output` is its last words. */
function firstFailure(jest) {
	return new Promise((resolve) => {
		let output = '';
		const note = (line) => (output = `${output}${line}\n`.slice(-4000));
		createInterface(jest.stderr).on('line', note);
		createInterface(jest.stdout).on('line', (line) => {
			if (line.startsWith('FIRST-FAILURE ')) resolve({ caught: JSON.parse(line.slice('FIRST-FAILURE '.length)), failed: false, output });
			else note(line);
		});
		// Before any test has failed only a Jest that cannot run ends with a code; one that was ended in time has none.
		jest.on('close', (code) => resolve({ caught: null, failed: code !== 0 && code !== null, output }));
	});
}

function end(jest) {
	try {
		process.kill(-jest.pid, 'SIGKILL');
	} catch (error) {
		if (error.code !== 'ESRCH') throw error;
	}
}
