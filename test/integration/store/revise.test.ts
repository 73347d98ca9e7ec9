import { changeOf, succeeded, type Change } from '../../../src/job/change';
import type { Job } from '../../../src/job/job';
import { endSound } from './invariants';
import { adopted, aJob, intoDoubt, policy, published, retried, START, StoreWorld } from './store-world';

let world: StoreWorld;
beforeEach(() => { world = new StoreWorld(); });
afterEach(() => endSound(world));

const requeued = (job: Job, more: Partial<Job> = {}): Change => changeOf(job, {
	state: 'queued', phase: null, dueAt: world.time, finishedAt: null, queue: null, groupKey: null, lastError: null, revision: job.revision + 1, ...more,
}, 'job.requeued');

const revise = (job: Job, change: Change, aliases: string[] = []) =>
	world.jobs.revise(job.id, { expectedRevision: job.revision, expectedSeq: job.seq, change, aliases });

describe('an enqueue', () => {
	it('answers the job that its key already names, as it stands', async () => {
		const job = aJob();
		await world.put(job);
		await world.claimed();
		expect(await world.jobs.enqueue([{ job: { ...job, metadata: null }, aliases: [] }])).toMatchObject([{ kind: 'existing', job: { id: job.id, state: 'running', metadata: job.metadata } }]);
		expect(await world.eventsOf(job.id)).toHaveLength(2);
	});

	it('makes one job of two requests with one key in the same call', async () => {
		const job = aJob();
		const answers = await world.jobs.enqueue([{ job, aliases: [] }, { job, aliases: [] }]);
		expect(answers.map(({ kind }) => kind)).toEqual(['created', 'existing']);
	});

	it('finds the job by an alias, and leaves an alias with the job that has it', async () => {
		const [first, second, third] = [aJob(), aJob(), aJob({ id: 'pj_other' })];
		await world.jobs.enqueue([{ job: first, aliases: ['pj_other'] }, { job: second, aliases: ['pj_other', first.id] }]);
		expect(await world.jobs.get('pj_other')).toMatchObject({ id: first.id });
		expect(await world.jobs.enqueue([{ job: third, aliases: [] }])).toMatchObject([{ kind: 'existing', job: { id: first.id } }]);
		expect(await world.jobs.get(first.id)).toMatchObject({ id: first.id });
	});

	it('puts 120 jobs in calls of 50, with one answer each in order', async () => {
		const jobs = Array.from({ length: 120 }, () => aJob());
		const answers = await world.jobs.enqueue(jobs.map((job) => ({ job, aliases: [] })));
		expect(answers.map((answer) => answer.kind === 'created' && answer.job.id)).toEqual(jobs.map(({ id }) => id));
		expect((await world.list.counts()).states.queued).toBe(120);
	});

	it('is refused for an image whose bytes are not kept, and the others of the call are not', async () => {
		const without = aJob();
		without.content.media = { kind: 'image_base64', sha256: 'f'.repeat(64), contentType: 'image/png', bytes: 3 };
		const answers = await world.jobs.enqueue([{ job: without, aliases: [] }, { job: aJob(), aliases: [] }]);
		expect(answers.map(({ kind }) => kind)).toEqual(['media_missing', 'created']);
		expect(await world.jobs.find(without.id)).toEqual({ kind: 'missing' });
	});
});

