// Loaded into a worker: SIGUSR2 has it write to USAGE_PROBE_FILE what it uses now.
import { renameSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const MB = 1024 * 1024;

// getActiveResourcesInfo leaves out timers that keep no process alive, such as the heartbeats of Bottleneck.
const intervals = new Set();
const { setInterval: begin, clearInterval: end } = globalThis;
globalThis.setInterval = (...args) => {
	const timer = begin(...args);
	intervals.add(timer);
	return timer;
};
globalThis.clearInterval = (timer) => {
	intervals.delete(timer);
	end(timer);
};

let looks = 0;
process.on('SIGUSR2', () => {
	const { user, system } = process.cpuUsage();
	collect();
	const { heapUsed, rss } = process.memoryUsage();
	const active = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
	const file = process.env.USAGE_PROBE_FILE;
	writeFileSync(`${file}.new`, JSON.stringify({ looks: ++looks, heapMb: heapUsed / MB, rssMb: rss / MB, timers: active + intervals.size, cpuMs: (user + system) / 1000 }));
	renameSync(`${file}.new`, file);
});
