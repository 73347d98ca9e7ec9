import { parseArgs } from 'node:util';
import { peers, peerWish } from '../peers';
import { checkAll } from './check';
import { letClockBeSet } from './clock';
import { writeDocs } from './docs';
import { say, sayResult } from './report';
import { roundOf } from './round';
import { Run } from './run';
import { runShard } from './run-shard';
import { shardsOf, USUAL_TIME_FACTOR } from './shards';
import { sourceState } from './source-state';

const OPTIONS = {
	full: { type: 'boolean' }, seed: { type: 'string' }, fresh: { type: 'boolean' }, only: { type: 'string' }, check: { type: 'boolean' }, write: { type: 'boolean' },
	'no-n8n': { type: 'boolean' }, 'time-factor': { type: 'string' },
} as const;

/** `npm run bench:faults`: answers its exit code, 0 when nothing was double, missing or otherwise wrong. */
export async function bench(argv: string[], source: string): Promise<number> {
	const { values } = parseArgs({ args: argv, options: OPTIONS });
	const { hash, versions } = sourceState(source);
	await letClockBeSet(source);
	const mode = values.full ? 'full' : 'short';
	const seed = values.seed === undefined ? undefined : Number(values.seed);
	if (values.check) return checkAll({ mode: values.full ? 'full' : undefined, seed, write: values.write });
	const timeFactor = Number(values['time-factor'] ?? USUAL_TIME_FACTOR);
	const run = await Run.open({ mode, seed, timeFactor, fresh: values.fresh ?? false, sourceHash: hash, versions });
	say(`Fault bench, ${mode}: --seed ${run.facts.seed}, everything ${timeFactor} times as fast; ${run.folder}`);
	const wanted = (name: string) => !values.only || values.only.split(',').some((part) => name.startsWith(part));
	for (const plan of shardsOf(run.facts).filter(({ name }) => wanted(name))) await runShard(run, plan, source);
	await runPeers(run, { n8n: !values['no-n8n'], wanted });
	const isWhole = !values.only;
	if (isWhole) await run.finish();
	const isGood = sayResult(run, { isWhole });
	if (values.write && isWhole) await writeDocs(run);
	return isGood ? 0 : 1;
}

/** What people use instead, on the round of the first shard. */
async function runPeers(run: Run, { n8n, wanted }: { n8n: boolean; wanted: (name: string) => boolean }): Promise<void> {
	const { seed, mode, timeFactor } = run.facts;
	const { contenders, leftOut } = peers({ n8n });
	if (leftOut !== null) say(`Left out: ${leftOut}`);
	const round = await roundOf(peerWish(seed, { full: mode === 'full', timeFactor }));
	for (const { name, run: compete } of contenders) {
		const file = `peer-${name.replace(/\W+/g, '-')}`;
		if (run.read(file) !== undefined || !wanted(name)) continue;
		const row = await compete(round);
		await run.save(file, row);
		say(`✓ ${name}: ${row.double} double, ${row.missing} missing of ${row.jobs}, ${row.seconds.toFixed(0)} s`);
	}
}

