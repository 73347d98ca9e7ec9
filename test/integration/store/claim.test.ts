import { endSound } from './invariants';
import { aJob, inDoubtChange, policy, published, retried, START, StoreWorld } from './store-world';

let world: StoreWorld;
beforeEach(() => { world = new StoreWorld(); });
afterEach(() => endSound(world));

const claim = async (max = 10, account = 'acme') => (await world.jobs.claim(account, 'publish', max)).jobs.map(({ id }) => id);

describe('a claim to publish', () => {
	it('takes the job that is due the longest, and none that is not due yet', async () => {
		const [late, early, future] = [aJob({ dueAt: START - 1 }), aJob({ dueAt: START - 9 }), aJob({ dueAt: START + 1 })];
		await world.put(late, early, future);
		expect(await claim(1)).toEqual([early.id]);
		expect(await claim()).toEqual([]);
	});

	it('goes in one call with those of other accounts that are made at the same time, each with its own answer', async () => {
		const [ours, next, held] = [aJob({ boardId: '1' }), aJob({ boardId: '2' }), aJob({ account: 'held' })];
		await world.put(ours, next, held, aJob({ account: 'later', dueAt: START + 500 }));
		await world.holds.open({ account: 'held', kind: 'paused', until: START + 9000, code: 'paused', message: 'Paused.' });
		const before = await world.calls();
		const claims = await Promise.all([['acme', 1], ['held', 1], ['later', 1], ['nobody', 1], ['acme', 1]].map(([account, max]) => world.jobs.claim(account as string, 'publish', max as number)));
		expect(claims.map(({ jobs, nextAt }) => [jobs.map(({ id }) => id), nextAt])).toEqual([
			[[ours.id], null], [[], START + 9000], [[], START + 500], [[], null], [[next.id], null],
		]);
		expect(await world.calls()).toBe(before + 1);
		expect(await world.jobs.giveBack(claims[0]!.jobs[0]!)).toBe(true);
	});

	it('keeps the gap of a board from a job that comes in after the settle', async () => {
		await world.put(aJob());
		const sent = await world.claimed();
		await world.jobs.beginSend(sent, 20_000);
		await world.jobs.settle(sent, published(sent, world.time));
		const next = aJob({ dueAt: world.time });
		await world.put(next);
		expect(await world.jobs.claim('acme', 'publish', 9)).toMatchObject({ jobs: [], nextAt: world.time + policy.boardGapMs });
		world.time += policy.boardGapMs;
		expect(await claim()).toEqual([next.id]);
	});

	it('leaves looks to calls of their own, which may be of hundreds of jobs', async () => {
		for (const account of ['acme', 'other']) {
			await world.put(aJob({ account }));
			await world.inDoubt(account);
		}
		world.time += 60_000;
		const before = await world.calls();
		const looks = await Promise.all(['acme', 'other'].map((account) => world.jobs.claim(account, 'look', 9)));
		expect(looks.map(({ jobs }) => jobs.length)).toEqual([1, 1]);
		expect(await world.calls()).toBe(before + 2);
	});

	it('says when the next job is due', async () => {
		await world.put(aJob({ dueAt: START + 500, boardId: '1' }), aJob({ dueAt: START + 700, boardId: '2' }));
		expect((await world.jobs.claim('acme', 'publish', 5)).nextAt).toBe(START + 500);
		world.time += 500;
		expect(await world.jobs.claim('acme', 'publish', 5)).toMatchObject({ jobs: [{}], nextAt: START + 700 });
	});

	it('takes one job a board, the others wait until it is settled and the gap is over', async () => {
		const [first, second] = [aJob(), aJob({ dueAt: START + 1 })];
		await world.put(first, second);
		world.time += 10;
		const leased = await world.claimed();
		expect(await claim()).toEqual([]);
		await world.jobs.beginSend(leased, 20_000);
		await world.jobs.settle(leased, published(leased, world.time));
		expect(await claim()).toEqual([]);
		world.time += policy.boardGapMs;
		expect(await claim()).toEqual([second.id]);
	});

	it('lets boards take turns when one has a long backlog', async () => {
		const backlog = [1, 2, 3].map((n) => aJob({ boardId: '1', dueAt: START - 1000 + n }));
		const other = aJob({ boardId: '2', dueAt: START });
		await world.put(...backlog, other);
		await world.accounts.beat({ id: 'w', host: 'h' }, [{ account: 'acme', client: null, pace: { writesPerMinute: 10, burst: 1, writesPerDay: null, concurrent: 1 } }]);
		const leased = await world.claimed();
		expect(leased.content.boardId).toBe('1');
		await world.jobs.beginSend(leased, 1000);
		await world.jobs.settle(leased, published(leased, world.time));
		world.time += policy.boardGapMs;
		expect(await claim()).toEqual([other.id]);
	});

	it('runs no more of an account than its worker said', async () => {
		await world.put(...['1', '2', '3'].map((boardId) => aJob({ boardId })));
		await world.accounts.beat({ id: 'w', host: 'h' }, [{ account: 'acme', client: null, pace: { writesPerMinute: 10, burst: 1, writesPerDay: null, concurrent: 2 } }]);
		expect(await claim()).toHaveLength(2);
		expect(await claim()).toEqual([]);
		expect(await world.jobs.nextDue(['acme'], 'publish')).toEqual(new Map());
	});

	it('can be made again, and whoever waits is told, when one of those that run ends', async () => {
		await world.put(...['1', '2'].map((boardId) => aJob({ boardId })));
		await world.accounts.beat({ id: 'w', host: 'h' }, [{ account: 'acme', client: null, pace: { writesPerMinute: 10, burst: 1, writesPerDay: null, concurrent: 1 } }]);
		const leased = await world.claimed();
		const told = new Promise<unknown[]>((resolve) => {
			const settle = () => void world.jobs.settle(leased, published(leased, world.time));
			world.namespace.listen({ work: (...signal) => resolve(signal), events: () => undefined, all: settle });
		});
		expect(await told).toEqual(['publish', 'acme', START]);
		expect(await claim()).toHaveLength(1);
	});

	it('takes nothing of another account', async () => {
		await world.put(aJob({ account: 'other' }));
		expect(await claim()).toEqual([]);
		expect(await claim(1, 'other')).toHaveLength(1);
	});

	it.each(['acme', '@app'])('takes nothing while %s is held, and goes on after the release', async (account) => {
		await world.put(aJob());
		await world.holds.open({ account, kind: 'spam_block', until: null, code: 'spam', message: 'm' });
		expect(await world.jobs.claim('acme', 'publish', 5)).toMatchObject({ jobs: [], nextAt: null });
		expect(await world.jobs.nextDue(['acme'], 'publish')).toEqual(new Map());
		await world.holds.release(account, ['spam_block'], 'ops');
		expect(await claim()).toHaveLength(1);
	});

	it('takes nothing before the instant until which the account is held', async () => {
		await world.put(aJob());
		await world.holds.open({ account: 'acme', kind: 'rate_limited', until: START + 100, code: 'rate_limited', message: 'm' });
		expect((await world.jobs.claim('acme', 'publish', 5)).nextAt).toBe(START + 100);
		expect(await world.jobs.nextDue(['acme'], 'publish')).toEqual(new Map([['acme', START + 100]]));
		world.time += 100;
		expect(await claim()).toHaveLength(1);
	});

	it('begins the next attempt of a job that was retried', async () => {
		await world.put(aJob());
		const first = await world.claimed();
		await world.jobs.settle(first, retried(first, START + 5000));
		world.time += 5000;
		expect(await world.claimed()).toMatchObject({ state: 'running', attempts: 2, seq: 4, phase: null, startedAt: world.time });
	});

	it('gives a fence that no other claim has', async () => {
		await world.put(aJob({ boardId: '1' }), aJob({ boardId: '2' }));
		expect((await world.claimed()).lease.fence).not.toBe((await world.claimed()).lease.fence);
	});
});

