import type { Job } from '../../../src/job/job';
import { keyOf } from '../../../src/job/idempotency';
import { Renames } from '../../../src/work/renames';
import { endSound } from './invariants';
import { aJob, intoDoubt, policy, StoreWorld } from './store-world';

let world: StoreWorld;
let renames: Renames;
beforeEach(() => {
	world = new StoreWorld();
	renames = new Renames({
		names: () => world.accounts.renames(), list: (filter) => world.list.list(filter), revise: (id, revision) => world.jobs.revise(id, revision),
		world: { now: () => world.time, monotonic: () => world.time, random: () => 0 }, log: () => undefined,
	});
});
afterEach(() => endSound(world));

const user = { id: 'u1', username: 'shop' };
const pace = { writesPerMinute: 80, burst: 5, writesPerDay: null, concurrent: 5 };
const beat = (account: string) => world.accounts.beat({ id: 'w1', host: 'here' }, [{ account, client: null, pace }]);
const mustBe = async (id: string) => (await world.jobs.get(id))!;

/** The job of a row, as it is enqueued for an account of this name. */
function ofRow(account: string, source: string, changes: Partial<Job> = {}): Job {
	const job = aJob({ account, source, ...changes });
	return { ...job, id: keyOf(job) };
}

async function bound(...names: string[]): Promise<void> {
	for (const name of names) await world.accounts.bind(name, user, null);
}

describe('a second name of a Pinterest user', () => {
	it('leads to the name that an earlier build had bound, of several always to the same', async () => {
		for (const name of ['b-shop', 'a-shop', 'other']) {
			await world.accounts.bind(name, { id: name, username: name }, null);
			await world.redis.hset(world.key('account', name), 'userId', name === 'other' ? 'u9' : 'u1');
		}
		await world.redis.del(world.key('users'));
		expect(await world.accounts.bind('new-shop', user, null)).toBe('a-shop');
		expect(await world.accounts.bind('another', { id: 'u9', username: 'other' }, null)).toBe('other');
		expect(await world.accounts.bind('third', { id: 'u3', username: 'third' }, null)).toBe('third');
		expect(await world.redis.hgetall(world.key('users'))).toEqual({ u1: 'a-shop', u9: 'other', u3: 'third' });
	});

	it('is an alias of the first, which alone is listed, and keeps nothing of its own', async () => {
		await bound('acme-us');
		await beat('acme-usa');
		await world.holds.open({ account: 'acme-usa', kind: 'token_dead', until: null, code: 'token_dead', message: 'Dead.' });
		expect(await world.accounts.bind('acme-usa', user, null)).toBe('acme-us');
		expect(await world.accounts.list()).toMatchObject([{ account: 'acme-us', aliases: ['acme-usa'], pinterestUserId: 'u1' }]);
		expect(await world.holds.list()).toEqual([]);
		const named = (await world.allKeys()).filter((key) => /acme-usa/.test(key));
		expect(named).toEqual([]);
	});

	it('stays one when the check is repeated, and is refused to another user', async () => {
		await bound('acme-us', 'acme-usa');
		expect(await world.accounts.bind('acme-usa', user, null)).toBe('acme-us');
		expect(await world.accounts.bind('acme-usa', { id: 'u2', username: 'evil' }, null)).toBeNull();
		expect(await world.accounts.bind('evil', { id: 'u2', username: 'evil' }, null)).toBe('evil');
		expect(await world.accounts.bind('acme-us', user, null)).toBe('acme-us');
	});

	it('brings along that nothing is sent a second time, and reports boards to the first', async () => {
		await bound('acme-us');
		await beat('acme-usa');
		await world.accounts.note('w1', { skewMs: null, neverResend: ['acme-usa'], forMs: 1000 });
		await bound('acme-usa');
		await world.accounts.saveBoards('acme-usa', []);
		expect(await world.redis.hgetall(world.key('account', 'acme-us'))).toMatchObject({ carefulUntil: String(world.time + 1000), boards: '[]' });
		expect(await world.redis.exists(world.key('account', 'acme-usa'))).toBe(0);
	});

	it('leads beats, holds and asked checks to the first', async () => {
		await bound('acme-us', 'acme-usa');
		await world.holds.open({ account: 'acme-us', kind: 'no_worker', until: null, code: 'no_worker', message: 'None.' });
		await beat('acme-usa');
		await world.holds.open({ account: 'acme-usa', kind: 'token_dead', until: null, code: 'token_dead', message: 'Dead.' });
		expect(await world.holds.list()).toMatchObject([{ account: 'acme-us', kind: 'token_dead' }]);
		await world.accounts.askForCheck('acme-us');
		expect(await world.accounts.checksAsked(['acme-usa'])).toEqual(['acme-usa']);
		expect(await world.accounts.list()).toMatchObject([{ account: 'acme-us', lastServedAt: world.time, pace }]);
	});

	it('takes no new job, and says whose it is', async () => {
		await bound('acme-us', 'acme-usa');
		expect(await world.jobs.enqueue([{ job: ofRow('acme-usa', 'row-1'), aliases: [] }])).toEqual([{ kind: 'renamed', account: 'acme-us' }]);
		expect(await world.list.list({ account: 'acme-usa' })).toMatchObject({ jobs: [] });
	});
});

