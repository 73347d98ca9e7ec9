import type { Redis } from 'ioredis';
import { prefixOf } from '../../../src/store/keys';
import { ScriptTimes, longestOf } from '../scale/script-times';
import { Bout, type PerJob } from './bout';
import { NAMESPACE } from './engine';
import { BOARDS, FIRST } from './lifecycle';
import { memoryUsed } from './meter';
import { say, type Part } from './part';
import { withRedis } from './rig';
import { bounded } from './spread';

/** What some jobs cost while so many others wait. */
interface Level {
	waiting: number;
	enqueue: PerJob;
	work: PerJob;
	longest: [script: string, ms: number];
	memoryMb: number;
}

interface Backlog {
	accounts: number;
	sample: number;
	levels: Level[];
}

/** Rates with the shortest and the longest backlog may differ by a quarter. */
const FLAT = 0.75;
const LONGEST_SCRIPT_MS = 15;
/** Below this the slow log would be full of what does not matter here, µs. */
const SLOW_US = 2000;

/** What a backlog costs whoever comes after it: nothing. */
export const backlog: Part<Backlog> = {
	name: 'backlog', title: 'Beside a backlog',

	measure: ({ short, most = 1_000_000 }) => withRedis({ appendonly: false }, (redis, redisUrl) => {
		const { accounts, sample, levels } = short ? { accounts: 50, sample: 300, levels: [500, 1500] } : { accounts: 2000, sample: 5000, levels: [10_000, 100_000, 1_000_000].filter((level) => level <= most) };
		const { way, concurrency } = FIRST.engine;
		return Bout.with(redis, { contender: 'engine', redisUrl, accounts, boards: BOARDS, concurrency }, async (bout) => {
			const measured: Backlog = { accounts, sample, levels: [] };
			for (const level of levels) {
				const times = await ScriptTimes.begin(redis, SLOW_US);
				// What was begun when the last sample was full has ended, too.
				for (let left = await missing(redis, level - sample); left > 0; left -= sample) await bout.enqueue(Math.min(sample, left), way);
				const enqueue = await bout.enqueue(sample, way), memoryMb = await memoryUsed(redis) / 1024 / 1024, work = await bout.work(sample);
				measured.levels.push({ waiting: level, enqueue, work, longest: longestOf(await times.end()), memoryMb });
				say(`  ${level} waiting: enqueue ${Math.round(enqueue.perSecond)}, process ${Math.round(work.perSecond)} a second`);
			}
			return measured;
		});
	}),

	figures: ({ levels }) => [
		bounded('enqueue: the slowest of these, of the fastest', '≥', FLAT, [evenness(levels.map(({ enqueue }) => enqueue.perSecond))], { digits: 2 }),
		bounded('claim to settle: the slowest of these, of the fastest', '≥', FLAT, [evenness(levels.map(({ work }) => work.perSecond))], { digits: 2 }),
		bounded('the longest of all scripts', '≤', LONGEST_SCRIPT_MS, [Math.max(...levels.map(({ longest: [, ms] }) => ms))], { unit: ' ms', digits: 1 }),
	],

	table: ({ accounts, sample, levels }) => [
		`Jobs of ${accounts.toLocaleString('en-US')} accounts wait; ${sample.toLocaleString('en-US')} more are put in, and as many worked off.\n`,
		'| waiting | enqueue, a second | Redis µs a job | claim to settle, a second | Redis µs a job | longest script | memory of Redis |', '| --: | --: | --: | --: | --: | --- | --: |',
		...levels.map(({ waiting, enqueue, work, longest: [script, ms], memoryMb }) =>
			`| ${[waiting, enqueue.perSecond, enqueue.redisUs, work.perSecond, work.redisUs].map((one) => Math.round(one).toLocaleString('en-US')).join(' | ')} | ${ms === 0 ? `below ${SLOW_US / 1000} ms` : `\`${script}\`, ${ms.toFixed(1)} ms`} | ${Math.round(memoryMb)} MB |`),
	].join('\n'),
};

async function missing(redis: Redis, wanted: number): Promise<number> {
	return wanted - await redis.zcard(`${prefixOf(NAMESPACE)}state:queued`);
}

function evenness(rates: number[]): number {
	return Math.min(...rates) / Math.max(...rates);
}