describe('a claim to look', () => {
	const look = async () => (await world.jobs.claim('acme', 'look', 100)).jobs;

	it('takes all that are due on the board that waits the longest, whatever writes to it', async () => {
		const [a, b, c] = [aJob({ boardId: '1' }), aJob({ boardId: '1', dueAt: START + 1 }), aJob({ boardId: '2' })];
		await world.put(a, b, c);
		for (const at of [0, 1, 4000]) {
			world.time = START + at;
			await world.inDoubt();
		}
		await world.put(aJob({ boardId: '1', dueAt: START }));
		world.time = START + 20_000;
		expect((await world.claimed()).content.boardId).toBe('1');
		expect((await look()).map(({ id }) => id)).toEqual([a.id, b.id]);
		expect((await look()).map(({ id }) => id)).toEqual([c.id]);
	});

	it('takes along what is not due yet on the board, and says when it was', async () => {
		const [due, later] = [aJob(), aJob({ dueAt: START + 1 })];
		await world.put(due, later);
		await world.inDoubt();
		world.time += 4000;
		await world.inDoubt();
		world.time = START + 5000;
		const claim = await world.jobs.claim('acme', 'look', 100);
		expect(claim.jobs.map(({ id, dueAt }) => [id, dueAt! <= claim.at])).toEqual([[due.id, true], [later.id, false]]);
		expect(claim.at).toBe(START + 5000);
	});

	it('waits for whoever reads the board, then for as long as the reading cost, and tells when it may', async () => {
		await world.put(aJob(), aJob({ dueAt: START + 1 }));
		await world.inDoubt();
		world.time += 5000;
		const [first] = await look();
		await world.inDoubt();
		world.time += 10_000;
		expect(await look()).toEqual([]);
		await world.jobs.scanned('acme', '100', 30_000);
		await world.jobs.settle(first!, inDoubtChange(first!, world.time + 1));
		expect(await world.jobs.nextDue(['acme'], 'look')).toEqual(new Map([['acme', world.time + 30_000]]));
		world.time += 29_999;
		expect(await look()).toEqual([]);
		world.time += 1;
		expect(await look()).toHaveLength(2);
	});

	it('says that the account never sends again, for as long as a worker\'s word on it holds', async () => {
		await world.put(aJob(), aJob({ dueAt: START + 1 }), aJob({ dueAt: START + 2 }));
		for (let n = 0; n < 3; n += 1) {
			await world.inDoubt();
			world.time += 5000;
		}
		const claimed = async () => {
			await world.jobs.scanned('acme', '100', 0);
			return (await world.jobs.claim('acme', 'look', 1)).neverResend;
		};
		expect(await claimed()).toBe(false);
		await world.accounts.note('w', { skewMs: null, neverResend: ['acme'], forMs: 1000 });
		await world.accounts.note('other', { skewMs: null, neverResend: [], forMs: 1000 });
		expect(await claimed()).toBe(true);
		world.time += 1000;
		expect(await claimed()).toBe(false);
	});

	it('does not wait for ever for a reader that was lost', async () => {
		await world.put(aJob(), aJob({ dueAt: START + 1 }));
		await world.inDoubt();
		world.time += 5000;
		await look();
		const second = await world.inDoubt();
		world.time += 3 * policy.leaseMs;
		expect((await look()).map(({ id }) => id)).toEqual([second.id]);
	});

	it('leaves state, attempts and number as they are and writes no event', async () => {
		await world.put(aJob());
		const doubtful = await world.inDoubt();
		world.time += 5000;
		const before = (await world.outbox.since(null, 100)).length;
		expect(await look()).toMatchObject([{ id: doubtful.id, state: 'retry_scheduled', phase: 'reconcile', attempts: 1, seq: 3, lease: { sendBy: null } }]);
		expect(await world.outbox.since(null, 100)).toHaveLength(before);
		expect(await look()).toEqual([]);
	});

	it.each([['rate_limited', 1], ['spam_block', 1], ['token_dead', 0], ['paused', 1]] as const)('under %s takes %i', async (kind, taken) => {
		await world.put(aJob());
		await world.inDoubt();
		world.time += 5000;
		await world.holds.open({ account: 'acme', kind, until: null, code: kind, message: 'm' });
		expect((await world.jobs.nextDue(['acme'], 'look')).size).toBe(taken);
		expect(await look()).toHaveLength(taken);
	});

	it('keeps the place of a job whose look changed nothing but the time of the next', async () => {
		await world.put(aJob());
		const doubtful = await world.inDoubt();
		world.time += 5000;
		const [job] = await look();
		await world.jobs.scanned('acme', '100', 5000);
		await world.jobs.settle(job!, { ...inDoubtChange(job!, world.time + 10_000), event: null });
		expect(await world.jobs.get(doubtful.id)).toMatchObject({ seq: 3, dueAt: world.time + 10_000, lease: null });
		expect(await world.jobs.nextDue(['acme'], 'look')).toEqual(new Map([['acme', world.time + 10_000]]));
	});
});

describe('a claim of the steps of videos', () => {
	const film = (changes: Parameters<typeof aJob>[0]) => aJob({ phase: 'media', ...changes });
	const steps = async (max = 10) => (await world.jobs.claim('acme', 'upload', max)).jobs.map(({ id, state, phase, attempts }) => [id, state, phase, attempts]);

	it('takes all that are due, several of one board, and makes no attempt of them', async () => {
		const jobs = [film({ dueAt: START - 2 }), film({ dueAt: START - 1 }), film({ dueAt: START - 3, boardId: '2' }), film({ dueAt: START + 9 })];
		await world.put(...jobs);
		expect(await steps(2)).toEqual([jobs[2]!, jobs[0]!].map(({ id }) => [id, 'queued', 'media', 0]));
		expect(await steps()).toEqual([[jobs[1]!.id, 'queued', 'media', 0]]);
		expect(await world.eventsOf(jobs[0]!.id)).toEqual([['job.queued', 1]]);
	});

	it('leaves the board to a job that is published', async () => {
		const [video, image] = [film({}), aJob()];
		await world.put(video, image);
		expect(await steps()).toHaveLength(1);
		expect(await claim()).toEqual([image.id]);
	});
});
