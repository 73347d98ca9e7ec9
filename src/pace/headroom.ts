import type { RedisClient } from './bottleneck-connection';
import { bucketId, type Bucket } from './buckets';

/** Slots a bucket would grant at once, as Bottleneck's record in Redis has it; a bucket nobody has used yet is full. */
export async function headroomOf(client: Pick<RedisClient, 'hmget'>, id: string, bucket: Bucket): Promise<number> {
	const [reservoir, running] = await client.hmget(`b_${id}_settings`, 'reservoir', 'running');
	const tokens = reservoir == null ? bucket.maximum : Number(reservoir);
	return bucket.concurrent === null ? tokens : Math.min(tokens, bucket.concurrent - Number(running ?? 0));
}

/** Slots that all of these buckets would grant at once; null when nothing limits. */
export async function headroomIn(client: Pick<RedisClient, 'hmget'>, namespace: string, buckets: [name: string, bucket: Bucket][]): Promise<number | null> {
	if (buckets.length === 0) return null;
	return Math.max(0, Math.min(...await Promise.all(buckets.map(([name, bucket]) => headroomOf(client, bucketId(namespace, name), bucket)))));
}
