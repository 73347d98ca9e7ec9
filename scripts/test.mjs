// npm test: from a fresh clone, everything the tests need and then the tests.
// --only unit,lint    runs these alone (lint, types, build, unit, integration, simulation, e2e)
// --install-redis     installs Redis without asking when the machine has none
import { parseArgs } from 'node:util';
import { buildCheck, jestCheck, scriptCheck } from './lib/checks.mjs';
import { n8nInstalled, n8nOnNode24, n8nOnOlderNode, whyNotHere } from './lib/n8n-install.mjs';
import { ensureDependencies } from './lib/project.mjs';
import { ensureRedis } from './lib/redis.mjs';

const checks = [
	{ name: 'lint', run: () => scriptCheck('lint') },
	{ name: 'types', run: () => scriptCheck('types') },
	{ name: 'build', run: () => buildCheck() },
	{ name: 'unit', run: () => jestCheck('unit') },
	{ name: 'integration', onRedis: true, run: (env) => jestCheck('integration', { env }) },
	{ name: 'simulation', onRedis: true, run: (env) => jestCheck('simulation', { env }) },
	...[n8nOnOlderNode, n8nOnNode24].map((version) => ({
		name: 'e2e',
		n8n: version,
		onRedis: true,
		run: (env) => jestCheck('e2e', { env: { ...env, PINTEREST_JOBS_E2E_N8N: version }, args: ['--runInBand'] }),
	})),
];

const { values } = parseArgs({ options: { only: { type: 'string' }, 'install-redis': { type: 'boolean' } } });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
process.exit(await main().catch(complain));

async function main() {
	const todo = chosen(values.only).filter(runsHere);
	await ensureDependencies();
	for (const { n8n } of todo) if (n8n) await n8nInstalled(n8n);
	const redis = todo.some(({ onRedis }) => onRedis) ? await ensureRedis({ install: values['install-redis'], appendfsync: 'always' }) : undefined;
	try {
		return report(await allOf(todo, redis && { REDIS_URL: redis.url }));
	} finally {
		await redis?.stop();
	}
}

async function allOf(todo, env) {
	const results = [];
	for (const check of todo) results.push(await timed(check, env));
	return results;
}

function chosen(only) {
	if (!only) return checks;
	const names = only.split(',');
	// The e2e tests load what was built.
	if (names.includes('e2e')) names.push('build');
	const unknown = names.filter((name) => !checks.some((check) => check.name === name));
	if (unknown.length > 0) throw new Error(`--only ${unknown}: choose of ${[...new Set(checks.map(({ name }) => name))]}.`);
	return checks.filter(({ name }) => names.includes(name));
}

function runsHere({ n8n }) {
	const reason = n8n && whyNotHere(n8n);
	if (reason) console.log(`Skipped: ${reason}.`);
	return !reason;
}

async function timed(check, env) {
	const title = check.n8n ? `${check.name} on n8n ${check.n8n}` : check.name;
	console.log(`\n── ${title} ──`);
	const startedAt = Date.now();
	const result = await check.run(env);
	return { title, seconds: Math.round((Date.now() - startedAt) / 1000), ...result };
}

function report(results) {
	console.log('');
	for (const { title, seconds, passed, failed, note } of results) {
		const counts = passed > 0 || failed > 1 ? `${passed} passed, ${failed} failed` : '';
		console.log(`${failed ? '✗' : '✓'} ${title.padEnd(22)} ${String(seconds).padStart(5)} s  ${note ?? counts}`);
	}
	const sum = (key) => results.reduce((total, result) => total + result[key], 0);
	console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
	return sum('failed') === 0 ? 0 : 1;
}

function complain(error) {
	console.error(`\n${error.message}\n`);
	console.log('0 passed, 1 failed');
	return 1;
}
