import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeDocs } from './docs';
import { say, sayResult } from './report';
import { Run, type RunFacts } from './run';
import { judgeShard } from './run-shard';

/** Judges anew what the latest run of this mode and seed has on disk: the histories of its shards, merged. */
export async function checkAll({ mode, seed, write = false }: { mode?: RunFacts['mode']; seed?: number; write?: boolean }): Promise<number> {
	const run = Run.all().findLast(({ facts }) => (mode ?? facts.mode) === facts.mode && (seed ?? facts.seed) === facts.seed);
	if (!run) {
		say('There is no such run in .bench/faults.');
		return 1;
	}
	say(`Judging ${run.folder} (--seed ${run.facts.seed})`);
	const shards = readdirSync(run.folder).filter((name) => existsSync(join(run.folder, name, 'history.jsonl.gz'))).map((name) => name.slice('shard-'.length));
	for (const name of shards) await judgeShard(run, name);
	const isGood = sayResult(run, { isWhole: run.isFinished });
	if (write && run.isFinished) await writeDocs(run);
	return isGood ? 0 : 1;
}
