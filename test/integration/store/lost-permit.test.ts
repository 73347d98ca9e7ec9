import { changeOf } from '../../../src/job/change';
import { JobStore } from '../../../src/store/job-store';
import { TcpProxy } from '../../support/tcp-proxy';
import { ON_DISK_MS, PENDING_MS, RestartWorld, type Publishing } from './restart-world';
import { aJob, failedFor, policy } from './store-world';

let world: RestartWorld;
/** One that sends, one that works beside it, and an n8n that only enqueues. */
let sender: Publishing, other: Publishing;
let enqueuer: Publishing['namespace'];
/** What the sender has between itself and Redis. */
let network: TcpProxy;

const start = async (args: string[] = []) => {
	world = await RestartWorld.start('everysec', args);
	network = await TcpProxy.to(Number(new URL(world.url!).port));
	sender = await world.worker(world.anotherClient({ redis: { url: `redis://127.0.0.1:${network.port}` } }));
	other = await world.worker();
	enqueuer = world.anotherClient();
	await enqueuer.open();
};
afterEach(async () => {
	for (const namespace of [sender.namespace, other.namespace, enqueuer]) await namespace.close();
	await network.close();
	await world.end();
});

/** A permit is given, sent on, and taken back by a power cut; whoever sent is gone. */
async function permitLost(): Promise<string> {
	await start();
	return world.loseAPermit(sender);
}

const claim = ({ jobs }: Publishing) => jobs.claim('acme', 'publish', 1);

describe('after a power cut that took back a permit', () => {
	it('every send is preceded by a look though all others come back and miss nothing', async () => {
		const sent = await permitLost();
		await other.namespace.open();
		await enqueuer.open();
		expect(await world.quarantineUntil(other.namespace)).toBe(world.time + policy.horizonMs);
		world.time += PENDING_MS;
		const { jobs: [job], lookFirst, cut } = await claim(other);
		expect({ id: job!.id, lookFirst, cut }).toMatchObject({ id: sent, lookFirst: true, cut: { at: world.time - PENDING_MS, isFresh: true } });
	});

	it('a job that waits since then is looked for however late a worker comes', async () => {
		const sent = await permitLost();
		await enqueuer.open();
		const at = world.time;
		world.time += 2 * policy.horizonMs;
		await world.beat(other);
		world.time += ON_DISK_MS;
		expect(await claim(other)).toMatchObject({ jobs: [{ id: sent }], lookFirst: false, cut: { at, isFresh: true } });
	});

	it('nothing is sent while whoever sent may still come back', async () => {
		await permitLost();
		expect(await claim(other)).toMatchObject({ jobs: [], nextAt: world.time + PENDING_MS });
		world.time += PENDING_MS - 1;
		expect((await claim(other)).jobs).toEqual([]);
		world.time += 1;
		expect((await claim(other)).jobs).toHaveLength(1);
	});

	it('it stays so when whoever sent is retired by others or forgotten meanwhile', async () => {
		await permitLost();
		await other.accounts.retire(sender.namespace.id);
		await world.beat(other);
		expect(await world.quarantineUntil(other.namespace)).toBe(world.time + policy.horizonMs);
		await world.restart();
		await other.namespace.open();
		expect(await world.quarantineUntil(other.namespace)).toBe(world.time + policy.horizonMs);
	});

	it('it stays so when whoever sent comes back late, since it misses what it was told', async () => {
		await start();
		const length = await world.written();
		const { jobs: [job] } = await claim(sender);
		await sender.jobs.beginSend(job!, 1000);
		network.refuse();
		await world.restart({ length });
		await other.namespace.open();
		world.time += 60_000;
		network.heal();
		await sender.namespace.open();
		expect(await world.quarantineUntil(other.namespace)).toBe(world.time + policy.horizonMs);
		world.time += 1000;
		await world.restart();
		for (const { namespace } of [sender, other]) await namespace.open();
		expect(await world.quarantineUntil(other.namespace)).toBe(world.time - 1000 + policy.horizonMs);
	});
});

