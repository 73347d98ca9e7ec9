import { changeOf } from '../../../src/job/change';
import type { LeasedJob } from '../../../src/job/job';
import { transition } from '../../../src/job/transition';
import { endSound } from './invariants';
import { adopted, aJob, failedFor, inDoubtChange, policy, published, retried, START, StoreWorld } from './store-world';

let world: StoreWorld;
beforeEach(() => { world = new StoreWorld(); });
afterEach(() => endSound(world));

const stateOf = async (id: string) => (await world.jobs.get(id))?.state;

describe('the permit to send', () => {
	const permit = (job: LeasedJob, budgetMs = 20_000) => world.jobs.beginSend(job, budgetMs);

	it('is given once a lease', async () => {
		await world.put(aJob());
		const job = await world.claimed();
		expect(await permit(job)).toEqual({ sendBy: START + 20_000, budgetMs: 20_000 });
		expect(await permit(job)).toBeNull();
	});

	it('is refused when the lease ends before the budget', async () => {
		await world.put(aJob());
		const job = await world.claimed();
		world.time += policy.leaseMs - 20_000 + 1;
		expect(await permit(job)).toBeNull();
		await world.jobs.extend([job]);
		expect(await permit(job)).not.toBeNull();
	});

	it('is refused when the fence moved on', async () => {
		await world.put(aJob());
		const job = await world.claimed();
		expect(await permit({ ...job, lease: { ...job.lease, fence: 'other' } })).toBeNull();
	});

	it('is refused for another revision than the one that is about to be sent', async () => {
		await world.put(aJob());
		expect(await permit({ ...await world.claimed(), revision: 2 })).toBeNull();
	});

	it('is refused when a hold came up after the claim', async () => {
		await world.put(aJob());
		const job = await world.claimed();
		await world.holds.open({ account: '@app', kind: 'quota_exhausted', until: START + 1, code: 'q', message: 'm' });
		expect(await permit(job)).toBeNull();
		world.time += 1;
		expect(await permit(job)).not.toBeNull();
	});
});

describe('a settle', () => {
	it('is accepted long after the lease ran out, as long as nobody took over', async () => {
		await world.put(aJob());
		const job = await world.claimed();
		world.time += 10 * policy.leaseMs;
		expect((await world.jobs.settle(job, published(job, world.time))).kind).toBe('settled');
	});

	it('is refused when the fence moved on, and changes nothing', async () => {
		await world.put(aJob());
		const job = await world.claimed();
		world.time += policy.leaseMs + 1;
		await world.jobs.takeOver(10);
		const before = await world.dump();
		expect(await world.jobs.settle(job, published(job, world.time))).toEqual({ kind: 'lease_lost' });
		expect(await world.dump()).toEqual(before);
	});

	it('is refused a second time', async () => {
		await world.put(aJob());
		const job = await world.claimed();
		await world.jobs.settle(job, published(job, world.time));
		expect(await world.jobs.settle(job, published(job, world.time))).toEqual({ kind: 'lease_lost' });
	});

	it('throws for a change that does not follow from the record, and settles the others of the same turn', async () => {
		const [good, bad] = [aJob({ boardId: '1' }), aJob({ boardId: '2' })];
		await world.put(good, bad);
		const [a, b] = [await world.claimed(), await world.claimed()];
		const skipping = changeOf({ ...b, seq: 7 }, { state: 'succeeded' }, 'job.succeeded');
		const answers = await Promise.allSettled([world.jobs.settle(b, skipping), world.jobs.settle(a, published(a, world.time))]);
		expect(answers).toMatchObject([{ status: 'rejected' }, { status: 'fulfilled', value: { kind: 'settled' } }]);
		expect([await stateOf(good.id), await stateOf(bad.id)]).toEqual(['succeeded', 'running']);
	});

	it('wakes those who wait for the board', async () => {
		await world.put(aJob(), aJob());
		const signals: unknown[] = [];
		const deaf = new Promise<void>((resolve) => {
			world.namespace.listen({ work: (...signal) => { signals.push(signal); resolve(); }, events: () => undefined, all: () => void settle() });
		});
		const job = await world.claimed();
		const settle = () => world.jobs.settle(job, retried(job, world.time + 60_000));
		await deaf;
		expect(signals).toContainEqual(['publish', 'acme', START]);
	});

	it('opens the hold with its event once, and prolongs it without one', async () => {
		await world.put(aJob({ boardId: '1' }), aJob({ boardId: '2' }));
		const [a, b] = [await world.claimed(), await world.claimed()];
		const hold = (until: number) => ({ account: 'acme', kind: 'rate_limited' as const, until, code: 'rate_limited', message: 'Slow down.' });
		await world.jobs.settle(a, { ...retried(a, START + 1000), hold: hold(START + 1000) });
		await world.jobs.settle(b, { ...retried(b, START + 2000), hold: hold(START + 2000) });
		expect(await world.holds.list()).toMatchObject([{ account: 'acme', kind: 'rate_limited', until: START + 2000, since: START, waiting: 2 }]);
		const events = await world.outbox.since(null, 100);
		expect(events.filter(({ type }) => type === 'account.held')).toMatchObject([{ account: 'acme', incident: { kind: 'rate_limited', until: START + 1000, waiting: 1 } }]);
	});

	it('files a failure in its queue and announces the first of a cause only', async () => {
		await world.put(aJob({ boardId: '1' }), aJob({ boardId: '2' }));
		for (const job of [await world.claimed(), await world.claimed()]) await world.jobs.settle(job, failedFor(job, world.time));
		const counts = await world.list.counts();
		expect(counts).toMatchObject({ failures: { ops: 2, client: 0, engineering: 0 }, groups: { 'board_not_found|acme|100': 2 } });
		const opened = (await world.outbox.since(null, 100)).filter(({ type }) => type === 'failure_group.opened');
		expect(opened).toMatchObject([{ account: 'acme', incident: { groupKey: 'board_not_found|acme|100', queue: 'ops', code: 'board_not_found' } }]);
	});
});

