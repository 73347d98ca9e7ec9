import type { Redis } from 'ioredis';
import type { Figure } from '../figure';
import { Bout, type PerJob } from './bout';
import type { ContenderName, ContenderSettings, Way } from './contender';
import { say, type Part } from './part';
import { withRedis } from './rig';
import { ratios, shown, timesBullmq } from './spread';

export interface Lap {
	enqueue: PerJob;
	work: PerJob;
}

export interface Lifecycle {
	jobs: number;
	accounts: number;
	/** How each does best, found out before. */
	best: Record<ContenderName, Setup>;
	rounds: Record<ContenderName, Lap>[];
}

interface Setup {
	way: Way;
	concurrency: number;
	keptJobs?: ContenderSettings['keptJobs'];
}

const NAMES: readonly ContenderName[] = ['bullmq', 'engine'];
/** The engine's own batch, and what takes fewer calls. */
const WAYS: Way[] = [{ atOnce: 50, inFlight: 1 }, { atOnce: 50, inFlight: 4 }, { atOnce: 500, inFlight: 1 }, { atOnce: 500, inFlight: 2 }];
/** "Auto-removal of jobs", as "Going to production" of BullMQ advises. */
const REMOVED = { age: 3600, count: 1000 };
const CONCURRENCIES: Record<ContenderName, Pick<Setup, 'concurrency' | 'keptJobs'>[]> = {
	bullmq: [{ concurrency: 25 }, { concurrency: 50 }, { concurrency: 100 }, { concurrency: 200 }, { concurrency: 50, keptJobs: REMOVED }],
	engine: [{ concurrency: 1 }, { concurrency: 2 }, { concurrency: 4 }],
};
export const FIRST: Record<ContenderName, Setup> = {
	bullmq: { way: { atOnce: 500, inFlight: 1 }, concurrency: 50 }, engine: { way: { atOnce: 50, inFlight: 1 }, concurrency: 2 },
};
export const BOARDS = 4;

