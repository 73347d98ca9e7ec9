// npm run bench:recovery: how soon everything goes on after a killed worker or an outage of Redis, with the default lease.
// Real worker processes, a Redis of its own and the sandbox; about four minutes. Ends with 1 when a bound is broken.
// --write           puts the table into docs/benchmarks.md
import { ensureDependencies } from './lib/project.mjs';
import { ensureRedisProgram } from './lib/redis.mjs';

await ensureDependencies();
await ensureRedisProgram();
// Only now: it is one of the dependencies.
const { compiledForBench } = await import('./lib/compiled-bench.mjs');
const compiled = await compiledForBench();
process.once('exit', compiled.remove);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
const { recoveryBench } = await import(new URL('../recovery/main.js', compiled.main).href);
process.exit(await recoveryBench(process.argv.slice(2), compiled.source));
