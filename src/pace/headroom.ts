import type { RedisClient } from './bottleneck-connection';
import { bucketId, type Bucket } from './buckets';

type Reads = Pick<RedisClient, 'hmget'>;

/** Slots that all of these buckets would grant at once at `now` (the time of Redis), over all workers; null when nothing limits. Reads only. */
export async function headroomIn(client: Reads, namespace: string, buckets: [name: string, bucket: Bucket][], now: number): Promise<number | null> {
	if (buckets.length === 0) return null;
	return Math.max(0, Math.min(...await Promise.all(buckets.map(([name, bucket]) => slotsOf(client, bucketId(namespace, name), bucket, now)))));
}

/** Slots a bucket would grant at once. Bottleneck writes its record only when a limiter ticks: what has come in since then is added here. */
async function slotsOf(client: Reads, id: string, bucket: Bucket, now: number): Promise<number> {
	const [reservoir, running, lastAt, everyMs, amount, maximum] = await client.hmget(
		`b_${id}_settings`, 'reservoir', 'running', 'lastReservoirIncrease', 'reservoirIncreaseInterval', 'reservoirIncreaseAmount', 'reservoirIncreaseMaximum');
	// Nobody has used it yet: it is full.
	const full = Number(maximum ?? bucket.maximum);
	const kept = reservoir == null ? full : Number(reservoir);
	const steps = Math.max(0, Math.floor((now - Number(lastAt ?? now)) / Number(everyMs ?? bucket.everyMs)));
	const tokens = Math.max(kept, Math.min(full, kept + steps * Number(amount ?? bucket.amount)));
	return bucket.concurrent === null ? tokens : Math.min(tokens, bucket.concurrent - Number(running ?? 0));
}