describe('a job that was accepted under a name before it proved to be a second one', () => {
	it('goes on under the first, with its id, and is found by the key it has there', async () => {
		const job = ofRow('acme-usa', 'row-1');
		await world.put(job);
		await bound('acme-us', 'acme-usa');
		expect(await renames.move()).toBe(1);
		expect(await renames.move()).toBe(0);
		expect(await mustBe(job.id)).toMatchObject({ account: 'acme-us', state: 'queued', revision: 2 });
		expect(await world.eventsOf(job.id)).toEqual([['job.queued', 1], ['job.updated', 2]]);
		const [again] = await world.jobs.enqueue([{ job: ofRow('acme-us', 'row-1'), aliases: [] }]);
		expect(again).toMatchObject({ kind: 'existing', job: { id: job.id } });
		expect(await world.claimed('acme-us')).toMatchObject({ id: job.id });
	});

	it('is canceled when the first name has the same row, so that one Pin comes of both', async () => {
		const [first, second] = [ofRow('acme-us', 'row-1'), ofRow('acme-usa', 'row-1')];
		await world.put(first, second);
		await bound('acme-us', 'acme-usa');
		await renames.move();
		expect(await mustBe(first.id)).toMatchObject({ state: 'queued' });
		expect(await mustBe(second.id)).toMatchObject({ account: 'acme-us', state: 'canceled', warnings: [expect.stringContaining(first.id)] });
		expect(await world.eventsOf(second.id)).toEqual([['job.queued', 1], ['job.canceled', 2]]);
		expect(await world.claimed('acme-us')).toMatchObject({ id: first.id });
		expect((await world.jobs.claim('acme-us', 'publish', 9)).jobs).toEqual([]);
	});

	it('stays canceled, and keeps its row from being sent under the first name', async () => {
		const job = ofRow('acme-usa', 'row-1', { state: 'canceled', dueAt: null, finishedAt: world.time });
		await world.put(job);
		await bound('acme-us', 'acme-usa');
		await renames.move();
		expect(await mustBe(job.id)).toMatchObject({ account: 'acme-us', state: 'canceled', seq: 1 });
		const [again] = await world.jobs.enqueue([{ job: ofRow('acme-us', 'row-1'), aliases: [] }]);
		expect(again).toMatchObject({ kind: 'existing', job: { id: job.id } });
	});

	it('that is in doubt is still looked for, beside a job of the same row', async () => {
		const [first, second] = [ofRow('acme-us', 'row-1'), ofRow('acme-usa', 'row-1')];
		await world.put(first, second);
		const leased = await world.claimed('acme-usa');
		await world.jobs.beginSend(leased, 20_000);
		await bound('acme-us', 'acme-usa');
		expect(await renames.move()).toBe(0); // whoever works on it goes first
		await world.jobs.settle(leased, intoDoubt(leased, world.time));
		await renames.move();
		expect(await mustBe(second.id)).toMatchObject({ account: 'acme-us', state: 'retry_scheduled', phase: 'reconcile' });
		world.time += policy.boardGapMs + 5000;
		expect((await world.jobs.claim('acme-us', 'look', 9)).jobs).toMatchObject([{ id: second.id }]);
	});
});

describe('the label of a worker', () => {
	it('is the client of jobs that name none, in records, claims, lists and events, also of those that were there before', async () => {
		await world.put(aJob({ id: 'pj_before', client: null }), aJob({ id: 'pj_named', client: 'Beta', boardId: '2' }));
		await world.accounts.bind('acme', user, 'Acme');
		expect(await mustBe('pj_before')).toMatchObject({ client: 'Acme' });
		expect(await mustBe('pj_named')).toMatchObject({ client: 'Beta' });
		const [created] = await world.jobs.enqueue([{ job: aJob({ id: 'pj_after', client: null, boardId: '3' }), aliases: [] }]);
		expect(created).toMatchObject({ kind: 'created', job: { client: 'Acme' } });
		expect((await world.list.list({ client: 'Acme' })).jobs.map(({ id }) => id).sort()).toEqual(['pj_after', 'pj_before']);
		expect((await world.jobs.claim('acme', 'publish', 9)).jobs.map(({ client }) => client).sort()).toEqual(['Acme', 'Acme', 'Beta']);
		const told = await world.outbox.withJobs((await world.outbox.since(null, 100)).filter((event) => 'jobId' in event && event.jobId === 'pj_before'));
		expect(told.map(({ job }) => job?.client)).toEqual(['Acme', 'Acme']);
	});
});