describe('a Pin', () => {
	const look = async () => (await world.jobs.claim('acme', 'look', 100)).jobs;
	const twin = (changes = {}) => {
		const job = aJob(changes);
		return { ...job, content: { ...job.content, link: 'https://shop.example/same', title: 'Same' } };
	};

	it('is not adopted when it has an owner', async () => {
		await world.put(aJob({ boardId: '1' }), aJob({ boardId: '2', dueAt: START + 1 }));
		const owner = await world.claimed();
		await world.jobs.settle(owner, published(owner, world.time, '99'));
		world.time += 1;
		await world.inDoubt();
		world.time += 5000;
		const [job] = await look();
		expect(await world.jobs.settle(job!, adopted(job!, world.time, '99'))).toEqual({ kind: 'contested', owner: owner.id });
	});

	it('is not adopted while a twin stands between permit and settle', async () => {
		await world.put(twin(), twin({ dueAt: START + 1 }));
		await world.inDoubt();
		world.time += 5000;
		const sibling = await world.claimed();
		await world.jobs.beginSend(sibling, 20_000);
		const [job] = await look();
		expect(await world.jobs.settle(job!, adopted(job!, world.time, '99'))).toEqual({ kind: 'contested', owner: null });
		await world.jobs.settle(sibling, retried(sibling, world.time + 1));
		expect((await world.jobs.settle(job!, adopted(job!, world.time, '99'))).kind).toBe('settled');
	});

	it('that says more than the job sent is not adopted while a job is in doubt that sent it, and is once that is settled', async () => {
		const [untitled, titled] = [twin(), twin({ dueAt: START + 1 })];
		untitled.content.title = null as never;
		await world.put(untitled, titled);
		await world.inDoubt();
		world.time += 5000;
		await world.inDoubt();
		world.time += 5000;
		const [less, more] = await look();
		const alike = { ...adopted(less!, world.time, '99'), pin: { id: '99', by: 'adopted', alike: true } as const };
		expect(await world.jobs.settle(less!, alike)).toEqual({ kind: 'contested', owner: null });
		expect((await world.jobs.settle(more!, adopted(more!, world.time, '98'))).kind).toBe('settled');
		expect((await world.jobs.settle(less!, alike)).kind).toBe('settled');
	});

	it('goes to the job that Pinterest named it to; the one that had adopted it is sent back to look', async () => {
		await world.put(twin(), twin({ dueAt: START + 1 }));
		const adopter = await world.inDoubt();
		world.time += 5000;
		const [looking] = await look();
		await world.jobs.scanned('acme', '100', 0);
		await world.jobs.settle(looking!, adopted(looking!, world.time, '99'));
		const sibling = await world.claimed();
		await world.jobs.beginSend(sibling, 20_000);
		expect(await world.jobs.settle(sibling, published(sibling, world.time, '99'))).toEqual({ kind: 'settled', displaced: adopter.id });
		expect(await world.jobs.owners(['99'])).toEqual(new Map([['99', sibling.id]]));

		const [displaced] = await world.jobs.displaced(10);
		expect(displaced).toMatchObject({ id: adopter.id, state: 'succeeded' });
		const back = changeOf(displaced!, { state: 'retry_scheduled', phase: 'reconcile', dueAt: world.time, finishedAt: null, pinId: null, inDoubt: adopter.inDoubt }, 'job.retry_scheduled');
		const seen = { expectedRevision: displaced!.revision, expectedSeq: displaced!.seq, aliases: [], change: back };
		expect((await world.jobs.revise(adopter.id, seen)).kind).toBe('revised');
		expect(await world.jobs.displaced(10)).toEqual([]);
		expect((await look()).map(({ id }) => id)).toEqual([adopter.id]);
	});
});

