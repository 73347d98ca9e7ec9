import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { compiledSource } from '../../support/compiled';
import { redisSettings } from '../../support/redis';
import { FAST_PACE, TestWorld } from '../../support/world';

const MB = 1_000_000;
/** `VIDEO_BYTES=200000000` shows that memory does not grow with the video. */
const BYTES = Number(process.env.VIDEO_BYTES ?? 5 * MB);
const POLICY = { leaseMs: 3000, heartbeatMs: 500 };

let source: Awaited<ReturnType<typeof compiledSource>>;
let world: TestWorld;
const children: ChildProcess[] = [];
const idleBytes = new Map<ChildProcess, number>();
beforeAll(async () => { source = await compiledSource(); });
afterAll(() => source.remove());
beforeEach(async () => { world = await TestWorld.start({ timeFactor: 20 }); });
afterEach(async () => {
	for (const child of children.splice(0)) child.kill('SIGKILL');
	await world.stop();
});

function aWorker(): ChildProcess {
	const { namespace, timeFactor, sandbox } = world;
	const serves = { redis: redisSettings(), namespace, timeFactor, sandbox: sandbox.url, token: world.tokens.get('acme-us'), account: 'acme-us', pace: FAST_PACE, policy: POLICY };
	const child = spawn(process.execPath, ['test/support/video-worker.mjs', source.dir, JSON.stringify(serves)], { stdio: ['ignore', 'pipe', 'inherit'] });
	createInterface(child.stdout!).on('line', (line) => {
		const { event, bytes } = JSON.parse(line) as { event: string; bytes?: number };
		if (event === 'idle' && bytes) idleBytes.set(child, bytes);
	});
	children.push(child);
	return child;
}

/** The most memory it has had, bytes; on Linux. */
function peakOf(child: ChildProcess): number {
	return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) * 1024;
}

const calls = (operation: string) => world.sandbox.control.calls().items.filter((call) => call.operation === operation).length;

it.each([
	['registering', () => world.sandbox.control.addFault({ fault: 'hangBefore', match: { operation: 'registerMedia' } }), () => calls('registerMedia') > 0],
	['uploading', () => undefined, () => world.sandbox.control.uploads().length > 0],
	['waiting until it is ready', () => world.sandbox.control.setMedia({ processMs: 60_000 }), () => calls('mediaStatus') > 0 || world.sandbox.control.uploads().some(({ bytes }) => (bytes ?? 0) > 0)],
	['in doubt', () => world.sandbox.control.addFault({ fault: 'commitThenHang', match: { operation: 'createPin' } }), () => world.sandbox.control.pins().items.length > 0],
])('is published once when its worker is killed %s', async (step, trouble, isThere) => {
	trouble();
	const bytesPerSecond = step === 'uploading' ? BYTES / 4 : undefined;
	const { url } = world.sandbox.control.addFile({ name: 'film.mp4', bytes: BYTES, bytesPerSecond, times: 1 });
	const engine = world.engine({ policy: POLICY });
	const [result] = await engine.enqueue([world.request(1, { media: { kind: 'video_url', url } })]);
	if (!result?.ok) throw result?.error ?? new Error('Nothing was enqueued.');
	const first = aWorker();
	await world.until(() => Promise.resolve(isThere() ? true : null), 60_000);
	first.kill('SIGKILL');
	await once(first, 'exit');
	const second = aWorker();
	const [job] = await world.ended(engine, [result.job.id], 120_000);
	expect(job).toMatchObject({ state: 'succeeded' });
	expect(world.sandbox.control.pins().items.map(({ mediaKind }) => mediaKind)).toEqual(['video_id']);
	if (process.platform === 'linux') expect(peakOf(second) - idleBytes.get(second)!).toBeLessThan(150 * MB);
}, 200_000);