describe('a revision', () => {
	it('requeues a failure under its key: out of its queue and cause, into the lane of its new board', async () => {
		const job = await world.failedJob({ boardId: '1' });
		const content = { ...job.content, boardId: '2' };
		expect(await revise(job, requeued(job, { content }), ['pj_corrected'])).toMatchObject({ kind: 'revised', displaced: null });
		expect(await world.list.counts()).toMatchObject({ states: { queued: 1, failed: 0 }, failures: { ops: 0 }, groups: {} });
		expect(await world.jobs.get('pj_corrected')).toMatchObject({ id: job.id, revision: 2, seq: 4 });
		expect((await world.claimed()).content.boardId).toBe('2');
	});

	it('moves a job to another account with all its indexes', async () => {
		const job = await world.failedJob();
		await revise(job, requeued(job, { account: 'other' }));
		expect((await world.list.list({ account: 'acme' })).jobs).toEqual([]);
		expect(await world.list.accountCounts(['acme', 'other'])).toEqual(new Map([
			['acme', { waiting: 0, running: 0, inDoubt: 0, failed: 0, nextDueAt: null, nextPinAt: null, nextVideoAt: null }], ['other', { waiting: 1, running: 0, inDoubt: 0, failed: 0, nextDueAt: START, nextPinAt: START, nextVideoAt: null }],
		]));
		expect((await world.claimed('other')).id).toBe(job.id);
	});

	it.each([['revision', { revision: 9 }], ['number', { seq: 9 }]])('is refused when the %s is another than was seen', async (_what, seen) => {
		const job = await world.failedJob();
		const before = await world.dump();
		expect(await revise({ ...job, ...seen }, requeued(job))).toMatchObject({ kind: 'moved', job: { id: job.id, seq: job.seq } });
		expect(await world.dump()).toEqual(before);
	});

	it('is refused a second time: the first one moved the number', async () => {
		const job = await world.failedJob();
		await revise(job, requeued(job));
		expect((await revise(job, requeued(job))).kind).toBe('moved');
	});

	it('is refused while somebody works on the job', async () => {
		await world.put(aJob());
		const job = await world.claimed();
		expect((await revise(job, changeOf(job, { state: 'canceled' }, 'job.canceled'))).kind).toBe('moved');
		expect((await world.jobs.get(job.id))?.state).toBe('running');
	});

	it('is refused when the corrected content is another job\'s, by key or by alias', async () => {
		const [other, job] = [aJob(), await world.failedJob()];
		await world.jobs.enqueue([{ job: other, aliases: ['pj_alias'] }]);
		expect(await revise(job, requeued(job), [other.id])).toEqual({ kind: 'owned', by: other.id });
		expect(await revise(job, requeued(job), ['pj_alias'])).toEqual({ kind: 'owned', by: other.id });
	});

	it('is refused for a job that is not there', async () => {
		const job = aJob();
		expect(await revise(job, requeued(job))).toEqual({ kind: 'missing' });
	});

	it('is refused when the Pin of the verdict belongs to another job', async () => {
		await world.put(aJob());
		const owner = await world.claimed();
		await world.jobs.settle(owner, published(owner, world.time, '99'));
		const job = await world.failedJob({ boardId: '2' });
		expect(await revise(job, adopted(job, world.time, '99'))).toEqual({ kind: 'contested', owner: owner.id });
	});

	it('cancels a waiting job: it is claimed by nobody', async () => {
		const job = aJob();
		await world.put(job);
		await revise(job, changeOf(job, { state: 'canceled', dueAt: null, finishedAt: world.time }, 'job.canceled'));
		expect((await world.jobs.claim('acme', 'publish', 1)).jobs).toEqual([]);
		expect(await world.jobs.get(job.id)).toMatchObject({ state: 'canceled', dueAt: null });
	});

	it('keeps what earlier events tell: they show the content of their revision', async () => {
		const job = aJob();
		await world.put(job);
		const content = { ...job.content, title: 'Better' };
		await revise(job, changeOf(job, { content, revision: 2 }, 'job.updated'));
		const seen = await world.outbox.withJobs(await world.outbox.since(null, 10));
		expect(seen.map((one) => [one.event.type, one.job?.content.title, one.job?.revision])).toEqual([
			['job.queued', job.content.title, 1], ['job.updated', 'Better', 2],
		]);
	});
});

