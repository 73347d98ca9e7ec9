// npm run bench:faults: no double Pin and no lost job under any fault we can make, beside what people use instead.
// --full            10,000 jobs in shards of some minutes; without it a short round of at most five
// --seed N          the same plan and trouble again
// --fresh           begins anew instead of going on with a run that was interrupted
// --only a,b        these shards and contenders alone
// --check           judges what .bench/faults holds, without running anything
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
const { bench } = await import(compiled.main);
process.exit(await bench(process.argv.slice(2), compiled.source));
