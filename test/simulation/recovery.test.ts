import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { policyOf } from '../../src/job/policy';
import { killedWorkers } from '../bench/recovery/killed';
import { outages } from '../bench/recovery/outages';
import { Rig } from '../bench/recovery/rig';
import { compiledSource } from '../support/compiled';
import { redisUrl } from '../support/redis';
import { WorkerProcess } from '../support/worker-process';
import { TestWorld } from '../support/world';

const PACE = { writesPerMinute: 100, burst: 5, writesPerDay: null, concurrent: 2 };

let source: Awaited<ReturnType<typeof compiledSource>>;
beforeAll(async () => { source = await compiledSource(); });
afterAll(() => source.remove());

describe('an account whose worker died', () => {
	let world: TestWorld;
	let folder: string;
	const workers: WorkerProcess[] = [];

	beforeEach(async () => {
		world = await TestWorld.start({ timeFactor: 20, sandbox: { hangMs: 600_000 } });
		folder = await mkdtemp(join(tmpdir(), 'pinterest-jobs-recovery-'));
	});
	afterEach(async () => {
		for (const worker of workers.splice(0)) await worker.kill();
		await world.stop();
		await rm(folder, { recursive: true, force: true });
	});

	async function aWorker(): Promise<WorkerProcess> {
		const accountsFile = join(folder, 'accounts.json');
		const accounts = [{ account: 'acme-us', accessToken: world.tokens.get('acme-us'), baseUrl: world.sandbox.url, pace: PACE }];
		await writeFile(accountsFile, JSON.stringify({ accounts }), { mode: 0o600 });
		const worker = WorkerProcess.start({ source: source.dir, redisUrl: redisUrl(), namespace: world.namespace, timeFactor: world.timeFactor, accountsFile });
		workers.push(worker);
		await worker.started();
		return worker;
	}

	it('is published for by another one within a lease and five seconds, though the dead one had all its slots', async () => {
		const engine = world.engine();
		const doomed = await aWorker();
		world.sandbox.control.addFault({ fault: 'hangBefore', match: { operation: 'createPin' }, times: 2 });
		await engine.enqueue(Array.from({ length: 6 }, (_, n) => world.request(n)));
		const posts = () => world.sandbox.control.calls({ operation: 'createPin' }).items;
		await world.until(() => Promise.resolve(posts().length === 2 || null));
		await doomed.kill();
		const heir = await aWorker();
		const withinMs = policyOf(world.timeFactor).leaseMs + 5000;
		await world.until(() => Promise.resolve(posts().length > 2 || null), withinMs, () => Promise.resolve(JSON.stringify(heir.lines.slice(-5))));
		expect(world.sandbox.control.pins().items.length).toBeGreaterThan(0);
	});
});

/** The short form of `npm run bench:recovery`, twenty times as fast; what a bound is stays in real time. */
describe('recovery', () => {
	let rig: Rig;
	beforeEach(async () => { rig = await Rig.start({ source: source.dir, timeFactor: 20, accounts: ['acme-us', 'acme-eu'] }); });
	afterEach(() => rig.end());

	it('runs the jobs of killed workers again, or looks for their Pins, within a lease and five seconds', async () => {
		expect((await killedWorkers(rig, 1)).filter(({ isKept }) => !isKept)).toEqual([]);
	});

	it('goes on at once, and sends nothing twice, when Redis was restarted, killed, or away', async () => {
		expect((await outages(rig, { quietMs: 4000, awayMs: 2000, drainMs: 30_000 })).filter(({ isKept }) => !isKept)).toEqual([]);
	});
});
