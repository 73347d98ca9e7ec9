// npm run bench:faults: no double Pin and no lost job under any fault we can make, beside what people use instead.
// --full            10,000 jobs in shards of some minutes; without it a short round of at most five
// --seed N          the same plan and trouble again
// --fresh           begins anew instead of going on with a run that was interrupted
// --only a,b        these shards and contenders alone
// --check           judges what .bench/faults holds, without running anything
// --write           puts the table into docs/benchmarks.md
import { runBench } from './lib/bench.mjs';

await runBench('faults', 'bench');
