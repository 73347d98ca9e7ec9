import { endSound } from './invariants';
import { aJob, published, START, StoreWorld } from './store-world';

let world: StoreWorld;
beforeEach(() => { world = new StoreWorld(); });
afterEach(() => endSound(world));

const pace = { writesPerMinute: 80, burst: 5, writesPerDay: null, concurrent: 5 };
const beat = (...accounts: string[]) => world.accounts.beat({ id: 'w1', host: 'here' }, accounts.map((account) => ({ account, client: 'Acme', pace })));
const typesOfEvents = async () => (await world.outbox.since(null, 100)).map(({ type }) => type);

describe('an account', () => {
	it('is bound to the first Pinterest user of its label', async () => {
		expect(await world.accounts.bind('acme', { id: 'u1', username: 'shop' }, 'Acme')).toBe('acme');
		expect(await world.accounts.bind('acme', { id: 'u1', username: 'shop2' }, 'Acme')).toBe('acme');
		expect(await world.accounts.bind('acme', { id: 'u2', username: 'evil' }, null)).toBeNull();
		expect(await world.accounts.get('acme')).toMatchObject({ account: 'acme', pinterestUserId: 'u1', username: 'shop2', client: 'Acme', lastServedAt: null });
	});

	it('shows the boards, pace and last beat its worker reported', async () => {
		const board = { id: '1', name: 'Summer', privacy: null, sections: [] };
		await world.accounts.saveBoards('acme', [board]);
		await beat('acme', 'beta');
		expect(await world.accounts.list()).toMatchObject([
			{ account: 'acme', boards: [board], boardsAt: START, pace, lastServedAt: START }, { account: 'beta', boards: [], boardsAt: null },
		]);
		expect(await world.accounts.get('none')).toBeNull();
	});

	it('tells whoever lists its boards next when that was done, when with all sections, and when it was used', async () => {
		const board = { id: '1', name: 'Summer', privacy: null, sections: [] };
		expect(await world.accounts.boardList('acme')).toEqual({ boards: [], boardsAt: null, sectionsAt: null, usedAt: null });
		await world.accounts.saveBoards('acme', [], true);
		world.time += 10;
		await world.accounts.saveBoards('acme', [board], false);
		await world.put(aJob({ dueAt: START + 60_000 }));
		expect(await world.accounts.boardList('acme')).toEqual({ boards: [board], boardsAt: START + 10, sectionsAt: START, usedAt: START + 10 });
		world.time += 60_000;
		const job = await world.claimed();
		await world.jobs.settle(job, published(job, world.time));
		world.time += 1000;
		expect(await world.accounts.boardList('acme')).toMatchObject({ usedAt: START });
	});

	it('is known as soon as a job names it', async () => {
		await world.put(aJob({ account: 'new' }));
		expect(await world.accounts.list()).toMatchObject([{ account: 'new', lastServedAt: null, pace: null }]);
	});

	it('is checked by one worker when somebody asks', async () => {
		await world.accounts.askForCheck('acme');
		expect(await world.accounts.checksAsked(['beta'])).toEqual([]);
		expect(await world.accounts.checksAsked(['acme', 'beta'])).toEqual(['acme']);
		expect(await world.accounts.checksAsked(['acme', 'beta'])).toEqual([]);
	});
});

describe('a worker of 1,200 accounts', () => {
	const names = Array.from({ length: 1200 }, (_, n) => `a${n}`);

	it('says what it does for them in calls of at most 100 accounts', async () => {
		const calls = jest.spyOn(world.namespace, 'run');
		await beat(...names);
		await world.accounts.note('w1', { skewMs: null, neverResend: names, forMs: 60_000 });
		// Four values for each account, and one.
		const sizes = (script: string) => calls.mock.calls.filter(([name]) => name === script).map(([, args]) => args.length);
		expect(sizes('beat')).toEqual(Array(12).fill(5 + 4 * 100));
		expect(sizes('worker-notes')).toEqual(Array(12).fill(4 + 100));
		const known = await world.accounts.list();
		expect(known.filter(({ neverResend, lastServedAt }) => neverResend && lastServedAt === START)).toHaveLength(1200);
		expect(await world.accounts.workers()).toMatchObject([{ id: 'w1', accounts: 1200 }]);
	});

	it('writes nothing while nobody asks for a check, and then asks for those accounts alone', async () => {
		const calls = jest.spyOn(world.namespace, 'run');
		expect(await world.accounts.checksAsked(names)).toEqual([]);
		expect(calls).not.toHaveBeenCalled();
		await world.accounts.askForCheck('a1100');
		expect(await world.accounts.checksAsked(names)).toEqual(['a1100']);
		expect(calls).toHaveBeenLastCalledWith('take-checks', ['a1100']);
	});

	it('reads in one call which of them are held', async () => {
		expect(await world.holds.standing()).toEqual(new Map());
		const hold = { until: null, code: 'x', message: 'x' };
		await world.holds.open({ ...hold, account: 'a7', kind: 'token_dead' });
		await world.holds.open({ ...hold, account: 'a7', kind: 'paused', until: START + 1000 });
		await world.holds.open({ ...hold, account: '@client:Acme: EU', kind: 'paused' });
		await world.holds.open({ ...hold, account: '@app', kind: 'app_not_approved' });
		await world.holds.release('@app');
		expect(await world.holds.standing()).toEqual(new Map([['a7', ['paused', 'token_dead']], ['@client:Acme: EU', ['paused']]]));
	});
});

