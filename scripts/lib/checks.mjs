import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npmCli } from './node.mjs';
import { ensureBuild, jestProgram, projectFolder } from './project.mjs';
import { ensureRedis } from './redis.mjs';
import { show } from './steps.mjs';

/** Runs a script of package.json; one that fails counts as one failure among the tests. */
export async function scriptCheck(name) {
	const code = await show(process.execPath, [npmCli(), 'run', '--silent', name], { cwd: projectFolder });
	return { passed: 0, failed: code === 0 ? 0 : 1 };
}

/** Builds `dist` for the tests that load it. */
export async function buildCheck() {
	try {
		await ensureBuild();
		return { passed: 0, failed: 0 };
	} catch (error) {
		console.error(error.message);
		return { passed: 0, failed: 1 };
	}
}

/** Runs one Jest project and counts its tests; a file that could not be run counts as a failure. */
export async function jestCheck(project, { env = {}, args = [] } = {}) {
	if (!hasTests(project)) return { passed: 0, failed: 0, note: 'no tests' };
	const folder = mkdtempSync(join(tmpdir(), 'pinterest-jobs-results-'));
	const outputFile = join(folder, 'results.json');
	const words = [jestProgram, '--selectProjects', project, '--json', '--outputFile', outputFile, ...args];
	// --json also prints the results to stdout, where only machines would read them.
	const code = await show(process.execPath, words, { cwd: projectFolder, env: { ...process.env, ...env }, quiet: true });
	const counts = countsIn(outputFile, code);
	rmSync(folder, { recursive: true });
	return counts;
}

/** Runs Jest on a Redis for all to see; answers its exit code. What the environment says goes before `env`. */
export async function showJest(args, { env = {}, appendfsync } = {}) {
	const redis = await ensureRedis({ appendfsync });
	try {
		return await show(process.execPath, [jestProgram, ...args], { cwd: projectFolder, env: { ...env, ...process.env, REDIS_URL: redis.url } });
	} finally {
		await redis.stop();
	}
}

function countsIn(outputFile, code) {
	if (!existsSync(outputFile)) return { passed: 0, failed: 1, note: 'Jest did not finish' };
	const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(outputFile, 'utf8'));
	const failed = numFailedTests + numRuntimeErrorTestSuites;
	return { passed: numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
}

function hasTests(project) {
	const folder = join(projectFolder, 'test', project);
	return existsSync(folder) && readdirSync(folder, { recursive: true }).some((name) => name.endsWith('.test.ts'));
}