describe('late evidence of a Pin', () => {
	const decide = (pinId: string) => (job: Job) => succeeded(job, { id: pinId, url: null, by: 'answer' }, world.time);
	const evidence = (id: string, pinId: string) => world.jobs.evidence(id, pinId, decide(pinId));

	it('ends a job that waits for a look', async () => {
		await world.put(aJob());
		const job = await world.inDoubt();
		expect(await evidence(job.id, '99')).toMatchObject({ kind: 'accepted', job: { state: 'succeeded', pinId: '99' } });
		expect((await world.list.counts()).inDoubt).toBe(0);
	});

	it('ends a job that somebody works on: the fence is gone', async () => {
		await world.put(aJob());
		const job = await world.claimed();
		expect((await evidence(job.id, '99')).kind).toBe('accepted');
		expect(await world.jobs.settle(job, retried(job, world.time))).toEqual({ kind: 'lease_lost' });
	});

	it('ends a failure and takes it out of its queue', async () => {
		const job = await world.failedJob();
		expect((await evidence(job.id, '99')).kind).toBe('accepted');
		expect((await world.list.counts()).failures.ops).toBe(0);
	});

	it('changes nothing when the Pin is known, and nothing can be said of a job that is not there', async () => {
		await world.put(aJob());
		const job = await world.claimed();
		await world.jobs.settle(job, published(job, world.time, '99'));
		const before = await world.dump();
		expect((await evidence(job.id, '99')).kind).toBe('known');
		expect(await world.dump()).toEqual(before);
		expect(await evidence('pj_none', '99')).toEqual({ kind: 'missing' });
	});

	it('of a second Pin is recorded once for ops, with an event', async () => {
		await world.put(aJob());
		const job = await world.claimed();
		await world.jobs.settle(job, published(job, world.time, '99'));
		for (let times = 0; times < 2; times++) {
			expect(await evidence(job.id, '100')).toMatchObject({ kind: 'double', pinIds: ['99', '100'] });
		}
		expect(await world.jobs.doublePins()).toMatchObject([{ jobId: job.id, account: 'acme', pinIds: ['99', '100'], at: START }]);
		const opened = (await world.outbox.since(null, 100)).filter(({ type }) => type === 'failure_group.opened');
		expect(opened).toMatchObject([{ incident: { code: 'double_pin', queue: 'ops', jobId: job.id } }]);
		expect(await world.jobs.dismissDoublePin(job.id)).toBe(true);
		expect(await world.jobs.dismissDoublePin(job.id)).toBe(false);
		expect(await world.jobs.doublePins()).toEqual([]);
	});

	it('of a second Pin sends the job that had adopted it back to look', async () => {
		await world.put(aJob(), aJob({ dueAt: START + 1, boardId: '101' }));
		const first = await world.claimed();
		await world.jobs.settle(first, published(first, world.time, '99'));
		world.time += 1;
		const adopter = await world.inDoubt();
		world.time += 5000;
		const { jobs: [looking] } = await world.jobs.claim('acme', 'look', 1);
		await world.jobs.settle(looking!, adopted(looking!, world.time, '100'));
		expect(await evidence(first.id, '100')).toMatchObject({ kind: 'double', displaced: adopter.id });
		expect(await world.jobs.owners(['100'])).toEqual(new Map([['100', first.id]]));
		expect((await world.jobs.displaced(10)).map(({ id }) => id)).toEqual([adopter.id]);
	});

	it('is decided again when the job moved meanwhile', async () => {
		await world.put(aJob());
		const job = await world.claimed();
		let asked = 0;
		const answer = world.jobs.evidence(job.id, '99', (seen) => {
			if (asked++ === 0) void world.jobs.settle(job, intoDoubt(job, world.time));
			return decide('99')(seen);
		});
		expect(await answer).toMatchObject({ kind: 'accepted', job: { state: 'succeeded' } });
	});
});

