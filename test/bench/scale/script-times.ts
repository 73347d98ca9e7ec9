import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { script } from '../../../src/store/scripts';

/** Below this the slow log would be full of single commands, µs. */
const FROM_US = 50;

/** How long each script took in Redis, from its slow log. */
export class ScriptTimes {
	private constructor(private readonly redis: Redis, private readonly names: Map<string, string>) {}

	/** `fromUs`: what took less is left out. */
	static async begin(redis: Redis, fromUs = FROM_US): Promise<ScriptTimes> {
		const folder = join(__dirname, '../../../src/store/lua');
		const names = readdirSync(folder).filter((file) => file.endsWith('.lua')).map((file) => file.slice(0, -4));
		await redis.config('SET', 'slowlog-log-slower-than', fromUs);
		await redis.config('SET', 'slowlog-max-len', 200_000);
		await redis.slowlog('RESET');
		return new ScriptTimes(redis, new Map(names.map((name) => [script(name).sha, name])));
	}

	/** Script → how long each run took, ms, the shortest first. */
	async end(): Promise<Map<string, number[]>> {
		const entries = await this.redis.slowlog('GET', -1) as [number, number, number, string[]][];
		await this.redis.config('SET', 'slowlog-log-slower-than', -1);
		const times = new Map<string, number[]>();
		for (const [, , us, [command = '', sha = '']] of entries) {
			const name = command.toLowerCase() === 'evalsha' ? this.names.get(sha) : undefined;
			if (name) times.set(name, [...times.get(name) ?? [], us / 1000]);
		}
		for (const all of times.values()) all.sort((a, b) => a - b);
		return times;
	}
}

/** The script that took longest, and how long, ms. */
export function longestOf(times: Map<string, number[]>): [script: string, ms: number] {
	return [...times].map(([script, all]): [string, number] => [script, all.at(-1)!]).sort(([, a], [, b]) => b - a)[0] ?? ['none', 0];
}
