import type { Redis } from 'ioredis';
import { BOUNDS } from '../../../src/store/keys';
import { Bout } from './bout';
import type { ContenderName } from './contender';
import { bytesByKind } from './key-bytes';
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

/** Kind of key → what its keys take at each age of a job, bytes a job. */
type ByKind = Record<string, Partial<Record<Age, number>>>;

interface Bytes {
	jobs: number;
	byKind: ByKind;
	taken: Record<ContenderName, { waiting: Taken; kept: Taken; tombstone: Taken | null }>;
}

const AGES = ['waiting', 'kept', 'tombstone'] as const;
type Age = (typeof AGES)[number];
/** A kind of key that takes less is not worth a line, bytes a job. */
const LEAST_BYTES = 5;

/** What has a lifetime or a length of its own, however many jobs there are: the log of events, first answers of calls, and when each Pin of the last minute was sent. */
const PASSING = ['*:events', '*:op:*', '*:sent:*'];

/** What a job takes while it waits, after its end, and after its keeping. */
export const bytes: Part<Bytes> = {
	name: 'bytes', title: 'Bytes of a job',

	measure: (bench) => withRedis({ appendonly: false }, async (redis, redisUrl) => {
		const jobs = bench.short ? 2000 : 20_000, accounts = bench.short ? 50 : 500, taken = {} as Bytes['taken'], byKind: ByKind = {};
		const note = async (contender: ContenderName, age: Age) => {
			if (contender !== 'engine') return;
			for (const [kind, all] of await bytesByKind(redis)) if (all / jobs >= LEAST_BYTES) (byKind[kind] ??= {})[age] = all / jobs;
		};
		for (const contender of ['bullmq', 'engine'] as const) {
			taken[contender] = await Bout.with(redis, { contender, redisUrl, accounts, boards: BOARDS, concurrency: FIRST[contender].concurrency }, async (bout) => {
				// Of the jobs it warmed up with nothing is to be left that goes later.
				await bout.worker.ask('bury');
				const before = await stepOf(redis);
				await bout.enqueue(jobs, FIRST[contender].way);
				const waiting = await stepOf(redis);
				await note(contender, 'waiting');
				await bout.work(jobs);
				const kept = await stepOf(redis);
				await note(contender, 'kept');
				await bout.worker.ask('bury');
				const buried = await stepOf(redis);
				await note(contender, 'tombstone');
				const each = (step: Taken): Taken => ({ whole: (step.whole - before.lasting) / jobs, lasting: (step.lasting - before.lasting) / jobs });
				return { waiting: each(waiting), kept: each(kept), tombstone: contender === 'engine' ? each(buried) : null };
			});
		}
		return { jobs, taken, byKind };
	}),

	figures: ({ taken: { engine, bullmq } }) => [
		timesBullmq('bytes of a waiting job, of BullMQ\'s', '≤', 0.9, [engine.waiting.lasting], [bullmq.waiting.lasting]),
		timesBullmq('bytes kept of a job after its end, of BullMQ\'s', '≤', 0.4, [engine.kept.lasting], [bullmq.kept.lasting]),
		bounded('bytes of a tombstone', '≤', 220, [engine.tombstone?.lasting ?? NaN], { unit: ' B' }),
	],

	table: ({ jobs, byKind, taken: { bullmq, engine } }) => {
		const number = (one: number | undefined) => (one === undefined ? '' : Math.round(one).toLocaleString('en-US'));
		const row = (what: string, read: (of: Bytes['taken']['engine']) => number | undefined) => `| ${what} | ${number(read(bullmq))} | ${number(read(engine))} |`;
		return [
			`Growth of \`used_memory\` over ${jobs.toLocaleString('en-US')} jobs, by job. What passes is the log of events (of the engine 7 days or 100,000 events, of BullMQ some 10,000), and of the engine `
			+ 'its answers to calls, which it keeps for two minutes to give them again, and when each Pin of the last minute was sent.\n',
			'| | BullMQ | engine |', '| --- | --: | --: |',
			row('waiting', ({ waiting }) => waiting.lasting), row('… with what passes', ({ waiting }) => waiting.whole),
			row('kept after its end', ({ kept }) => kept.lasting), row('… with what passes', ({ kept }) => kept.whole),
			row('tombstone', ({ tombstone }) => tombstone?.lasting),
			'\nOf the engine by kind of key, as `MEMORY USAGE` has it; what is missing to the above are the tables in which Redis finds keys and when they end:\n',
			'| key | holds | waiting | kept after its end | tombstone |', '| --- | --- | --: | --: | --: |',
			...Object.entries(byKind).map(([kind, each]) => `| \`${kind}\` | ${BOUNDS.find(({ pattern }) => pattern === kind)?.holds ?? ''} | ${AGES.map((age) => number(each[age])).join(' | ')} |`),
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
