import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** From `at` on the clock of the scripts was `offsetMs` ahead of the machine's. Epoch ms. */
export interface ClockStep {
	at: number;
	offsetMs: number;
}

const KEY = 'bench:clock-offset';
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

	/** Steps now, on the server of this port. */
	async step(port: number, offsetMs: number): Promise<void> {
		this.offsetMs = offsetMs;
		await this.keep(port);
	}

	/** Tells a server that may have forgotten it. */
	async keep(port: number): Promise<void> {
		const redis = new Redis(port, '127.0.0.1');
		try {
			const set = "redis.call('SET', KEYS[1], ARGV[1]) return redis.call('TIME')";
			const [seconds, micros] = await redis.eval(set, 1, KEY, this.offsetMs) as [string, string];
			this.steps.push({ at: Number(seconds) * 1000 + Math.floor(Number(micros) / 1000), offsetMs: this.offsetMs });
		} finally {
			redis.disconnect();
		}
	}
}

/** What the scripts take for now at this instant: their time never goes back. */
export function scriptTime(steps: readonly ClockStep[], at: number): number {
	let latest = -Infinity;
	let offsetMs = 0;
	for (const step of steps) {
		if (step.at > at) break;
		latest = Math.max(latest, step.at + offsetMs);
		offsetMs = step.offsetMs;
	}
	return Math.max(latest, at + offsetMs);
}
