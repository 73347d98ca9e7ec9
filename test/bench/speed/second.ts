import type { Redis } from 'ioredis';
import { quantile } from '../figure';
import { Bout } from './bout';
import type { ContenderName, ContenderSettings } from './contender';
import { BOARDS, FIRST } from './lifecycle';
import type { Part } from './part';
import { withRedis } from './rig';
import { bounded, shown, timesBullmq } from './spread';

/** How late jobs started that were due at one instant, ms. */
interface Lateness {
	first: number;
	p50: number;
	p99: number;
	last: number;
}

interface Second {
	jobs: number;
	rounds: Record<ContenderName, Lateness>[];
}

const NAMES: readonly ContenderName[] = ['bullmq', 'engine'];
/** Time to put a job in, ms: all have to be there before they are due. */
const PUT_IN_MS = 3;
const LEAD_MS = 3000;
/** The worker goes on so long before they are due, ms. */
const READY_MS = 500;
const LONGEST_LEAD_MS = 240_000;

/** Many jobs are due in the same second, and nothing limits them. */
export const second: Part<Second> = {
	name: 'second', title: 'Due in the same second',

	measure: ({ short }) => withRedis({ appendonly: false }, async (redis, redisUrl) => {
		const { jobs, rounds, accounts } = short ? { jobs: 500, rounds: 1, accounts: 50 } : { jobs: 10_000, rounds: 3, accounts: 500 };
		const measured: Second = { jobs, rounds: [] };
		for (let round = 0; round < rounds; round++) {
			const late = {} as Record<ContenderName, Lateness>;
			for (const contender of round % 2 === 0 ? NAMES : [...NAMES].reverse()) {
				late[contender] = await roundOf(redis, { contender, redisUrl, accounts, boards: BOARDS, concurrency: FIRST[contender].concurrency }, jobs);
			}
			measured.rounds.push(late);
		}
		return measured;
	}),

	figures: ({ jobs, rounds }) => {
		const of = (name: ContenderName, what: keyof Lateness) => rounds.map((round) => round[name][what]);
		return [
			bounded(`${jobs.toLocaleString('en-US')} jobs due in one second: the first start is late by`, '≤', 20, of('engine', 'first'), { unit: ' ms' }),
			timesBullmq('… p99 of the starts, of BullMQ\'s', '≤', 0.5, of('engine', 'p99'), of('bullmq', 'p99')),
		];
	},

	table: ({ rounds }) => [
		'Late by, ms:\n', '| | first | p50 | p99 | last |', '| --- | --: | --: | --: | --: |',
		...NAMES.map((name) => `| ${name === 'engine' ? 'engine' : 'BullMQ'} | ${(['first', 'p50', 'p99', 'last'] as const).map((what) => shown(rounds.map((round) => round[name][what]))).join(' | ')} |`),
	].join('\n'),
};

/** On a machine that is busy with other things it takes longer until all are put in: then once more, due later. */
async function roundOf(redis: Redis, settings: ContenderSettings, jobs: number, leadMs = LEAD_MS + PUT_IN_MS * jobs): Promise<Lateness> {
	if (leadMs > LONGEST_LEAD_MS) throw new Error(`${settings.contender} does not put ${jobs} jobs in within ${LONGEST_LEAD_MS / 2000} s.`);
	const late = await Bout.with(redis, settings, async (bout) => {
		const dueAt = Math.ceil((Date.now() + leadMs) / 1000) * 1000;
		await bout.producer.ask('enqueue', { from: bout.taken(jobs), count: jobs, way: FIRST[settings.contender].way, dueAt });
		await bout.worker.ask('goOn');
		if (Date.now() > dueAt - READY_MS) return null;
		await bout.worker.ask('until', { count: jobs });
		return latenessOf((await bout.worker.ask('seen')).begun.map(({ at }) => at - dueAt));
	}, { warmUp: jobs / 2 });
	return late ?? roundOf(redis, settings, jobs, 2 * leadMs);
}

function latenessOf(late: number[]): Lateness {
	const sorted = late.sort((a, b) => a - b);
	return { first: sorted[0]!, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), last: sorted.at(-1)! };
}
