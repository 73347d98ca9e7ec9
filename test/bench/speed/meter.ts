import type { Redis } from 'ioredis';

/** What Redis has spent so far. */
export interface RedisSpent {
	cpuMs: number;
	/** Scripts that were called. */
	calls: number;
	/** Commands, those inside scripts among them. */
	commands: number;
	/** Members of a sorted set. */
	counted: number;
}

/** What Redis spends while something is done, and by how many members `counted`, a sorted set, grows meanwhile. */
export async function metered<T>(redis: Redis, act: () => Promise<T>, counted?: string): Promise<{ answer: T; redis: RedisSpent }> {
	const before = await spent(redis, counted);
	const answer = await act();
	const after = await spent(redis, counted);
	const grown = (name: keyof RedisSpent) => after[name] - before[name];
	return { answer, redis: { cpuMs: grown('cpuMs'), calls: grown('calls'), commands: grown('commands'), counted: grown('counted') } };
}

/** Command → how often it ran so far, those inside scripts among them. */
export async function commandCounts(redis: Redis): Promise<Map<string, number>> {
	return countsIn(await redis.info('commandstats'));
}

function countsIn(info: string): Map<string, number> {
	return new Map([...info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, count]) => [name!, Number(count)]));
}

/** All as of one instant. */
async function spent(redis: Redis, counted?: string): Promise<RedisSpent> {
	const asked = redis.multi().info('cpu').info('commandstats');
	const answers = await (counted === undefined ? asked : asked.zcard(counted)).exec();
	const [cpu, commandStats, members = 0] = answers!.map(([, answer]) => answer);
	const info = `${cpu as string}\n${commandStats as string}`;
	const number = (pattern: RegExp) => Number(pattern.exec(info)?.[1] ?? 0);
	const counts = [...countsIn(info)];
	const sum = (wanted: (name: string) => boolean) => counts.reduce((total, [name, count]) => total + (wanted(name) ? count : 0), 0);
	return {
		cpuMs: 1000 * (number(/^used_cpu_user:(.*)$/m) + number(/^used_cpu_sys:(.*)$/m)),
		calls: sum((name) => name === 'evalsha' || name === 'eval'), commands: sum((name) => name !== 'info'),
		counted: members as number,
	};
}

/** Bytes that Redis uses, once it has freed what it frees in the background. */
export async function memoryUsed(redis: Redis): Promise<number> {
	const info = await redis.info('memory');
	return Number(/^used_memory:(\d+)/m.exec(info)![1]);
}
