import type { Redis } from 'ioredis';
import { boundOf, prefixOf } from '../../../src/store/keys';
import { NAMESPACE } from './engine';

/** What the keys of each kind take, bytes, the most first. */
export async function bytesByKind(redis: Redis): Promise<[pattern: string, bytes: number][]> {
	const totals = new Map<string, number>();
	for await (const keys of redis.scanStream({ count: 1000 })) {
		const asked = redis.pipeline();
		for (const key of keys as string[]) asked.call('MEMORY', 'USAGE', key, 'SAMPLES', '0');
		for (const [i, [, bytes]] of (await asked.exec())!.entries()) {
			const pattern = boundOf(prefixOf(NAMESPACE), (keys as string[])[i]!)?.pattern ?? 'others';
			totals.set(pattern, (totals.get(pattern) ?? 0) + Number(bytes ?? 0));
		}
	}
	return [...totals].sort(([, a], [, b]) => b - a);
}