describe('a lease that ran out', () => {
	it('is taken over under a new fence, and says that nothing can have been sent', async () => {
		await world.put(aJob());
		const lost = await world.claimed();
		world.time += policy.leaseMs;
		expect(await world.jobs.takeOver(10)).toEqual([]);
		world.time += 1;
		const [taken] = await world.jobs.takeOver(10);
		expect(taken).toMatchObject({ id: lost.id, state: 'running', lease: { until: world.time + policy.leaseMs, sendBy: null } });
		expect(taken!.lease.fence).not.toBe(lost.lease.fence);
		expect(await world.jobs.extend([lost])).toEqual([lost.id]);
		const change = transition(taken!, { kind: 'lease_lost', afterPermit: false, sendBy: null }, policy, world.time, () => 0.5);
		await world.jobs.settle(taken!, change);
		expect(await world.jobs.get(lost.id)).toMatchObject({ state: 'queued', attempts: 0, lostLeases: 1, seq: 2 });
		expect((await world.claimed()).id).toBe(lost.id);
	});

	it('says whether its account wanted a person to decide, however long ago that was', async () => {
		await world.accounts.note('w', { skewMs: null, neverResend: ['acme'], forMs: 2 * policy.leaseMs });
		await world.put(aJob(), aJob({ account: 'other' }));
		const careful = await world.claimed();
		await world.claimed('other');
		world.time += 10 * policy.leaseMs;
		const taken = await world.jobs.takeOver(10);
		expect(taken.filter(({ lease }) => lease.neverResend).map(({ id }) => id)).toEqual([careful.id]);
		expect(taken).toHaveLength(2);
	});

	it('still says that a permit had been given, also when the one who took it over is lost too', async () => {
		await world.put(aJob());
		const lost = await world.claimed();
		await world.jobs.beginSend(lost, 20_000);
		world.time += policy.leaseMs + 1;
		await world.jobs.takeOver(10);
		world.time += policy.leaseMs + 1;
		const [taken] = await world.jobs.takeOver(10);
		expect(taken!.lease.sendBy).toBe(START + 20_000);
		const change = transition(taken!, { kind: 'lease_lost', afterPermit: true, sendBy: taken!.lease.sendBy }, policy, world.time, () => 0.5);
		await world.jobs.settle(taken!, change);
		expect(await world.jobs.get(lost.id)).toMatchObject({ state: 'retry_scheduled', phase: 'reconcile', inDoubt: { sendBy: START + 20_000 } });
		expect((await world.list.counts()).inDoubt).toBe(1);
	});

	it('is prolonged by a heartbeat', async () => {
		await world.put(aJob());
		const job = await world.claimed();
		world.time += policy.leaseMs - 1;
		expect(await world.jobs.extend([job])).toEqual([]);
		world.time += policy.leaseMs;
		expect(await world.jobs.takeOver(10)).toEqual([]);
	});

	it('frees the board for the next job once it is settled', async () => {
		const next = aJob({ dueAt: START + 1 });
		await world.put(aJob(), next);
		await world.claimed();
		world.time += policy.leaseMs + 1;
		const [taken] = await world.jobs.takeOver(1);
		await world.jobs.settle(taken!, failedFor(taken!, world.time));
		expect((await world.claimed()).id).toBe(next.id);
	});
});

describe('a job that is given back', () => {
	it('is queued again as if the attempt had not been, without an event', async () => {
		const job = aJob();
		await world.put(job);
		expect(await world.jobs.giveBack(await world.claimed())).toBe(true);
		expect(await world.jobs.get(job.id)).toMatchObject({ state: 'queued', attempts: 0, startedAt: null, seq: 2, lease: null });
		expect(await world.claimed()).toMatchObject({ id: job.id, attempts: 1, seq: 3 });
		expect(await world.eventsOf(job.id)).toEqual([['job.queued', 1], ['job.running', 2], ['job.running', 3]]);
	});

	it('is refused after the permit, and when the fence moved on', async () => {
		await world.put(aJob());
		const job = await world.claimed();
		expect(await world.jobs.giveBack({ id: job.id, lease: { fence: 'other' } })).toBe(false);
		await world.jobs.beginSend(job, 1000);
		expect(await world.jobs.giveBack(job)).toBe(false);
		expect(await stateOf(job.id)).toBe('running');
	});

	it('waits for its look again when it was claimed to look', async () => {
		await world.put(aJob());
		const job = await world.inDoubt();
		world.time += 5000;
		const { jobs } = await world.jobs.claim('acme', 'look', 1);
		expect(await world.jobs.giveBack(jobs[0]!)).toBe(true);
		expect(await world.jobs.get(job.id)).toMatchObject({ state: 'retry_scheduled', phase: 'reconcile', attempts: 1, dueAt: START + 5000 });
		expect(await world.jobs.settle(jobs[0]!, inDoubtChange(jobs[0]!, world.time))).toEqual({ kind: 'lease_lost' });
	});
});
