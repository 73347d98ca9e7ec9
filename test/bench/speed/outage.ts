import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startRedis } from '../../support/redis';
import { none, seconds, type Figure } from '../figure';
import { Bout } from './bout';
import type { Seen } from './child';
import { FIRST, BOARDS } from './lifecycle';
import type { ContenderName } from './contender';
import type { Part } from './part';
import { bounded } from './spread';

/** What became of the jobs of one contender. */
export interface Survived {
	/** Jobs of which work had begun when Redis went. */
	underWay: number;
	/** From the end of the outage until the call of a job left, and until work on one began that nobody had worked on; ms, null for never. */
	firstMs: number | null;
	newMs: number | null;
	/** Jobs whose call left more than once, and never. */
	twice: number;
	never: number;
}

interface Outage {
	awayMs: number;
	jobs: number;
	survived: Record<ContenderName, Survived>;
}

/** How long a call takes, ms: some are under way when Redis goes. */
const WORK_MS = 500;
const AT_ONCE = 20;
const BEFORE_MS = 5000;

/** Redis is away while jobs run: which are sent twice, and how soon does it go on? */
export const outage: Part<Outage> = {
	name: 'outage', title: 'Without Redis for a while',

	async measure({ short }) {
		// BullMQ notices within two times 30 s what it believes to be stalled.
		const { awayMs, watchMs, beforeMs } = short ? { awayMs: 2000, watchMs: 5000, beforeMs: 1000 } : { awayMs: 20_000, watchMs: 75_000, beforeMs: BEFORE_MS };
		// All have ended when the watch does, if each runs once.
		const jobs = Math.round((beforeMs + 0.5 * watchMs) / WORK_MS * AT_ONCE), survived = {} as Outage['survived'];
		for (const contender of ['bullmq', 'engine'] as const) survived[contender] = await survive(contender, { jobs, beforeMs, awayMs, watchMs });
		return { awayMs, jobs, survived };
	},

	figures: ({ awayMs, survived: { engine } }): Figure[] => [
		none(`${seconds(awayMs)} s without Redis: jobs that were sent twice`, engine.twice),
		none('… jobs that were not sent', engine.never),
		bounded('… Redis is back → a job begins that nobody had begun', '≤', 1000, engine.newMs === null ? [] : [engine.newMs], { unit: ' ms' }),
	],

	table: ({ awayMs, jobs, survived }) => [
		`Redis, which syncs its append-only file every second, is stopped while ${AT_ONCE} of ${jobs.toLocaleString('en-US')} jobs are under way, each for ${WORK_MS} ms, and is started again after ${seconds(awayMs)} s.\n`,
		'| | under way | sent twice | not sent | back → next call | back → next job begins |', '| --- | --: | --: | --: | --: | --: |',
		...(['bullmq', 'engine'] as const).map((name) => {
			const { underWay, twice, never, firstMs, newMs } = survived[name];
			return `| ${name === 'engine' ? 'engine' : 'BullMQ'} | ${underWay} | ${twice} | ${never} | ${text(firstMs)} | ${text(newMs)} |`;
		}),
	].join('\n'),
};

function text(ms: number | null): string {
	return ms === null ? 'never' : `${seconds(ms)} s`;
}

async function survive(contender: ContenderName, { jobs, beforeMs, awayMs, watchMs }: { jobs: number; beforeMs: number; awayMs: number; watchMs: number }): Promise<Survived> {
	const dir = await mkdtemp(join(tmpdir(), 'pinterest-jobs-outage-'));
	let server = await startRedis({ appendfsync: 'everysec', dir });
	const redis = new Redis(server.url);
	redis.on('error', () => undefined);
	const settings = contender === 'engine' ? { accounts: AT_ONCE, concurrency: 1 } : { accounts: AT_ONCE, concurrency: AT_ONCE };
	try {
		return await Bout.with(redis, { contender, redisUrl: server.url, boards: BOARDS, workMs: WORK_MS, ...settings }, async (bout) => {
			await bout.producer.ask('enqueue', { from: bout.taken(jobs), count: jobs, way: FIRST[contender].way });
			await bout.worker.ask('goOn');
			await bout.worker.ask('until', { count: 1 });
			await sleep(beforeMs);
			const goneAt = Date.now();
			await server.stop();
			await sleep(awayMs);
			server = await startRedis({ appendfsync: 'everysec', dir, port: server.port });
			const backAt = Date.now();
			await sleep(watchMs);
			return survivedOf(await bout.worker.ask('seen'), { goneAt, backAt, jobs });
		}, { warmUp: 0 });
	} finally {
		redis.disconnect();
		await server.stop();
		await rm(dir, { recursive: true, force: true });
	}
}

/** What these jobs did says of them. */
export function survivedOf({ begun, sent }: { begun: Seen[]; sent: Seen[] }, { goneAt, backAt, jobs }: { goneAt: number; backAt: number; jobs: number }): Survived {
	const before = new Set(begun.filter(({ at }) => at < backAt).map(({ key }) => key));
	const times = new Map<string, number>();
	for (const { key } of sent) times.set(key, (times.get(key) ?? 0) + 1);
	const firstOf = (seen: Seen[]) => {
		const after = seen.flatMap(({ at }) => (at >= backAt ? [at - backAt] : []));
		return after.length === 0 ? null : Math.min(...after);
	};
	return {
		underWay: sent.filter(({ at }) => at < goneAt && at > goneAt - WORK_MS).length,
		firstMs: firstOf(sent), newMs: firstOf(begun.filter(({ key }) => !before.has(key))),
		twice: [...times.values()].filter((count) => count > 1).length, never: jobs - times.size,
	};
}
