// npm run bench:scale: one account with 100,000 waiting jobs beside 200 with one each, and 5,000 accounts on one worker.
// Real worker processes, a Redis of its own and the sandbox; about half an hour. Ends with 1 when a bound is broken.
// --only backlog    or many: one of the two
// --accounts N --waiting N --others N --idle S --rest S   other sizes; S seconds are watched while nothing is due, after so many of rest
// --write           puts the table into docs/benchmarks.md
import { runBench } from './lib/bench.mjs';

await runBench('scale', 'scaleBench');
