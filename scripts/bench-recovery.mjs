// npm run bench:recovery: how soon everything goes on after a killed worker or an outage of Redis, with the default lease.
// Real worker processes, a Redis of its own and the sandbox; about four minutes. Ends with 1 when a bound is broken.
// --write           puts the table into docs/benchmarks.md
import { runBench } from './lib/bench.mjs';

await runBench('recovery', 'recoveryBench');