/** Puts jobs in and works them off, the two in turn, each as it does best. */
export const lifecycle: Part<Lifecycle> = {
	name: 'lifecycle', title: 'Enqueue, claim, settle',

	measure: (bench) => withRedis({ appendonly: false }, async (redis, redisUrl) => {
		const { jobs, rounds, accounts } = bench.short ? { jobs: 1000, rounds: 1, accounts: 50 } : { jobs: 10_000, rounds: 7, accounts: 500 };
		const settings = (contender: ContenderName, { concurrency, keptJobs }: Setup): ContenderSettings => ({ contender, redisUrl, accounts, boards: BOARDS, concurrency, keptJobs });
		const best = bench.short ? FIRST : await bestOf(redis, settings, jobs / 2);
		const measured: Lifecycle = { jobs, accounts, best, rounds: [] };
		for (let round = 0; round < rounds; round++) {
			const laps = {} as Record<ContenderName, Lap>;
			// Each goes first as often as the other.
			for (const name of round % 2 === 0 ? NAMES : [...NAMES].reverse()) laps[name] = await lap(redis, settings(name, best[name]), best[name].way, jobs);
			measured.rounds.push(laps);
			say(`  round ${round + 1} of ${rounds}: enqueue ${NAMES.map((name) => Math.round(laps[name].enqueue.perSecond)).join(' and ')}, process ${NAMES.map((name) => Math.round(laps[name].work.perSecond)).join(' and ')} a second`);
		}
		return measured;
	}),

	figures: ({ rounds }) => {
		const of = (name: ContenderName, read: (lap: Lap) => number) => rounds.map((round) => read(round[name]));
		const figure = (what: string, sense: '≥' | '≤', bound: number, read: (lap: Lap) => number): Figure =>
			timesBullmq(what, sense, bound, of('engine', read), of('bullmq', read));
		return [
			figure('enqueue, jobs a second, of BullMQ\'s', '≥', 2.2, (lap) => lap.enqueue.perSecond),
			figure('claim to settle, jobs a second, of BullMQ\'s', '≥', 1.3, (lap) => lap.work.perSecond),
			figure('whole life of a job, CPU of Redis, of BullMQ\'s', '≤', 0.8, (lap) => lap.enqueue.redisUs + lap.work.redisUs),
			figure('whole life of a job, CPU of Node, of BullMQ\'s', '≤', 0.3, (lap) => lap.enqueue.nodeUs + lap.work.nodeUs),
		];
	},

	table: ({ rounds, jobs, accounts, best }) => {
		const row = (what: string, read: (lap: Lap) => number, digits = 0) => {
			const [bullmq, engine] = NAMES.map((name) => rounds.map((round) => read(round[name])));
			return `| ${what} | ${shown(bullmq!, digits)} | ${shown(engine!, digits)} | ${shown(ratios(engine!, bullmq!), 2)} |`;
		};
		return [
			`${rounds.length === 1 ? 'One round' : `${rounds.length} rounds`} of ${jobs.toLocaleString('en-US')} jobs over ${accounts} accounts, \`--appendonly no\`; median (least–most). BullMQ: ${setupText(best.bullmq)}. Engine: ${setupText(best.engine)} an account.\n`,
			'| | BullMQ | engine | of BullMQ\'s |', '| --- | --: | --: | --: |',
			row('enqueue, jobs a second', (lap) => lap.enqueue.perSecond),
			row('… Redis CPU, µs a job', (lap) => lap.enqueue.redisUs),
			row('… Node CPU, µs a job', (lap) => lap.enqueue.nodeUs),
			row('… scripts called, a job', (lap) => lap.enqueue.calls, 2),
			row('… commands in Redis, a job', (lap) => lap.enqueue.commands, 1),
			row('claim to settle, jobs a second', (lap) => lap.work.perSecond),
			row('… Redis CPU, µs a job', (lap) => lap.work.redisUs),
			row('… Node CPU, µs a job', (lap) => lap.work.nodeUs),
			row('… scripts called, a job', (lap) => lap.work.calls, 2),
			row('… commands in Redis, a job', (lap) => lap.work.commands, 1),
			row('whole life, Redis CPU, µs a job', (lap) => lap.enqueue.redisUs + lap.work.redisUs),
			row('whole life, Node CPU, µs a job', (lap) => lap.enqueue.nodeUs + lap.work.nodeUs),
		].join('\n');
	},
};

/** One contender's turn, in processes of its own. */
export function lap(redis: Redis, settings: ContenderSettings, way: Way, jobs: number): Promise<Lap> {
	return Bout.with(redis, settings, async (bout) => ({ enqueue: await bout.enqueue(jobs, way), work: await bout.work(jobs) }));
}

type SettingsOf = (contender: ContenderName, setup: Setup) => ContenderSettings;

/** Each is measured as it is fastest on this machine. */
async function bestOf(redis: Redis, settings: SettingsOf, jobs: number): Promise<Record<ContenderName, Setup>> {
	const best = { ...FIRST };
	for (const name of NAMES) {
		const rates = new Map<Way, number>();
		for (const way of WAYS) rates.set(way, await Bout.with(redis, settings(name, best[name]), async (bout) => (await bout.enqueue(jobs, way)).perSecond));
		best[name] = { ...best[name], way: fastest(rates) };
		const speeds = new Map<Pick<Setup, 'concurrency' | 'keptJobs'>, number>();
		for (const one of CONCURRENCIES[name]) speeds.set(one, (await lap(redis, settings(name, { ...best[name], ...one }), best[name].way, jobs)).work.perSecond);
		best[name] = { ...best[name], ...fastest(speeds) };
		say(`  ${name} is fastest with ${setupText(best[name])}: ${[...rates.values(), ...speeds.values()].map((rate) => Math.round(rate)).join(', ')} a second`);
	}
	return best;
}

function fastest<T>(rates: Map<T, number>): T {
	return [...rates].sort(([, a], [, b]) => b - a)[0]![0];
}

function setupText({ way, concurrency, keptJobs }: Setup): string {
	return `${way.atOnce} jobs a call, ${way.inFlight} of them at once; concurrency ${concurrency}${keptJobs ? `, finished jobs kept for ${keptJobs.age} s and at most ${keptJobs.count}` : ''}`;
}