describe('a restart that took back nothing', () => {
	it('is forgiven as soon as every worker has said so, whoever only enqueues', async () => {
		await start();
		await enqueuer.close();
		network.refuse();
		await world.restart();
		await other.namespace.open();
		expect((await claim(other)).jobs).toEqual([]);
		network.heal();
		await sender.namespace.open();
		expect(await world.quarantineUntil(other.namespace)).toBeNull();
		expect(await claim(other)).toMatchObject({ jobs: [{}], lookFirst: false, cut: null });
	});

	it('is forgiven also when the last of them is late', async () => {
		await start();
		network.refuse();
		await world.restart();
		await other.namespace.open();
		world.time += 60_000;
		expect((await claim(other)).lookFirst).toBe(true);
		network.heal();
		await sender.namespace.open();
		expect(await world.quarantineUntil(other.namespace)).toBeNull();
	});

	it('is forgiven without a worker that has stopped in order, or fell silent long before', async () => {
		await start();
		await sender.accounts.retire(sender.namespace.id);
		await sender.namespace.close();
		const silent = await world.worker();
		await silent.namespace.close();
		world.time += 90_001;
		await world.beat(other);
		await world.restart();
		await other.namespace.open();
		expect(await world.quarantineUntil(other.namespace)).toBeNull();
	});

	it('refuses the permit of an earlier claim until that is known, and gives it then', async () => {
		await start();
		const { jobs: [job] } = await claim(other);
		await sender.namespace.close();
		await world.restart();
		expect(await other.jobs.beginSend(job!, 1000)).toBeNull();
		expect(await other.jobs.giveBack(job!)).toBe(true);
		world.time += PENDING_MS;
		expect(await claim(other)).toMatchObject({ jobs: [{ id: job!.id }], lookFirst: true });
	});

	it('refuses it also where the look was taken for an earlier loss, and gives it then', async () => {
		await permitLost();
		await other.namespace.open();
		world.time += PENDING_MS;
		const { jobs: [job], lookFirst } = await claim(other);
		expect(lookFirst).toBe(true);
		await world.restart();
		expect(await other.jobs.beginSend(job!, 1000)).toBeNull();
		world.time += PENDING_MS;
		expect(await other.jobs.beginSend(job!, 1000)).not.toBeNull();
	});

	it('does not end the looks that an earlier loss asks for, nor move where they begin', async () => {
		await permitLost();
		await other.namespace.open();
		world.time += PENDING_MS;
		const { lookFrom, lookFirst } = await claim(other);
		expect(lookFirst).toBe(true);
		world.time += 60_000;
		await world.beat(other);
		await world.restart();
		await other.namespace.open();
		world.time += PENDING_MS;
		expect(await claim(other)).toMatchObject({ jobs: [{}], lookFirst: true, lookFrom });
	});

	it('leaves what waits since an earlier loss as doubtful as it was', async () => {
		await permitLost();
		await other.namespace.open();
		const at = world.time;
		world.time += 2 * policy.horizonMs;
		await world.beat(other);
		world.time += ON_DISK_MS;
		await other.accounts.retire(sender.namespace.id);
		await world.restart();
		await other.namespace.open();
		expect(await claim(other)).toMatchObject({ jobs: [{}], lookFirst: false, cut: { at, isFresh: true } });
	});

	it('cannot have taken back a permit when no worker was there, but may be a backup', async () => {
		await start();
		for (const { accounts, namespace } of [sender, other]) await accounts.retire(namespace.id);
		await other.namespace.close();
		await world.restart();
		other = await world.worker();
		expect(await claim(other)).toMatchObject({ jobs: [{}], lookFirst: true, cut: { isFresh: false } });
	});

	it('is never forgiven by a Redis without an append-only file', async () => {
		await start(['--appendonly', 'no']);
		await world.redis.save();
		await world.restart();
		for (const { namespace } of [sender, other]) await namespace.open();
		expect(await world.quarantineUntil(other.namespace)).toBe(world.time + policy.horizonMs);
		expect(await claim(other)).toMatchObject({ jobs: [{}], lookFirst: true, cut: { at: world.time, isFresh: true } });
	});
});