describe('an account without a worker', () => {
	it('is held once its jobs waited too long, with one event, and goes on with the next beat', async () => {
		await beat('acme');
		await world.put(aJob());
		world.time += 90_000;
		const [opened, ...more] = await world.holds.openForMissingWorkers(90_000);
		expect(more).toEqual([]);
		expect(opened).toMatchObject({ incident: { account: 'acme', kind: 'no_worker', until: null, waiting: 1 }, at: world.time });
		expect(await world.holds.openForMissingWorkers(90_000)).toEqual([opened]);
		expect((await world.outbox.since(null, 100)).at(-1)).toMatchObject({ id: opened!.eventId, type: 'account.held', account: 'acme' });
		await beat('acme');
		await beat('acme');
		expect(await world.holds.list()).toEqual([]);
		expect(await typesOfEvents()).toEqual(['job.queued', 'account.held', 'account.released']);
	});

	it('is not held while it has no jobs, or was heard of', async () => {
		await beat('acme', 'idle');
		await world.put(aJob());
		world.time += 89_999;
		expect(await world.holds.openForMissingWorkers(90_000)).toEqual([]);
		await beat('acme');
		world.time += 1;
		expect(await world.holds.openForMissingWorkers(90_000)).toEqual([]);
	});
});

describe('workers', () => {
	it('are listed by their last beat and forgotten an hour later', async () => {
		await beat('acme');
		world.time += 1;
		await world.accounts.beat({ id: 'w2', host: 'there' }, []);
		expect(await world.accounts.workers()).toEqual([
			{ id: 'w2', host: 'there', accounts: 0, lastSeenAt: START + 1, skewMs: null }, { id: 'w1', host: 'here', accounts: 1, lastSeenAt: START, skewMs: null },
		]);
		world.time += 3_600_000;
		await world.accounts.beat({ id: 'w3', host: 'h' }, []);
		expect((await world.accounts.workers()).map(({ id }) => id)).toEqual(['w3']);
		expect((await world.allKeys()).filter((key) => key.includes(':worker:'))).toHaveLength(1);
	});

	it('that stop are no longer listed', async () => {
		await beat('acme');
		await world.accounts.retire('w1');
		expect(await world.accounts.workers()).toEqual([]);
	});
});

