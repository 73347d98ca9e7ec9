import { setPriority } from 'node:os';
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

const { way } = FIRST.engine;
/** Jobs of an account that are under way at a time: few, so that soon as many begin as end. */
const concurrency = 1;

/** What a backlog costs whoever comes after it: nothing. */
export const backlog: Part<Backlog> = {
	name: 'backlog', title: 'Beside a backlog',

	measure: ({ short, most = 1_000_000 }) => withRedis({ appendonly: false }, async (redis, redisUrl) => {
		const { accounts, sample, levels } = short ? { accounts: 50, sample: 300, levels: [500, 1500] } : { accounts: 2000, sample: 5000, levels: [10_000, 100_000, 1_000_000].filter((level) => level <= most) };
		await putFirst(redis);
		const measured: Backlog = { accounts, sample, levels: [] };
		for (const waiting of levels) {
			const level = await Bout.with(redis, { contender: 'engine', redisUrl, accounts, boards: BOARDS, concurrency }, (bout) => measure(bout, waiting, sample, accounts * concurrency));
			measured.levels.push(level);
			say(`  ${waiting} waiting: enqueue ${Math.round(level.enqueue.perSecond)}, process ${Math.round(level.work.perSecond)} a second`);
		}
		return measured;
	}),

	figures: ({ levels }) => [
		bounded('enqueue: the slowest of these, of the fastest', '≥', FLAT, [evenness(levels.map(({ enqueue }) => enqueue.perSecond))], { digits: 2 }),
		bounded('claim to settle: the slowest of these, of the fastest', '≥', FLAT, [evenness(levels.map(({ work }) => work.perSecond))], { digits: 2 }),
		bounded('the longest of all scripts', '≤', LONGEST_SCRIPT_MS, [Math.max(...levels.map(({ longest: [, ms] }) => ms))], { unit: ' ms', digits: 1 }),
	],

	table: ({ accounts, sample, levels }) => [
		`Jobs of ${accounts.toLocaleString('en-US')} accounts wait; ${sample.toLocaleString('en-US')} more are put in, and as many worked off, one of an account at a time.\n`,
		'| waiting | enqueue, a second | Redis µs a job | claim to settle, a second | Redis µs a job | longest script | memory of Redis |', '| --: | --: | --: | --: | --: | --- | --: |',
		...levels.map(({ waiting, enqueue, work, longest: [script, ms], memoryMb }) =>
			`| ${[waiting, enqueue.perSecond, enqueue.redisUs, work.perSecond, work.redisUs].map((one) => Math.round(one).toLocaleString('en-US')).join(' | ')} | ${ms === 0 ? `below ${SLOW_US / 1000} ms` : `\`${script}\`, ${ms.toFixed(1)} ms`} | ${Math.round(memoryMb)} MB |`),
	].join('\n'),
};

/** Of what is put in beside, two thirds have ended and one is under way when it begins to count the work: so many wait then, and as many begin as end. */
async function measure(bout: Bout, waiting: number, sample: number, underWay: number): Promise<Level> {
	const { redis } = bout, times = await ScriptTimes.begin(redis, SLOW_US);
	await bout.enqueue(waiting - sample, way);
	const enqueue = await bout.enqueue(sample, way), memoryMb = await memoryUsed(redis) / 1024 / 1024;
	await bout.enqueue(3 * underWay, way);
	const work = await bout.workOn(sample, 2 * underWay, `${prefixOf(NAMESPACE)}state:succeeded`);
	return { waiting, enqueue, work, longest: longestOf(await times.end()), memoryMb };
}

/** How long a script takes is told by the clock, and with two cores for three processes each wait for a core is 4 to 8 ms of it: so Redis need not wait, where this may say so. */
async function putFirst(redis: Redis): Promise<void> {
	const pid = Number(/^process_id:(\d+)/m.exec(await redis.info('server'))![1]);
	try {
		setPriority(pid, -10);
	} catch {
		say('  Only root may put Redis before other processes: a script that waited for a core took longer here.');
	}
}

function evenness(rates: number[]): number {
	return Math.min(...rates) / Math.max(...rates);
}