describe('a job', () => {
	it('is sent only once its enqueue and its last correction are sure to be on disk: a lost permit leaves it behind', async () => {
		await start();
		for (let n = 0; n < 3; n++) await claim(other);
		const job = aJob({ boardId: '9', createdAt: world.time, dueAt: world.time });
		await world.put(job);
		expect(await claim(other)).toMatchObject({ jobs: [], nextAt: world.time + ON_DISK_MS });
		world.time += ON_DISK_MS;
		const { jobs: [leased] } = await claim(other);
		expect(leased!.id).toBe(job.id);

		const failure = failedFor(leased!, world.time);
		await other.jobs.settle(leased!, failure);
		const change = changeOf(failure.job, { state: 'queued', queue: null, groupKey: null, dueAt: world.time, finishedAt: null, revision: 2 }, 'job.requeued');
		await other.jobs.revise(job.id, { expectedRevision: 1, expectedSeq: failure.job.seq, change, aliases: [] });
		expect(await claim(other)).toMatchObject({ jobs: [], nextAt: world.time + ON_DISK_MS });
		world.time += ON_DISK_MS;
		expect(await claim(other)).toMatchObject({ jobs: [{ id: job.id }] });
	});

	it('nor before it is on disk that its video is ready: what stands at a step of its video was not sent', async () => {
		await start();
		for (const { jobs: [job] } of [await claim(other), await claim(other), await claim(other)]) await other.jobs.settle(job!, failedFor(job!, world.time));
		const upload = { mediaId: '7', at: world.time, readyAt: null, polls: 1, sha256: 'a'.repeat(64), bytes: 9 };
		await world.put(aJob({ boardId: '9', phase: 'media', upload, dueAt: world.time }));
		world.time += ON_DISK_MS;
		const { jobs: [video] } = await other.jobs.claim('acme', 'media', 1);
		const ready = changeOf(video!, { state: 'retry_scheduled', phase: 'publish', dueAt: world.time, upload: { ...upload, readyAt: world.time } }, 'job.retry_scheduled');
		await other.jobs.settle(video!, ready);
		expect(await claim(other)).toMatchObject({ jobs: [], nextAt: world.time + ON_DISK_MS });
		world.time += ON_DISK_MS;
		expect(await claim(other)).toMatchObject({ jobs: [{ id: video!.id }] });
	});
});

describe('a worker', () => {
	it('sends only once its registration is sure to be on disk, since one that is lost would not be missed', async () => {
		await start();
		const fresh = await world.worker(undefined, false);
		expect(await claim(fresh)).toMatchObject({ jobs: [], nextAt: world.time + ON_DISK_MS });
		const { jobs: [job] } = await claim(other);
		expect(await fresh.jobs.beginSend(job!, 1000)).toBeNull();
		world.time += ON_DISK_MS;
		expect((await claim(fresh)).jobs).toHaveLength(1);
		await fresh.namespace.close();
	});

	it('sends nothing without a registration, or with one that ran out', async () => {
		await start();
		const stranger = { ...other, jobs: new JobStore(enqueuer, policy) };
		expect((await claim(stranger)).jobs).toEqual([]);
		world.time += 90_001;
		expect((await claim(other)).jobs).toEqual([]);
		await world.beat(other);
		expect((await claim(other)).jobs).toEqual([]);
		world.time += ON_DISK_MS;
		expect((await claim(other)).jobs).toHaveLength(1);
	});

	it('need not wait again after a restart at which it was found', async () => {
		await start();
		await world.restart();
		for (const { namespace } of [sender, other]) await namespace.open();
		expect((await claim(other)).jobs).toHaveLength(1);
	});

	it('waits again after a restart right after its registration, which a second fault may take back', async () => {
		await start();
		const fresh = await world.worker(undefined, false);
		world.time += ON_DISK_MS - 1;
		await world.restart({ awayMs: 1000 });
		for (const { namespace } of [sender, other, fresh]) await namespace.open();
		expect(await claim(fresh)).toMatchObject({ jobs: [], nextAt: world.time + ON_DISK_MS });
		expect((await claim(other)).jobs).toHaveLength(1);
		await fresh.namespace.close();
	});

	it('counts its registration anew when the clock was set back', async () => {
		await start();
		await world.beat(other);
		world.time -= 3_600_000;
		expect((await claim(other)).jobs).toEqual([]);
		await world.beat(other);
		world.time += ON_DISK_MS;
		expect((await claim(other)).jobs).toHaveLength(1);
	});
});
