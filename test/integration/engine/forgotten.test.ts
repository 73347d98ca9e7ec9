import { readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import type { SandboxOptions } from '../../../src/sandbox';
import { startRedis, type RedisServer } from '../../support/redis';
import { TestWorld } from '../../support/world';

let server: RedisServer;
let world: TestWorld;
afterEach(async () => {
	await world.stop();
	await server.stop();
	rmSync(server.dir, { recursive: true, force: true });
});

/** One Pin is enqueued and published, then a power cut takes back all that Redis was told of it; it is enqueued once more. */
async function enqueuedAgain(sandbox: SandboxOptions = {}): Promise<{ again: string; engine: ReturnType<TestWorld['engine']> }> {
	server = await startRedis({ appendfsync: 'everysec' });
	const slack = { createdBeforeSlackMs: 100 };
	world = await TestWorld.start({ timeFactor: 60, sandbox, engine: { redis: { url: server.url }, policy: slack } });
	const before = world.engine();
	await before.subscribe({ id: 'first-write', url: 'http://127.0.0.1/', events: ['job.succeeded'] });
	const folder = join(server.dir, 'appendonlydir');
	const log = join(folder, readdirSync(folder).find((name) => name.endsWith('.incr.aof'))!);
	await sleep(1100);
	const length = statSync(log).size;
	await world.serve(before);
	const [first] = await before.enqueue([world.request(1)]);
	if (!first?.ok) throw first?.error ?? new Error('Nothing was enqueued.');
	await world.ended(before, [first.job.id]);
	await before.close();
	await server.kill();
	truncateSync(log, length);
	server = await startRedis({ appendfsync: 'everysec', dir: server.dir, port: server.port });
	await sleep(2 * slack.createdBeforeSlackMs);

	const engine = world.engine();
	const [second] = await engine.enqueue([world.request(1)]);
	if (!second?.ok) throw second?.error ?? new Error('Nothing was enqueued.');
	expect(second.job.existing).toBe(false);
	return { again: second.job.id, engine };
}

it('finds the Pin of an enqueue that Redis forgot, however long ago it was published', async () => {
	const { again, engine } = await enqueuedAgain();
	await world.serve(engine);
	const [job] = await world.ended(engine, [again]);
	expect(job).toMatchObject({ state: 'succeeded', recovered: true });
	expect(world.sandbox.control.pins().items).toHaveLength(1);
});

it('finds it also when the first look fails', async () => {
	const { again, engine } = await enqueuedAgain();
	world.sandbox.control.addFault({ fault: 'error500Before', match: { operation: 'listBoardPins' } });
	await world.serve(engine);
	const [job] = await world.ended(engine, [again]);
	expect(job).toMatchObject({ state: 'succeeded', recovered: true });
	expect(world.sandbox.control.pins().items).toHaveLength(1);
});
