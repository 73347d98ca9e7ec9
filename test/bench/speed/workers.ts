import { setTimeout as sleep } from 'node:timers/promises';
import { prefixOf } from '../../../src/store/keys';
import { none, type Figure } from '../figure';
import { ACCOUNT_PACE, namesOf, withRig } from '../scale/rig';
import { Bout } from './bout';
import type { ContenderSettings } from './contender';
import { ContenderProcess } from './contender-process';
import { NAMESPACE } from './engine';
import { FIRST } from './lifecycle';
import { say, type Part } from './part';
import { withRedis } from './rig';
import { bounded } from './spread';

/** A Pin as Pinterest has it; `row` says in which order the jobs came in. */
export interface Published {
	account: string;
	board: string;
	row: number;
	at: number;
}

/** What so many workers came to. */
interface Crowd {
	workers: number;
	pins: number;
	refused: number;
	twice: number;
	/** Most writes of one account in any minute. */
	mostPerMinute: number;
	outOfOrder: number;
	perSecond: number;
	seconds: number;
	/** When half of all was published: Pins of the account that had the fewest, and the most. */
	half: [fewest: number, most: number];
}

/** So many workers of the speed rounds, without a pace and without HTTP. */
interface Unlimited {
	workers: number;
	perSecond: number;
	/** Jobs of the worker that had the fewest, and the most. */
	shares: [fewest: number, most: number];
}

interface Workers {
	accounts: number;
	each: number;
	crowds: Crowd[];
	unlimited: Unlimited[];
}

const BOARDS = 8;
const WORKERS = [1, 4];
/** Time to put a job in, ms. */
const PUT_IN_MS = 5;
const LONGEST_MS = 300_000;

/** Several worker processes serve the same accounts at Pinterest's pace; the sandbox judges. */
export const workers: Part<Workers> = {
	name: 'workers', title: 'One worker process, and four',

	async measure({ short, source }) {
		const { accounts, each } = short ? { accounts: 5, each: 8 } : { accounts: 40, each: 60 };
		const crowds: Crowd[] = [], unlimited: Unlimited[] = [];
		for (const count of short ? [2] : WORKERS) crowds.push(await crowd(source, count, { accounts, each }));
		for (const count of short ? [2] : WORKERS) unlimited.push(await withoutLimits(count, short ? { jobs: 500, accounts: 20 } : { jobs: 10_000, accounts: 500 }));
		return { accounts, each, crowds, unlimited };
	},

	figures: ({ accounts, each, crowds }) => crowds.flatMap((one): Figure[] => {
		const who = one.workers === 1 ? 'one worker' : `${one.workers} workers`;
		return [
			bounded(`${who}: Pins`, '≥', accounts * each, [one.pins]), none('… published twice', one.twice), none('… calls that were refused (429)', one.refused),
			none('… Pins before an earlier one of their board', one.outOfOrder),
			bounded('… most writes of one account in any minute', '≤', ACCOUNT_PACE.writesPerMinute, [one.mostPerMinute]),
		];
	}),

	table: ({ accounts, each, crowds, unlimited }) => [
		`\`pinterest-jobs worker\`, ${accounts} accounts with ${each} Pins each on ${BOARDS} boards, due at one instant, ${ACCOUNT_PACE.writesPerMinute} writes a minute allowed; the whole way, with its HTTP.\n`,
		'| worker processes | Pins a second | until the last | Pins of an account when half are there |', '| --: | --: | --: | --- |',
		...crowds.map(({ workers: count, perSecond, seconds, half }) => `| ${count} | ${perSecond.toFixed(1)} | ${seconds.toFixed(1)} s | ${half[0]} to ${half[1]} |`),
		'\nWithout a pace and without HTTP, as in the rounds above:\n', '| worker processes | claim to settle, a second | jobs of one of them |', '| --: | --: | --- |',
		...unlimited.map(({ workers: count, perSecond, shares }) => `| ${count} | ${Math.round(perSecond).toLocaleString('en-US')} | ${shares[0]} to ${shares[1]} |`),
	].join('\n'),
};

