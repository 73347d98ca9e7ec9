import type { Client } from './connection';
import { configOf } from './greeting';

/** What Redis tells of itself; null where it does not. */
export interface RedisReport {
	version: string | null;
	aof: boolean | null;
	appendfsync: string | null;
	evictionPolicy: string | null;
	usedMemory: number | null;
	/** 0: no limit. */
	maxMemory: number | null;
	/** Until then every send is preceded by a read; null when nothing is suspected. */
	quarantineUntil: number | null;
}

/** Reads INFO, and CONFIG where it is allowed. */
export async function inspect(client: Client, metaKey: string): Promise<RedisReport> {
	const [info, quarantine] = await Promise.all([client.info(), client.hget(metaKey, 'quarantineUntil')]);
	const field = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1] ?? null;
	const number = (name: string) => field(name) === null ? null : Number(field(name));
	return {
		version: field('redis_version'),
		aof: field('aof_enabled') === null ? null : field('aof_enabled') === '1',
		appendfsync: await configOf(client, 'appendfsync'),
		evictionPolicy: field('maxmemory_policy') ?? await configOf(client, 'maxmemory-policy'),
		usedMemory: number('used_memory'),
		maxMemory: number('maxmemory'),
		quarantineUntil: quarantine === null ? null : Number(quarantine),
	};
}
