import type { RedisClient } from './bottleneck-connection';
import { bucketId, type Bucket } from './buckets';

type Reads = Pick<RedisClient, 'hmget'>;

/** What Bottleneck's record says of a bucket; null where it has none. */
export interface Kept {
	tokens: number | null;
	running: number;
	/** When the last tokens came; later than now while none may come. */
	lastAt: number | null;
}

/** What a bucket holds at an instant, over all workers. */
export interface Holding {
	/** Slots it would grant at once. */
	slots: number;
	/** When there is at least one; null when that depends on one in use. */
	nextAt: number | null;
	/** When it has as many as it ever has, those in use aside. */
	fullAt: number;
}

const NEVER_USED: Kept = { tokens: null, running: 0, lastAt: null };

/** Slots that all of these buckets would grant at once at `now` (the time of Redis), over all workers; null when nothing limits. Reads only. */
export async function headroomIn(client: Reads, namespace: string, buckets: [name: string, bucket: Bucket][], now: number): Promise<number | null> {
	if (buckets.length === 0) return null;
	const kept = await keptIn(client, namespace, buckets.map(([name]) => name));
	return Math.min(...buckets.map(([name, bucket]) => holdingOf(kept.get(name), bucket, now).slots));
}

/** All at once, thousands of accounts would keep the last of them waiting for longer than a command may take. */
const MOST_AT_ONCE = 500;

/** The records of these buckets, each read once. */
export async function keptIn(client: Reads, namespace: string, names: string[]): Promise<Map<string, Kept>> {
	const each = [...new Set(names)], kept = new Map<string, Kept>();
	for (let i = 0; i < each.length; i += MOST_AT_ONCE) {
		await Promise.all(each.slice(i, i + MOST_AT_ONCE).map(async (name) => {
			const [tokens, running, lastAt] = await client.hmget(`b_${bucketId(namespace, name)}_settings`, 'reservoir', 'running', 'lastReservoirIncrease');
			kept.set(name, { tokens: numberOf(tokens), running: numberOf(running) ?? 0, lastAt: numberOf(lastAt) });
		}));
	}
	return kept;
}

/** What the bucket holds. Bottleneck writes its record only when a limiter ticks: what has come in since then, at the pace of now, is added here. */
export function holdingOf({ tokens: noted, running, lastAt }: Kept = NEVER_USED, { amount, everyMs, maximum, concurrent }: Bucket, now: number): Holding {
	const last = lastAt ?? now, before = noted ?? maximum;
	const steps = Math.max(0, Math.floor((now - last) / everyMs));
	const tokens = Math.max(before, Math.min(maximum, before + steps * amount));
	const after = (missing: number) => (missing <= 0 ? now : last + (steps + Math.ceil(missing / amount)) * everyMs);
	const free = concurrent === null ? Infinity : concurrent - running;
	return { slots: Math.max(0, Math.min(tokens, free)), nextAt: free <= 0 ? null : after(1 - tokens), fullAt: after(maximum - tokens) };
}

function numberOf(text: string | null | undefined): number | null {
	return text == null ? null : Number(text);
}
