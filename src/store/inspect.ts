/** What Redis tells of itself; null where it does not. */
export interface RedisReport {
	/** Valkey names itself; all others are taken for Redis. */
	product: 'Redis' | 'Valkey';
	version: string | null;
	aof: boolean | null;
	appendfsync: string | null;
	evictionPolicy: string | null;
	usedMemory: number | null;
	/** 0: no limit. */
	maxMemory: number | null;
	/** So near to its limit that it takes no new jobs: what is kept must still fit when it ends. */
	isFull: boolean;
	/** Until then every send is preceded by a read; null when nothing is suspected. */
	quarantineUntil: number | null;
	/** How far the clock of the namespace is ahead of the clock of Redis, ms: time stands still for so long. */
	clockAheadMs: number;
}

/** Above this share of its limit Redis is called full. */
const FULL_SHARE = 0.9;

/** `seen` is what inspect.lua answers; CONFIG is read where it is allowed. */
export async function reportOf([info, seconds, micros, quarantineUntil, suspectUntil, clock]: string[], config: (name: string) => Promise<string | null>, now: number): Promise<RedisReport> {
	const lookUntil = Math.max(Number(quarantineUntil), Number(suspectUntil));
	const field = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info ?? '')?.[1] ?? null;
	const number = (name: string) => field(name) === null ? null : Number(field(name));
	const usedMemory = number('used_memory'), maxMemory = number('maxmemory');
	return {
		product: field('valkey_version') === null ? 'Redis' : 'Valkey',
		version: field('valkey_version') ?? field('redis_version'),
		aof: field('aof_enabled') === null ? null : field('aof_enabled') === '1',
		appendfsync: await config('appendfsync'),
		evictionPolicy: field('maxmemory_policy') ?? await config('maxmemory-policy'),
		usedMemory, maxMemory, isFull: (usedMemory ?? 0) > FULL_SHARE * (maxMemory || Infinity),
		quarantineUntil: lookUntil > now ? lookUntil : null,
		clockAheadMs: Math.max(0, Number(clock) - Math.round(Number(seconds) * 1000 + Number(micros) / 1000)),
	};
}
