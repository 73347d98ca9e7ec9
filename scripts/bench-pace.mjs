// npm run bench:pace: how a limit that nobody tells is found and kept, at the top of an hour and when it changes, beside a token
// bucket and n8n's HTTP Request node. A Redis of its own and the sandbox; about twenty minutes. Ends with 1 when a bound is broken.
// --write           puts the tables into docs/benchmarks.md
// --no-n8n          leaves n8n out
import { ensureDependencies } from './lib/project.mjs';
import { ensureRedisProgram } from './lib/redis.mjs';

await ensureDependencies();
await ensureRedisProgram();
// Only now: it is one of the dependencies.
const { compiledForBench } = await import('./lib/compiled-bench.mjs');
const compiled = await compiledForBench();
process.once('exit', compiled.remove);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
const { paceBench } = await import(new URL('../pace/main.js', compiled.main).href);
process.exit(await paceBench(process.argv.slice(2)));