describe('a record past its retention', () => {
	it('becomes a tombstone that its key and aliases still lead to', async () => {
		const job = aJob();
		await world.jobs.enqueue([{ job, aliases: ['pj_alias'] }]);
		const leased = await world.claimed();
		await world.jobs.settle(leased, published(leased, world.time, '99'));
		const known = () => world.jobs.known([job.id, 'pj_alias', 'pj_nobody']);
		expect(await known()).toEqual([true, true, false]);
		world.time += policy.retentionMs - 1;
		expect(await world.jobs.purge(10)).toBe(0);
		world.time += 2;
		expect(await world.jobs.purge(10)).toBe(1);
		const tombstone = { kind: 'tombstone', id: job.id, pinId: '99', mayExist: false, state: 'succeeded' };
		expect(await known()).toEqual([true, true, false]);
		expect(await world.jobs.find(job.id)).toEqual(tombstone);
		expect(await world.jobs.find('pj_alias')).toEqual(tombstone);
		expect(await world.jobs.enqueue([{ job, aliases: [] }, { job: aJob({ id: 'pj_alias' }), aliases: [] }])).toEqual([tombstone, tombstone]);
		expect((await world.list.list({})).jobs).toEqual([]);
		for (const key of [world.key('tomb', job.id), world.key('alias', 'pj_alias')]) {
			expect(await world.redis.pttl(key)).toBeGreaterThan(0.99 * policy.tombstoneMs);
		}
	});

	it('keeps its Pin for two years: no look and no verdict may take that for another job', async () => {
		const YEAR_MS = 365 * 86_400_000, pins = ['7', '42', '9000', '123456789012345099', '123456789012345499', '123456789012345500', '12345678901234567890', '123456789012345678901234567890'];
		const publish = async (pinId: string) => {
			await world.put(aJob({ boardId: '1', createdAt: world.time }));
			const leased = await world.claimed();
			await world.jobs.settle(leased, published(leased, world.time, pinId));
		};
		for (const pinId of pins) await publish(pinId);
		world.time += policy.retentionMs + 1;
		expect(await world.jobs.purge(100)).toBe(pins.length);
		const buried = new Map(pins.map((pin) => [pin, 'buried'])), others = ['8', '142', '123456789012346099'];
		expect(await world.redis.exists(...pins.map((pin) => world.key('pin', pin)))).toBe(0);
		expect(await world.jobs.owners([...others, ...pins])).toEqual(buried);
		const graves = (await world.allKeys()).filter((name) => name.startsWith(world.key('buried')));
		expect(graves.length).toBe(7);
		for (const grave of graves) expect(await world.redis.pttl(grave)).toBeGreaterThan(2.99 * YEAR_MS);

		await world.put(aJob({ boardId: '1', createdAt: world.time }));
		const doubtful = await world.inDoubt();
		const adopt = (pinId: string) => changeOf(doubtful, { state: 'succeeded', pinId, inDoubt: null, finishedAt: world.time }, 'job.succeeded', { pin: { id: pinId, by: 'adopted' } });
		for (const years of [0, 1, 1]) {
			world.time += years * YEAR_MS - 1;
			expect(await revise(doubtful, adopt('42'))).toEqual({ kind: 'contested', owner: 'buried' });
			expect(await world.jobs.owners(pins)).toEqual(buried);
		}
		// A set ends by itself, whatever comes into those of later years.
		await world.redis.pexpire(graves[0]!, 1000);
		await publish('1007');
		world.time += policy.retentionMs + 1;
		await world.jobs.purge(100);
		expect(await world.redis.pttl(graves[0]!)).toBeLessThanOrEqual(1000);
	});

	it('stays while it is an open failure, in doubt or waiting; a resolved failure goes', async () => {
		const open = await world.failedJob({ boardId: '1' });
		const resolved = await world.failedJob({ boardId: '2' });
		await revise(resolved, changeOf(resolved, { queue: null, groupKey: null, mayExist: true }, null));
		await world.put(aJob({ boardId: '3' }));
		const doubtful = await world.inDoubt();
		await world.put(aJob({ boardId: '4' }));
		world.time += 2 * policy.retentionMs;
		expect(await world.jobs.purge(10)).toBe(1);
		expect(await world.jobs.find(resolved.id)).toMatchObject({ kind: 'tombstone', mayExist: true, state: 'failed' });
		expect((await world.jobs.getMany([open.id, doubtful.id])).map((job) => job?.id)).toEqual([open.id, doubtful.id]);
	});
});
