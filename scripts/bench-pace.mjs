// npm run bench:pace: how a limit that nobody tells is found and kept, at the top of an hour and when it changes, beside a token
// bucket and n8n's HTTP Request node. A Redis of its own and the sandbox; about twenty minutes. Ends with 1 when a bound is broken.
// --write           puts the tables into docs/benchmarks.md
// --no-n8n          leaves n8n out
import { runBench } from './lib/bench.mjs';

await runBench('pace', 'paceBench');
