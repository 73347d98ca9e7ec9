// npm run test:topologies: the integration tests on every kind of Redis; some 15 minutes each.
// --only cluster,tls    these alone (standalone, redis-8, valkey-8, cluster, sentinel, tls)
// --tests pattern       these test files alone
// --install-redis       installs Redis without asking when the machine has none
import { parseArgs } from 'node:util';
import { jestCheck } from './lib/checks.mjs';
import { whyNoNewerRedis } from './lib/newer-redis.mjs';
import { ensureDependencies } from './lib/project.mjs';
import { ensureRedis } from './lib/redis.mjs';

const NAMES = ['standalone', 'redis-8', 'valkey-8', 'cluster', 'sentinel', 'tls'];
/** It fails over between two files, and no test is to be under way then. */
const ONE_BY_ONE = ['sentinel'];

const { values } = parseArgs({ options: { only: { type: 'string' }, tests: { type: 'string' }, 'install-redis': { type: 'boolean' } } });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

const names = values.only?.split(',') ?? NAMES, unknown = names.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) throw new Error(`--only ${unknown}: choose of ${NAMES}.`);
await ensureDependencies();
// Its program is needed, not the server.
await (await ensureRedis({ install: values['install-redis'] })).stop();
const results = [];
for (const name of names) {
	const why = /-8$/.test(name) && whyNoNewerRedis();
	if (why) {
		results.push({ name, note: `not run: ${why}` });
		continue;
	}
	console.log(`\n── ${name} ──`);
	const startedAt = Date.now();
	const args = [...(values.tests ? ['--testPathPatterns', values.tests] : []), ...(ONE_BY_ONE.includes(name) ? ['--runInBand', '--reporters', 'default', '--reporters', '<rootDir>/test/support/halfway.mjs'] : [])];
	const counts = await jestCheck('integration', { env: { REDIS_URL: '', PINTEREST_JOBS_TEST_TOPOLOGY: name }, args });
	results.push({ name, ...counts, seconds: Math.round((Date.now() - startedAt) / 1000) });
}
console.log('');
for (const { name, passed, failed, seconds, note } of results) console.log(`${failed ? '✗' : note ? '–' : '✓'} ${name.padEnd(12)} ${note ?? `${passed} passed, ${failed} failed, ${seconds} s`}`);
process.exit(results.some(({ failed }) => failed) ? 1 : 0);
