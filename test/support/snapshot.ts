import type { Redis } from 'ioredis';
import { prefixOf } from '../../src/store/keys';
import { legible, unpacked } from '../../src/store/packing';

/** A namespace at one instant: what each key holds, its prefix left out; what is packed, unpacked. */
export interface Snapshot {
	/** Epoch ms on the clock of Redis. */
	at: number;
	types: Record<string, string>;
	values: Record<string, unknown>;
}

// One script, so that no other call falls between two keys. Answers lists of texts only: a hash or a sorted set comes flat.
const READ = `
local time, keys, found = redis.call('TIME'), redis.call('KEYS', ARGV[1]), {}
local readers = {
	hash = function(key) return redis.call('HGETALL', key) end,
	string = function(key) return redis.call('GET', key) end,
	zset = function(key) return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end,
	set = function(key) return redis.call('SMEMBERS', key) end,
	list = function(key) return redis.call('LRANGE', key, 0, -1) end,
	stream = function(key) return redis.call('XRANGE', key, '-', '+') end,
}
for i, key in ipairs(keys) do
	local kind = redis.call('TYPE', key).ok
	found[i] = { key, kind, readers[kind](key) }
end
return { time[1] * 1000 + math.floor(time[2] / 1000), found }`;

/** Everything a namespace holds, read at one instant; without the answers that are kept for repeats. */
export async function snapshotOf(redis: Redis, namespace: string): Promise<Snapshot> {
	const prefix = prefixOf(namespace);
	const [at, found] = legible(await redis.callBuffer('eval', READ, 0, `${prefix.replace(/[[\]*?\\]/g, '\\$&')}*`)) as [number, [string, string, unknown][]];
	const kept = found.map(([key, type, value]) => [key.slice(prefix.length), type, value] as const).filter(([name]) => !name.startsWith('op:'));
	return {
		at,
		types: Object.fromEntries(kept.map(([name, type]) => [name, type])),
		values: Object.fromEntries(kept.map(([name, type, value]) => [name, type === 'hash' ? hashOf(value as string[]) : Buffer.isBuffer(value) ? unpacked(value) : value])),
	};
}

function hashOf(flat: string[]): Record<string, string> {
	return Object.fromEntries(flat.flatMap((field, i) => (i % 2 === 0 ? [[field, flat[i + 1]!]] : [])));
}
