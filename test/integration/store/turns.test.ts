import { JobStore } from '../../../src/store/job-store';
import { changeOf } from '../../../src/job/change';
import { aJob, policy, START, StoreWorld } from './store-world';
import { endSound } from './invariants';

let world: StoreWorld;
beforeEach(() => {
	world = new StoreWorld();
});
afterEach(() => endSound(world));

const claim = async () => (await world.jobs.claim('acme', 'publish', 10)).jobs.map(({ id }) => id);

it('the turn of a job comes in the millisecond in which it is due, and not in the one before', async () => {
	const job = aJob({ dueAt: START + 1 });
	await world.put(job);
	expect(await claim()).toEqual([]);
	world.time += 1;
	expect(await claim()).toEqual([job.id]);
});

it('the end of a hold wakes those who work for the account, and that of the app\'s everybody', async () => {
	await world.put(aJob({ dueAt: START - 5 }), aJob({ account: 'beta', dueAt: START - 7 }));
	const heard: unknown[] = [];
	const released = async (account: string) => {
		heard.length = 0;
		await world.holds.open({ account, kind: 'paused', until: null, code: 'paused', message: '' });
		await world.holds.release(account);
		await until(() => heard.length > 0);
		return heard[0];
	};
	const end = world.namespace.listen({ work: (...signal) => heard.push(signal), events: () => undefined, all: () => heard.push('all') });
	await until(() => heard.length > 0);
	expect([await released('acme'), await released('@app')]).toEqual([['publish', 'acme', START - 5], 'all']);
	end();
});

async function until(isSo: () => boolean): Promise<void> {
	for (const deadline = Date.now() + 5000; !isSo(); await new Promise((resolve) => setTimeout(resolve, 5))) {
		if (Date.now() > deadline) throw new Error('Not so within 5 s.');
	}
}

it('a fence is good for one claim only, also when Redis has forgotten how far it had counted', async () => {
	await world.put(aJob({ boardId: '1' }), aJob({ boardId: '2' }));
	const before = await world.claimed();
	// The newcomer was never told of the first claim; to greet the namespace counts once more.
	await world.redis.hincrby(world.key('meta'), 'counter', -2);
	const newcomer = world.anotherClient();
	const { jobs: [after] } = await new JobStore(newcomer, policy).claim('acme', 'publish', 1);
	await newcomer.close();
	expect(after!.lease.fence).not.toBe(before.lease.fence);
	expect(after!.lease.fence.split('-')[0]).toBe(before.lease.fence.split('-')[0]);
});

it('a clock that goes back stands still: what was leased and what is due stays so', async () => {
	await world.put(aJob({ boardId: '1' }), aJob({ boardId: '2' }));
	const first = await world.claimed();
	world.time -= 3_600_000;
	const second = await world.claimed();
	expect(second.lease.until).toBe(first.lease.until);
	expect(await world.jobs.takeOver(10)).toEqual([]);
});

it('an event has an id of its own, however like another one it is', async () => {
	await world.put(aJob());
	const { jobs: [job] } = await world.list.list({});
	for (const seen of [job!, { ...job!, seq: 2 }]) {
		const change = changeOf(seen, {}, 'job.updated');
		expect((await world.jobs.revise(seen.id, { expectedRevision: 1, expectedSeq: seen.seq, change, aliases: [] })).kind).toBe('revised');
	}
	const events = await world.outbox.since(null, 10);
	expect(events.map(({ type }) => type)).toEqual(['job.queued', 'job.updated', 'job.updated']);
	expect(new Set(events.map(({ id }) => id)).size).toBe(3);
});
