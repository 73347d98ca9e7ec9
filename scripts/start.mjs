// npm start: from a fresh clone, brings up Redis, the sandbox and a real n8n, and publishes a first batch.
// --exit             ends after the verdict; the exit code is 0 only if it is good
// --install-redis    installs Redis without asking when the machine has none
import { parseArgs } from 'node:util';
import { n8nInstalled } from './lib/n8n-install.mjs';
import { ensureBuild, ensureDependencies, projectFolder } from './lib/project.mjs';
import { ensureRedis } from './lib/redis.mjs';

const { values } = parseArgs({ options: { exit: { type: 'boolean' }, 'install-redis': { type: 'boolean' } } });
const ending = new AbortController();
let demoRuns = false;
endOnSignals();
process.exit(await main().catch(complain));

async function main() {
	await ensureDependencies();
	await ensureBuild();
	const n8nInstall = await n8nInstalled();
	const redis = await ensureRedis({ allowEmbedded: true, install: values['install-redis'], detached: true });
	try {
		// Not at the top of the file: the demo may use what has only just been installed.
		const { runDemo } = await import('./demo/demo.mjs');
		demoRuns = true;
		return await runDemo({
			redis,
			n8nInstall,
			packageDir: projectFolder,
			exit: Boolean(values.exit),
			signal: ending.signal,
			log: console.log,
		});
	} finally {
		await redis.stop();
	}
}

/** The first signal asks the demo to end in order; with the second, or while it is not running yet, we are gone at once. */
function endOnSignals() {
	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
		process.on(name, () => {
			if (!demoRuns || ending.signal.aborted) process.exit(130);
			ending.abort();
		});
	}
}

function complain(error) {
	console.error(`\n${error.message}\n`);
	return 1;
}
