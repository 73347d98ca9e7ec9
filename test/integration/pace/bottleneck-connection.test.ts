import Bottleneck from 'bottleneck';
import { Redis } from 'ioredis';
import { mend, openConnection, type Connection } from '../../../src/pace/bottleneck-connection';
import { RedisClock } from '../../../src/pace/redis-clock';
import { flushNamespace, openRedis, serverUrlOf, testNamespace } from '../../support/redis';

const ended: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
	for (const end of ended.splice(0).reverse()) await end();
});

/** A worker with a connection of its own; `skewMs` is how far its clock is ahead of everybody else's. */
async function aWorker({ mended = true, skewMs = 0 } = {}): Promise<Connection> {
	const client = openRedis();
	const connection = openConnection(client);
	ended.push(() => connection.disconnect(false));
	await connection.ready;
	if (mended) {
		const clock = new RedisClock(client, 'b_{clock}');
		await clock.sync();
		mend(connection, () => clock.now(), (error) => { throw error as Error; });
	}
	const scriptArgs = connection.__scriptArgs__.bind(connection);
	connection.__scriptArgs__ = (name, id, [now, ...args], answer) => scriptArgs(name, id, [(now as number) + skewMs, ...args], answer);
	return connection;
}

function aLimiter(connection: Connection, namespace: string, options: Bottleneck.ConstructorOptions = {}): Bottleneck {
	const limiter = new Bottleneck({ id: `{${namespace}}-acme`, connection: connection as never, maxConcurrent: 1, timeout: 60_000, ...options });
	limiter.on('error', () => undefined);
	ended.push(() => void limiter.disconnect());
	return limiter;
}

const granted = (limiter: Bottleneck) => limiter.schedule({ expiration: 5000 }, () => Promise.resolve('granted')).catch((error: Error) => error.message);
const settingsKey = (namespace: string) => `b_{${namespace}}-acme_settings`;

async function withRedis<T>(use: (redis: Redis) => Promise<T>): Promise<T> {
	const redis = openRedis();
	return use(redis).finally(() => redis.disconnect());
}

describe('a limiter goes on', () => {
	// [what happens, how, and how Bottleneck alone answers every later call on Redis 7]
	it.each<[string, (namespace: string) => Promise<unknown>, string]>([
		['after its keys were flushed', (namespace) => flushNamespace(namespace), 'ERR SETTINGS_KEY_NOT_FOUND'],
		['after its settings have expired', (namespace) => withRedis(async (redis) => {
			await redis.pexpire(settingsKey(namespace), 1);
			while (await redis.exists(settingsKey(namespace))) await redis.ping();
		}), 'ERR SETTINGS_KEY_NOT_FOUND'],
		['after it was thought dead', (namespace) => withRedis((redis) => redis.del(`b_{${namespace}}-acme_client_last_seen`)), 'ERR UNKNOWN_CLIENT'],
	])('%s; unmended it never does', async (_name, happens, without) => {
		for (const mended of [true, false]) {
			const namespace = testNamespace();
			const limiter = aLimiter(await aWorker({ mended }), namespace, { heartbeatInterval: 60_000 });
			expect(await granted(limiter)).toBe('granted');
			await happens(namespace);
			expect([await granted(limiter), await granted(limiter)]).toEqual(mended ? ['granted', 'granted'] : [without, without]);
		}
	});

	it('after its process stood still for longer than clientTimeout', async () => {
		const namespace = testNamespace();
		const limiter = aLimiter(await aWorker(), namespace, { heartbeatInterval: 60_000, clientTimeout: 50 });
		const other = aLimiter(await aWorker(), namespace, { heartbeatInterval: 10, clientTimeout: 50 });
		await Promise.all([limiter.ready(), other.ready()]);
		await withRedis(async (redis) => {
			while ((await redis.zcard(`b_{${namespace}}-acme_client_last_seen`)) > 1) await redis.ping();
		});
		expect(await granted(limiter)).toBe('granted');
	});
});

describe('a worker whose clock is 15 s ahead', () => {
	it.each([[true, ['granted', 'granted']], [false, ['granted', 'ERR UNKNOWN_CLIENT']]])('shares a limiter with the others when mended: %s', async (mended, answers) => {
		const namespace = testNamespace();
		const right = aLimiter(await aWorker({ mended }), namespace, { clientTimeout: 10_000, heartbeatInterval: 60_000 });
		await right.ready();
		const ahead = aLimiter(await aWorker({ mended, skewMs: 15_000 }), namespace, { clientTimeout: 10_000, heartbeatInterval: 60_000 });
		expect([await granted(ahead), await granted(right)]).toEqual(answers);
	});

	it('draws the tokens of its turn and no more', async () => {
		const namespace = testNamespace();
		const bucket = { reservoir: 2, reservoirIncreaseAmount: 1, reservoirIncreaseInterval: 5000, reservoirIncreaseMaximum: 2 };
		const right = aLimiter(await aWorker(), namespace, bucket);
		const ahead = aLimiter(await aWorker({ skewMs: 15_000 }), namespace, bucket);
		expect([await granted(right), await granted(ahead)]).toEqual(['granted', 'granted']);
		expect(await ahead.currentReservoir()).toBe(0);
	});
});

it('refuses a weight above maxConcurrent with the words of Bottleneck', async () => {
	const limiter = aLimiter(await aWorker(), testNamespace());
	await expect(limiter.schedule({ weight: 2 }, () => Promise.resolve())).rejects.toThrow('Impossible to add a job having a weight of 2');
});

it('lets a limiter go while Redis is away without an unhandled rejection', async () => {
	const namespace = testNamespace(), client = new Redis(await serverUrlOf(namespace), { enableOfflineQueue: false, retryStrategy: () => null });
	const connection = openConnection(client);
	await connection.ready;
	const errors: unknown[] = [];
	mend(connection, () => Date.now(), (error) => errors.push(error));
	const limiter = aLimiter(connection, namespace);
	await limiter.ready();
	await connection.disconnect(false);
	connection.terminated = false;
	void limiter.disconnect();
	await new Promise((resolve) => setImmediate(resolve));
	expect(errors).toHaveLength(2);
});
