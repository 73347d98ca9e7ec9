import { rmSync } from 'node:fs';
import { Redis } from 'ioredis';
import { flushNamespace, openRedis, startRedis, testNamespace } from '../../support/redis';

describe('the Redis of the tests', () => {
	it('appends to a file and never evicts', async () => {
		const redis = openRedis();
		const policy = await redis.config('GET', 'maxmemory-policy');
		const appends = await redis.config('GET', 'appendonly');
		redis.disconnect();
		expect([policy, appends]).toEqual([
			['maxmemory-policy', 'noeviction'],
			['appendonly', 'yes'],
		]);
	});

	it('flushes one namespace and leaves the others', async () => {
		const [mine, theirs] = [testNamespace(), testNamespace()];
		const redis = openRedis();
		for (const namespace of [mine, theirs]) await redis.set(`pj:{${namespace}}:a`, 1);
		await flushNamespace(mine);
		expect(await redis.exists(`pj:{${mine}}:a`)).toBe(0);
		expect(await redis.exists(`pj:{${theirs}}:a`)).toBe(1);
		await flushNamespace(theirs);
		redis.disconnect();
	});

	it('keeps what was written when a server with fsync always is killed and started again', async () => {
		const first = await startRedis({ appendfsync: 'always' });
		await write(first.url, 'kept', 'yes');
		await first.kill();
		const second = await startRedis({ appendfsync: 'always', dir: first.dir, port: first.port });
		expect(await read(second.url, 'kept')).toBe('yes');
		await second.stop();
		rmSync(first.dir, { recursive: true });
	});
});

async function write(url: string, key: string, value: string): Promise<void> {
	const redis = new Redis(url);
	await redis.set(key, value);
	redis.disconnect();
}

async function read(url: string, key: string): Promise<string | null> {
	const redis = new Redis(url);
	const value = await redis.get(key);
	redis.disconnect();
	return value;
}
