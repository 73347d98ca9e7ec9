// npm run bench: how fast the engine is, beside BullMQ on the same Redis. About an hour; ends with 1 when a bound is broken.
// --short           a minute; ends with 1 only when the bench itself breaks. Runs before a change goes in
// --only a,b        some parts of it
// --seed N          the same chance again
// --jobs N --most N   jobs of a round of enqueuing and working, and the longest backlog; 10,000 and a million otherwise
// --check           shows what .bench/speed holds of the last runs, without running anything
// --write           puts the tables into docs/benchmarks.md
// --alone           for whoever makes the engine faster or smaller: one round of it, script by script and key by key, without BullMQ
// --profile         the same, with a .cpuprofile of each process in .bench/speed
// --jobs N --accounts N --only enqueue   for these two: other sizes (5,000 and 500), and no more than enqueuing
import { runBench } from './lib/bench.mjs';

await runBench('speed', 'speedBench');