function crowd(source: string, count: number, { accounts, each }: { accounts: number; each: number }): Promise<Crowd> {
	const names = namesOf(accounts), wanted = accounts * each;
	return withRig({ source, timeFactor: 1, accounts: names.map((name) => ({ name, boards: BOARDS })) }, async (rig) => {
		for (let n = 0; n < count; n++) await rig.worker();
		const dueAt = Date.now() + 3000 + PUT_IN_MS * wanted;
		await rig.enqueue(names.flatMap((name) => rig.requests(name, Array.from({ length: each }, () => dueAt))));
		for (const until = dueAt + LONGEST_MS; await rig.succeeded() < wanted && Date.now() < until; await sleep(200));
		const { control } = rig.sandbox;
		const pins = control.pins({ limit: Infinity }).items.map(({ account, board, title, createdAt }) => ({ account, board, row: rowOf(title), at: createdAt }));
		const { rates } = control.summary(), ofAccounts = Object.values(rates.accounts), seen = crowdOf(pins, dueAt);
		say(`  ${count} ${count === 1 ? 'worker' : 'workers'}: ${pins.length} Pins, ${seen.perSecond.toFixed(1)} a second`);
		return {
			workers: count, ...seen, refused: ofAccounts.reduce((sum, { status429 }) => sum + status429, 0),
			mostPerMinute: Math.max(...ofAccounts.map(({ maxWritesPerMinute }) => maxWritesPerMinute)),
		};
	});
}

function withoutLimits(count: number, { jobs, accounts }: { jobs: number; accounts: number }): Promise<Unlimited> {
	return withRedis({ appendonly: false }, (redis, redisUrl) => {
		const settings: ContenderSettings = { contender: 'engine', redisUrl, accounts, boards: BOARDS, concurrency: FIRST.engine.concurrency };
		return Bout.with(redis, settings, async (bout) => {
			const others = Array.from({ length: count - 1 }, () => new ContenderProcess(settings));
			try {
				for (const other of others) await other.ask('prepare');
				const ended = () => redis.zcard(`${prefixOf(NAMESPACE)}state:succeeded`), before = await ended();
				await bout.enqueue(jobs, FIRST.engine.way);
				const since = performance.now();
				// What holds them is in Redis: when one goes on, all do.
				await bout.worker.ask('goOn');
				for (const until = since + LONGEST_MS; await ended() < before + jobs; await sleep(20)) if (performance.now() > until) throw new Error(`${count} workers did not end ${jobs} jobs.`);
				const perSecond = 1000 * jobs / (performance.now() - since);
				const shares = await Promise.all([bout.worker, ...others].map(async (one) => (await one.ask('seen')).sent.length));
				return { workers: count, perSecond, shares: [Math.min(...shares), Math.max(...shares)] };
			} finally {
				await Promise.all(others.map((other) => other.end()));
			}
		});
	});
}

/** What these Pins say of whoever published them. */
export function crowdOf(pins: Published[], dueAt: number): Pick<Crowd, 'pins' | 'twice' | 'outOfOrder' | 'perSecond' | 'seconds' | 'half'> {
	const inTime = [...pins].sort((a, b) => a.at - b.at), rows = new Set(pins.map(({ row }) => row)), latest = new Map<string, number>(), half = new Map<string, number>();
	let outOfOrder = 0;
	for (const [i, { account, board, row }] of inTime.entries()) {
		if (row < (latest.get(`${account} ${board}`) ?? -1)) outOfOrder++;
		latest.set(`${account} ${board}`, Math.max(row, latest.get(`${account} ${board}`) ?? -1));
		half.set(account, (half.get(account) ?? 0) + (i < pins.length / 2 ? 1 : 0));
	}
	const seconds = ((inTime.at(-1)?.at ?? Infinity) - dueAt) / 1000;
	return { pins: rows.size, twice: pins.length - rows.size, outOfOrder, perSecond: pins.length / seconds, seconds, half: [Math.min(...half.values()), Math.max(...half.values())] };
}

function rowOf(title: string | null | undefined): number {
	return Number(/\d+$/.exec(title ?? '')?.[0]);
}