describe('a hold', () => {
	const hold = (until: number | null) => ({ account: 'acme', kind: 'rate_limited' as const, until, code: 'rate_limited', message: 'Slow.' });

	it('only ever ends later than it was said', async () => {
		const first = await world.holds.open(hold(START + 1000));
		expect(first).toMatchObject({ incident: { id: expect.stringMatching(/^inc_/) as string, since: START }, eventId: expect.stringMatching(/^evt_/) as string });
		expect(await world.holds.open(hold(START + 10))).toMatchObject({ incident: { id: first.incident.id, until: START + 1000 }, eventId: null });
		expect(await world.holds.open(hold(null))).toMatchObject({ incident: { until: null }, eventId: null });
		expect(await world.holds.open(hold(START + 2000))).toMatchObject({ incident: { until: null }, eventId: null });
	});

	it('ends by time when the sweeper comes, with an event', async () => {
		await world.holds.open(hold(START + 1000));
		await world.holds.open({ ...hold(null), kind: 'paused' });
		world.time += 999;
		expect(await world.holds.releaseExpired()).toEqual([]);
		world.time += 1;
		expect(await world.holds.releaseExpired()).toMatchObject([{ kind: 'rate_limited' }]);
		expect(await world.holds.kinds('acme')).toEqual(['paused']);
		expect((await world.outbox.since(null, 10)).at(-1)).toMatchObject({ type: 'account.released', incident: { kind: 'rate_limited', releasedBy: 'time', releasedAt: world.time } });
	});

	it('ends by kind, or all of them, and says who did it', async () => {
		await world.holds.open(hold(null));
		await world.holds.open({ ...hold(null), kind: 'token_dead' });
		expect(await world.holds.release('acme', [])).toEqual([]);
		expect(await world.holds.release('acme', ['paused'])).toEqual([]);
		expect(await world.holds.release('acme', ['token_dead'], 'ann')).toMatchObject([{ kind: 'token_dead' }]);
		expect(await world.holds.release('acme')).toMatchObject([{ kind: 'rate_limited' }]);
		expect((await world.outbox.since(null, 10)).map((event) => 'incident' in event && event.incident.releasedBy)).toEqual([undefined, undefined, 'ann', null]);
	});

	it('of the app counts the jobs of all accounts', async () => {
		await world.put(aJob(), aJob({ account: 'beta' }));
		await world.holds.open({ ...hold(null), account: '@app' });
		expect(await world.holds.list()).toMatchObject([{ account: '@app', waiting: 2 }]);
	});
});

describe('image bytes', () => {
	const sha = 'a'.repeat(64);
	const withImage = (changes = {}) => {
		const job = aJob(changes);
		job.content.media = { kind: 'image_base64', sha256: sha, contentType: 'image/png', bytes: 3 };
		return job;
	};

	it('are kept once, come back as they were, and go with the last job that succeeds', async () => {
		const bytes = Buffer.from([0, 255, 10, 13, 128]);
		expect(await world.media.put(sha, bytes)).toBe(true);
		expect(await world.media.put(sha, bytes)).toBe(false);
		await world.put(withImage({ boardId: '1' }), withImage({ boardId: '2' }));
		expect(await world.media.get(sha)).toEqual(bytes);
		const [a, b] = [await world.claimed(), await world.claimed()];
		await world.jobs.settle(a, published(a, world.time));
		expect(await world.media.get(sha)).toEqual(bytes);
		await world.jobs.settle(b, published(b, world.time));
		expect(await world.media.get(sha)).toBeNull();
		expect(await world.redis.hget(world.key('meta'), 'mediaBytes')).toBe('0');
	});

	it('are refused when they are too large, and when the namespace is full', async () => {
		await expect(world.media.put(sha, Buffer.alloc(601))).rejects.toMatchObject({ code: 'media_too_large' });
		await world.media.put(sha, Buffer.alloc(600));
		await expect(world.media.put('b'.repeat(64), Buffer.alloc(401))).rejects.toMatchObject({ code: 'namespace_full' });
		expect(await world.media.put('b'.repeat(64), Buffer.alloc(400))).toBe(true);
	});

	it('that no job refers to go after an hour; those of a waiting job stay', async () => {
		await world.media.put(sha, Buffer.from('kept'));
		await world.media.put('b'.repeat(64), Buffer.from('idle'));
		await world.put(withImage());
		world.time += 3_600_000;
		expect(await world.media.sweep()).toBe(1);
		expect([await world.media.get(sha), await world.media.get('b'.repeat(64))]).toEqual([Buffer.from('kept'), null]);
	});
});

describe('an inbox', () => {
	const claim = () => world.inbox.claim('node-1', 'evt_1');

	it('gives an event to one receiver, and to none once it was taken', async () => {
		const first = await claim();
		expect(await claim()).toEqual({ kind: 'busy' });
		expect(first.kind === 'claimed' && await world.inbox.confirm('node-1', 'evt_1', first.token)).toBe(true);
		expect(await claim()).toEqual({ kind: 'done' });
		expect(await world.inbox.claim('node-2', 'evt_1')).toMatchObject({ kind: 'claimed' });
	});

	it('gives an event again that was released, and not by somebody else\'s word', async () => {
		const first = await claim();
		expect(await world.inbox.release('node-1', 'evt_1', 'other')).toBe(false);
		expect(await claim()).toEqual({ kind: 'busy' });
		expect(first.kind === 'claimed' && await world.inbox.release('node-1', 'evt_1', first.token)).toBe(true);
		expect(await claim()).toMatchObject({ kind: 'claimed' });
	});
});
