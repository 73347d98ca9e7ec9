import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { judge, type Verdict } from './judge';
import { readRecording, writeRecording } from './recording';
import { say } from './report';
import { roundOf } from './round';
import type { Run } from './run';
import { Shard } from './shard';
import type { ShardPlan } from './shards';
import { timelinesOf } from './timeline';

/** Runs a shard and judges what it wrote down, unless that was done before. */
export async function runShard(run: Run, plan: ShardPlan, source: string): Promise<void> {
	if (run.shards.includes(plan.name)) return say(`✓ ${plan.name}: done before`);
	const folder = await run.shardFolder(plan.name);
	await writeFile(join(folder, 'plan.json'), `${JSON.stringify(plan, null, '\t')}\n`);
	const shard = new Shard(await roundOf(plan), { ...plan, source });
	try {
		await writeRecording(folder, await shard.run());
	} finally {
		await shard.end();
	}
	await judgeShard(run, plan.name);
}

/** Judges the history of a shard by what is on disk alone, keeps the verdict and says it. */
export async function judgeShard(run: Run, name: string): Promise<Verdict> {
	const folder = await run.shardFolder(name);
	const recording = await readRecording(folder);
	const verdict = await judge(recording);
	await run.save(join(`shard-${name}`, 'result'), verdict);
	const { row, violations, shard } = verdict;
	const isSound = Object.keys(violations).length === 0;
	say(`${isSound ? '✓' : '✗'} ${name}: ${row.jobs} jobs, ${row.double} double, ${row.missing} missing, ${row.lostEnqueues} enqueues lost, ${row.toHuman} to a person, ${row.seconds.toFixed(0)} s`);
	if (isSound) return verdict;
	const timelines = timelinesOf(recording, violations);
	await writeFile(join(folder, 'violations.txt'), `${JSON.stringify(violations, null, '\t')}\n\n${timelines}\n`);
	say(`  seed ${shard.seed}; everything is in ${join(folder, 'violations.txt')}`);
	for (const [invariant, wrong] of Object.entries(violations)) say(`  ${invariant}: ${wrong.length}, first: ${wrong[0]}`);
	say(timelines.split('\n\n')[0]!);
	return verdict;
}
