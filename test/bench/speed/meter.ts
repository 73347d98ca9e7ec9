import type { Redis } from 'ioredis';

/** What Redis has spent so far. */
export interface RedisSpent {
	cpuMs: number;
	/** Scripts that were called. */
	calls: number;
	/** Commands, those inside scripts among them. */
	commands: number;
}

/** What Redis spends while something is done. */
export async function metered<T>(redis: Redis, act: () => Promise<T>): Promise<{ answer: T; redis: RedisSpent }> {
	const before = await spent(redis);
	const answer = await act();
	const after = await spent(redis);
	return { answer, redis: { cpuMs: after.cpuMs - before.cpuMs, calls: after.calls - before.calls, commands: after.commands - before.commands } };
}

/** Command → how often it ran so far, those inside scripts among them. */
export async function commandCounts(redis: Redis): Promise<Map<string, number>> {
	return countsIn(await redis.info('commandstats'));
}

function countsIn(info: string): Map<string, number> {
	return new Map([...info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, count]) => [name!, Number(count)]));
}

async function spent(redis: Redis): Promise<RedisSpent> {
	const info = `${await redis.info('cpu')}\n${await redis.info('commandstats')}`;
	const number = (pattern: RegExp) => Number(pattern.exec(info)?.[1] ?? 0);
	const counts = [...countsIn(info)];
	const sum = (wanted: (name: string) => boolean) => counts.reduce((total, [name, count]) => total + (wanted(name) ? count : 0), 0);
	return {
		cpuMs: 1000 * (number(/^used_cpu_user:(.*)$/m) + number(/^used_cpu_sys:(.*)$/m)),
		calls: sum((name) => name === 'evalsha' || name === 'eval'), commands: sum((name) => name !== 'info'),
	};
}

/** Bytes that Redis uses, once it has freed what it frees in the background. */
export async function memoryUsed(redis: Redis): Promise<number> {
	const info = await redis.info('memory');
	return Number(/^used_memory:(\d+)/m.exec(info)![1]);
}
