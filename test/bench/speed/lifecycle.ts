import { setTimeout as sleep } from 'node:timers/promises';
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

/** What a job costs from its enqueue to its settle. */
export const wholeLife = (what: keyof PerJob) => ({ enqueue, work }: Lap): number => enqueue[what] + work[what];

interface Lifecycle {
	jobs: number;
	accounts: number;
	/** How each does best, found out before. */
	best: Record<ContenderName, Setup>;
	rounds: Record<ContenderName, Lap>[];
	/** One round more on a Redis that syncs an append-only file every second; not in the short form. */
	onDisk: Record<ContenderName, Lap> | null;
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
/** A job begins once it is on disk and on the replicas, two seconds after its enqueue: then all may. */
export const REST_MS = 2500;
const TRIES = 2;

/** Puts jobs in and works them off, the two in turn, each as it does best. */
export const lifecycle: Part<Lifecycle> = {
	name: 'lifecycle', title: 'Enqueue, claim, settle',

	async measure({ short, jobs = short ? 1000 : 10_000 }) {
		const { rounds, accounts } = short ? { rounds: 1, accounts: 50 } : { rounds: 7, accounts: 500 };
		const at = (redisUrl: string): SettingsOf => (contender, { concurrency, keptJobs }) => ({ contender, redisUrl, accounts, boards: BOARDS, concurrency, keptJobs });
		const measured = await withRedis({ appendonly: false }, async (redis, redisUrl) => {
			const best = short ? FIRST : await bestOf(redis, at(redisUrl), jobs / 2), all: Lifecycle['rounds'] = [];
			for (let round = 0; round < rounds; round++) all.push(await roundOf(redis, at(redisUrl), best, { round, jobs, restMs: 0 }));
			return { jobs, accounts, best, rounds: all };
		});
		const onDisk = short ? null : await withRedis({ appendonly: true }, (redis, redisUrl) => roundOf(redis, at(redisUrl), measured.best, { round: 0, jobs, restMs: REST_MS }));
		return { ...measured, onDisk };
	},

	figures: ({ rounds }) => {
		const of = (name: ContenderName, read: (lap: Lap) => number) => rounds.map((round) => read(round[name]));
		const figure = (what: string, sense: '≥' | '≤', bound: number, read: (lap: Lap) => number): Figure =>
			timesBullmq(what, sense, bound, of('engine', read), of('bullmq', read));
		return [
			figure('enqueue, jobs a second, of BullMQ\'s', '≥', 2.2, (lap) => lap.enqueue.perSecond),
			figure('claim to settle, jobs a second, of BullMQ\'s', '≥', 1.3, (lap) => lap.work.perSecond),
			figure('whole life of a job, CPU of Redis, of BullMQ\'s', '≤', 0.8, wholeLife('redisUs')),
			figure('whole life of a job, CPU of Node, of BullMQ\'s', '≤', 0.3, wholeLife('nodeUs')),
		];
	},

	table: ({ rounds, jobs, accounts, best, onDisk }) => {
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
			row('whole life, Redis CPU, µs a job', wholeLife('redisUs')),
			row('whole life, Node CPU, µs a job', wholeLife('nodeUs')),
			...(onDisk ? [`\nWith \`appendfsync everysec\`, one round, the work begun once all jobs are on disk: enqueue ${ratesText(onDisk, 'enqueue')}, claim to settle ${ratesText(onDisk, 'work')} jobs a second.`] : []),
		].join('\n');
	},
};

async function roundOf(redis: Redis, settings: SettingsOf, best: Lifecycle['best'], { round, jobs, restMs }: { round: number; jobs: number; restMs: number }): Promise<Record<ContenderName, Lap>> {
	const laps = {} as Record<ContenderName, Lap>;
	// Each goes first as often as the other.
	for (const name of round % 2 === 0 ? NAMES : [...NAMES].reverse()) laps[name] = await lap(redis, settings(name, best[name]), best[name].way, jobs, restMs);
	say(`  round ${round + 1}: enqueue ${ratesText(laps, 'enqueue')}, claim to settle ${ratesText(laps, 'work')} jobs a second`);
	return laps;
}

function ratesText(laps: Record<ContenderName, Lap>, what: keyof Lap): string {
	return NAMES.map((name) => `${Math.round(laps[name][what].perSecond).toLocaleString('en-US')} (${name === 'engine' ? name : 'BullMQ'})`).join(' and ');
}

/** One contender's turn, in processes of its own, which have done half as many jobs before: V8 is long over its first thousands by then. With a rest between the two, ms. */
export function lap(redis: Redis, settings: ContenderSettings, way: Way, jobs: number, restMs = 0): Promise<Lap> {
	return Bout.with(redis, settings, async (bout) => {
		const enqueue = await bout.enqueue(jobs, way);
		await sleep(restMs);
		return { enqueue, work: await bout.work(jobs) };
	}, { warmUp: jobs / 2 });
}

type SettingsOf = (contender: ContenderName, setup: Setup) => ContenderSettings;

/** Each is measured as it is fastest on this machine. */
async function bestOf(redis: Redis, settings: SettingsOf, jobs: number): Promise<Record<ContenderName, Setup>> {
	const best = { ...FIRST };
	for (const name of NAMES) {
		const way = await fastest(WAYS, (one) => Bout.with(redis, settings(name, best[name]), async (bout) => (await bout.enqueue(jobs, one)).perSecond));
		best[name] = { ...best[name], way };
		const work = await fastest(CONCURRENCIES[name], async (one) => (await lap(redis, settings(name, { ...best[name], ...one }), way, jobs)).work.perSecond);
		best[name] = { ...best[name], ...work };
		say(`  ${name} is fastest with ${setupText(best[name])}`);
	}
	return best;
}

/** Each is tried as often as the others, in turn: one slow moment of the machine must not decide. */
async function fastest<T>(choices: readonly T[], rate: (one: T) => Promise<number>): Promise<T> {
	const rates = new Map<T, number>();
	for (let tries = 0; tries < TRIES; tries++) {
		for (const one of choices) {
			// What it cannot bear is not its best.
			const seen = await rate(one).catch((error: Error) => say(`  ${JSON.stringify(one)}: ${error.message.split('\n')[0]}`));
			rates.set(one, Math.max(rates.get(one) ?? 0, seen ?? 0));
		}
	}
	return [...rates].sort(([, a], [, b]) => b - a)[0]![0];
}

function setupText({ way, concurrency, keptJobs }: Setup): string {
	return `${way.atOnce} jobs a call, ${way.inFlight} of them at once; concurrency ${concurrency}${keptJobs ? `, finished jobs kept for ${keptJobs.age} s and at most ${keptJobs.count}` : ''}`;
}

