// Loaded into n8n by size.test.ts: SIGUSR2 begins to watch the memory in use and, said again, ends it; each writes what was seen to MEMORY_PROBE_FILE.
const { renameSync, writeFileSync } = require('node:fs');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
let watch;

function look() {
	collect();
	const { heapUsed, external } = process.memoryUsage();
	watch.before ??= heapUsed + external;
	watch.peak = Math.max(watch.peak, heapUsed + external);
	watch.looks += 1;
}

process.on('SIGUSR2', () => {
	const isOver = watch !== undefined;
	watch ??= { before: undefined, peak: 0, looks: 0 };
	look();
	const { before, peak, looks } = watch;
	const file = process.env.MEMORY_PROBE_FILE;
	writeFileSync(`${file}.new`, JSON.stringify({ before, peak, looks }));
	renameSync(`${file}.new`, file);
	if (isOver) {
		clearInterval(watch.timer);
		watch = undefined;
	} else watch.timer = setInterval(look, 100);
});
