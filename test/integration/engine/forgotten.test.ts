import { rmSync, statSync, truncateSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SandboxOptions } from '../../../src/sandbox';
import { appendOnlyFileOf, startRedis, type RedisServer } from '../../support/redis';
import { TestWorld } from '../../support/world';

let server: RedisServer;
let world: TestWorld;
afterEach(async () => {
	await world.stop();
	await server.stop();
	rmSync(server.dir, { recursive: true, force: true });
});

/** A power cut that leaves so many bytes of what Redis had written, and Redis again. */
async function cutBack(log: string, length: number): Promise<void> {
	await server.kill();
	truncateSync(log, length);
	server = await startRedis({ appendfsync: 'everysec', dir: server.dir, port: server.port });
}

/** One Pin is enqueued and published, then a power cut takes back all that Redis was told of it; it is enqueued once more. */
async function enqueuedAgain(sandbox: SandboxOptions = {}): Promise<{ again: string; engine: ReturnType<TestWorld['engine']> }> {
	server = await startRedis({ appendfsync: 'everysec' });
	const slack = { createdBeforeSlackMs: 100 };
	world = await TestWorld.start({ timeFactor: 60, sandbox, engine: { redis: { url: server.url }, policy: slack } });
	const before = world.engine();
	await before.subscribe({ id: 'first-write', url: 'http://127.0.0.1/', events: ['job.succeeded'] });
	const log = appendOnlyFileOf(server.dir);
	await sleep(1100);
	const length = statSync(log).size;
	await world.serve(before);
	const [first] = await before.enqueue([world.request(1)]);
	if (!first?.ok) throw first?.error ?? new Error('Nothing was enqueued.');
	await world.ended(before, [first.job.id]);
	await before.close();
	await cutBack(log, length);
	// So that the first Pin is older than the second enqueue also by a clock that Date headers tell to the second.
	await sleep(2500);

	const engine = world.engine();
	const [second] = await engine.enqueue([world.request(1)]);
	if (!second?.ok) throw second?.error ?? new Error('Nothing was enqueued.');
	expect(second.job.existing).toBe(false);
	return { again: second.job.id, engine };
}

it('finds the Pin of a video that stands at one of its steps since then, however long ago it was published', async () => {
	server = await startRedis({ appendfsync: 'everysec' });
	// Redis looks for what it may have forgotten for a second only: what comes after that has to be known by the job itself.
	world = await TestWorld.start({ timeFactor: 60, engine: { redis: { url: server.url }, policy: { horizonMs: 1000, createdBeforeSlackMs: 100 } } });
	const config = { trustedImageOrigins: [world.sandbox.url] };
	const before = world.engine(config);
	world.sandbox.control.setMedia({ processMs: 240_000 });
	await world.serve(before);
	const { url } = world.sandbox.control.addFile({ name: 'film.mp4', bytes: 100_000, contentType: 'video/mp4' });
	const [enqueued] = await before.enqueue([world.request(1, { media: { kind: 'video_url', url, cover: { kind: 'frame', atSeconds: 0 } } })]);
	if (!enqueued?.ok) throw enqueued?.error ?? new Error('Nothing was enqueued.');
	const { id } = enqueued.job;
	await world.until(async () => ((await before.get(id)).creative.sha256 ? true : null));
	await sleep(1100);
	const log = appendOnlyFileOf(server.dir);
	const length = statSync(log).size;
	await world.ended(before, [id]);
	await before.close();
	await cutBack(log, length);
	const engine = world.engine(config);
	expect(await engine.get(id)).toMatchObject({ state: 'retry_scheduled', phase: 'media' });
	await engine.subscribe({ id: 'notices-the-restart', url: 'http://127.0.0.1/', events: ['job.succeeded'] });
	await sleep(1500);
	await world.serve(engine);
	const [job] = await world.ended(engine, [id], 60_000);
	expect(job).toMatchObject({ state: 'succeeded', recovered: true });
	expect(world.sandbox.control.pins().items).toHaveLength(1);
}, 120_000);

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

/** The sizes of the append-only file by when they were seen: a power cut takes back what came after one of them. */
async function recorded(log: string, until: () => Promise<boolean>): Promise<{ at: number; size: number }[]> {
	const sizes: { at: number; size: number }[] = [];
	while (!await until()) {
		sizes.push({ at: Date.now(), size: statSync(log).size });
		await sleep(10);
	}
	return sizes;
}

/** One Pin is published, and a power cut takes back that it was sent: its job stands as if it still waited. The board shows Pins late. */
async function sentUnknown(): Promise<{ id: string; engine: ReturnType<TestWorld['engine']> }> {
	server = await startRedis({ appendfsync: 'everysec' });
	const minutes = 8 * 60_000;
	const consistency = { readLag: { medianMs: minutes, p99Ms: minutes + 1, tailShare: 0, tailMs: minutes } };
	world = await TestWorld.start({ timeFactor: 60, sandbox: { consistency }, engine: { redis: { url: server.url } } });
	const before = world.engine();
	await world.serve(before);
	const [first] = await before.enqueue([world.request(1)]);
	if (!first?.ok) throw first?.error ?? new Error('Nothing was enqueued.');
	const log = appendOnlyFileOf(server.dir);
	const sizes = await recorded(log, async () => (await before.get(first.job.id)).state === 'succeeded');
	const { events } = await before.eventsSince(null);
	const startedAt = Date.parse(events.find(({ type }) => type === 'job.running')!.timestamp);
	await before.close();
	await cutBack(log, sizes.findLast(({ at }) => at < startedAt - 20)!.size);

	const engine = world.engine();
	expect(await engine.get(first.job.id)).toMatchObject({ state: 'queued', attempts: 0 });
	return { id: first.job.id, engine };
}

it('does not send again what a power cut made look unsent, though the board does not show the Pin for minutes', async () => {
	const { id, engine } = await sentUnknown();
	await world.serve(engine);
	const [job] = await world.ended(engine, [id], 45_000);
	expect(job).toMatchObject({ state: 'succeeded', recovered: true });
	expect(world.sandbox.control.pins().items).toHaveLength(1);
}, 60_000);

it('lets nobody update or cancel what a power cut made look unsent: another text would hide its Pin, and canceled it would be denied', async () => {
	const { id, engine } = await sentUnknown();
	const [later] = await engine.enqueue([world.request(2)]);
	if (!later?.ok) throw later?.error ?? new Error('Nothing was enqueued.');
	await expect(engine.update(id, { title: 'Another' }, { by: 'Ann' })).rejects.toMatchObject({ code: 'job_in_doubt' });
	await expect(engine.cancel(id, { by: 'Ann' })).rejects.toMatchObject({ code: 'job_in_doubt' });
	const [again] = await engine.enqueue([{ ...world.request(1), title: 'Another' }], { whenWaiting: 'update' });
	expect(again).toMatchObject({ ok: false, error: { code: 'job_in_doubt' } });
	expect(await engine.cancel(later.job.id, { by: 'Ann' })).toMatchObject({ state: 'canceled' });

	await world.serve(engine);
	const [job] = await world.ended(engine, [id], 45_000);
	expect(job).toMatchObject({ state: 'succeeded', recovered: true, revision: 1 });
	expect(world.sandbox.control.pins().items).toHaveLength(1);
}, 60_000);
