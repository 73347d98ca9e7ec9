import { ensureDependencies } from './project.mjs';
import { ensureRedisProgram } from './redis.mjs';

/** Runs a bench of test/bench, compiled as the sources stand now, and ends the process with its answer: `main` of `<folder>/main.ts`. */
export async function runBench(folder, main) {
	await ensureDependencies();
	await ensureRedisProgram();
	// Only now: it is one of the dependencies.
	const { compiledForBench } = await import('./compiled-bench.mjs');
	const compiled = await compiledForBench();
	process.once('exit', compiled.remove);
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
	const bench = await import(compiled.mainOf(folder));
	process.exit(await bench[main](process.argv.slice(2), compiled.source));
}
