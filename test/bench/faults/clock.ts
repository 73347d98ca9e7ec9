import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { prefixOf } from '../../../src/store/keys';
import { CLOCK_MS, type History } from '../../support/history';

/** From `at` on the clock of the scripts was `offsetMs` ahead of the machine's; `seen` is the latest they knew then. Epoch ms. */
export interface ClockStep {
	at: number;
	offsetMs: number;
	seen: number;
}

const KEY = 'bench:clock-offset';
const SET = "redis.call('SET', KEYS[1], ARGV[1]) return { redis.call('TIME'), redis.call('HGET', KEYS[2], 'clock') }";
const TRUE_TIME = 'return time[1] * 1000 + math.floor(time[2] / 1000)';

/**
 * Puts a clock that can be set into a compiled copy of `src/`: redis-server cannot be started under a faked one. All scripts
 * take their time from this one line.
 */
export async function letClockBeSet(source: string): Promise<void> {
	const file = join(source, 'store/lua/include/begin.lua');
	const text = await readFile(file, 'utf8');
	if (text.split(TRUE_TIME).length !== 2) throw new Error(`${file} tells the time in another way than the bench knows.`);
	await writeFile(file, text.replace(TRUE_TIME, `${TRUE_TIME} + tonumber(redis.call('GET', '${KEY}') or 0)`));
}

/** The clock of the scripts, stepped forth and back. */
export class SteppedClock {
	readonly steps: ClockStep[] = [];
	private offsetMs = 0;

	constructor(private readonly namespace: string) {}

	/** Steps now, on the server of this port. */
	async step(port: number, offsetMs: number): Promise<void> {
		this.offsetMs = offsetMs;
		await this.keep(port);
	}

	/** Tells a server that may have forgotten it. */
	async keep(port: number): Promise<void> {
		const redis = new Redis(port, '127.0.0.1');
		try {
			const meta = `${prefixOf(this.namespace)}meta`;
			const [[seconds, micros], seen] = await redis.eval(SET, 2, KEY, meta, this.offsetMs) as [[string, string], string | null];
			this.steps.push({ at: Number(seconds) * 1000 + Math.floor(Number(micros) / 1000), offsetMs: this.offsetMs, seen: Number(seen ?? 0) });
		} finally {
			redis.disconnect();
		}
	}
}

/** What the scripts take for now at this instant: their time never goes back, it stands until the clock has caught up. */
export function scriptTime(steps: readonly ClockStep[], at: number): number {
	const step = steps.findLast((earlier) => earlier.at <= at);
	return step ? Math.max(step.seen, at + step.offsetMs) : at;
}

/** How far the time of a script was ahead at this instant. Of what came in the millisecond of a step nobody knows whether it was before: the least counts. */
export function aheadAt(steps: readonly ClockStep[], at: number): number {
	return Math.min(scriptTime(steps, at) - at, scriptTime(steps, at - 1) - (at - 1));
}

/**
 * The history as the scripts dated it, to be compared with its events. Left out is what happened while their time stood
 * still, since there before and after cannot be told apart; and whether Pinterest was waited for, which has a clock of its own.
 */
export function inScriptTime(history: History, steps: readonly ClockStep[]): History {
	if (steps.every(({ offsetMs }) => offsetMs === 0)) return history;
	const offsetAt = (at: number) => steps.findLast((earlier) => earlier.at <= at)?.offsetMs ?? 0;
	const moves = ({ at }: { at: number }) => scriptTime(steps, at) - (at + offsetAt(at)) < CLOCK_MS;
	const timed = <T extends { at: number }>(items: T[]): T[] => items.filter(moves).map((item) => ({ ...item, at: scriptTime(steps, item.at) }));
	const scripts = history.scripts && { ...history.scripts, leases: timed(history.scripts.leases), stale: timed(history.scripts.stale) };
	const posts = timed(history.posts).map((post) => ({ ...post, earliest: scriptTime(steps, post.earliest) }));
	return { ...history, permits: timed(history.permits), posts, scripts, limited: undefined };
}
