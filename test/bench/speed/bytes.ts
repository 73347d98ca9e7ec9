import type { Redis } from 'ioredis';
import { Bout } from './bout';
import type { ContenderName } from './contender';
import { BOARDS, FIRST } from './lifecycle';
import { memoryUsed } from './meter';
import type { Part } from './part';
import { withRedis } from './rig';
import { bounded, timesBullmq } from './spread';

/** Bytes a job takes: with all that stands beside it for a while, and without. */
interface Taken {
	whole: number;
	lasting: number;
}

interface Bytes {
	jobs: number;
	taken: Record<ContenderName, { waiting: Taken; kept: Taken; tombstone: Taken | null }>;
}

/** What has a lifetime or a length of its own, however many jobs there are: the log of events, and first answers of calls. */
const PASSING = ['*:events', '*:op:*'];

/** What a job takes while it waits, after its end, and after its keeping. */
export const bytes: Part<Bytes> = {
	name: 'bytes', title: 'Bytes of a job',

	measure: (bench) => withRedis({ appendonly: false }, async (redis, redisUrl) => {
		const jobs = bench.short ? 2000 : 20_000, accounts = bench.short ? 50 : 500, taken = {} as Bytes['taken'];
		for (const contender of ['bullmq', 'engine'] as const) {
			taken[contender] = await Bout.with(redis, { contender, redisUrl, accounts, boards: BOARDS, concurrency: FIRST[contender].concurrency }, async (bout) => {
				// Of the jobs it warmed up with nothing is to be left that goes later.
				await bout.worker.ask('bury');
				const before = await stepOf(redis);
				await bout.enqueue(jobs, FIRST[contender].way);
				const waiting = await stepOf(redis);
				await bout.work(jobs);
				const kept = await stepOf(redis);
				await bout.worker.ask('bury');
				const buried = await stepOf(redis);
				const each = (step: Taken): Taken => ({ whole: (step.whole - before.lasting) / jobs, lasting: (step.lasting - before.lasting) / jobs });
				return { waiting: each(waiting), kept: each(kept), tombstone: contender === 'engine' ? each(buried) : null };
			});
		}
		return { jobs, taken };
	}),

	figures: ({ taken: { engine, bullmq } }) => [
		timesBullmq('bytes of a waiting job, of BullMQ\'s', '≤', 0.9, [engine.waiting.lasting], [bullmq.waiting.lasting]),
		timesBullmq('bytes kept of a job after its end, of BullMQ\'s', '≤', 0.4, [engine.kept.lasting], [bullmq.kept.lasting]),
		bounded('bytes of a tombstone', '≤', 220, [engine.tombstone?.lasting ?? NaN], { unit: ' B' }),
	],

	table: ({ jobs, taken: { bullmq, engine } }) => {
		const number = (one: number | undefined) => (one === undefined ? '' : Math.round(one).toLocaleString('en-US'));
		const row = (what: string, read: (of: Bytes['taken']['engine']) => number | undefined) => `| ${what} | ${number(read(bullmq))} | ${number(read(engine))} |`;
		return [
			`Growth of \`used_memory\` over ${jobs.toLocaleString('en-US')} jobs, by job. What passes is the log of events (of the engine 7 days or 100,000 events, of BullMQ some 10,000), and of the engine `
			+ 'its answers to calls, which it keeps for two minutes to give them again, and when each Pin of the last minute was sent.\n',
			'| | BullMQ | engine |', '| --- | --: | --: |',
			row('waiting', ({ waiting }) => waiting.lasting), row('… with what passes', ({ waiting }) => waiting.whole),
			row('kept after its end', ({ kept }) => kept.lasting), row('… with what passes', ({ kept }) => kept.whole),
			row('tombstone', ({ tombstone }) => tombstone?.lasting),
		].join('\n');
	},
};

async function stepOf(redis: Redis): Promise<Taken> {
	const whole = await memoryUsed(redis);
	for (const match of PASSING) {
		for await (const keys of redis.scanStream({ match, count: 1000 })) if (keys.length > 0) await redis.del(...(keys as string[]));
	}
	return { whole, lasting: await memoryUsed(redis) };
}
