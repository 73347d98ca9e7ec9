import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { JobStore } from '../../../src/store/job-store';
import type { Namespace } from '../../../src/store/namespace';
import { serverUrlOf } from '../../support/redis';
import { TcpProxy } from '../../support/tcp-proxy';
import { contradictions } from './invariants';
import { aJob, policy, published, START, StoreWorld } from './store-world';

let world: StoreWorld;
let proxy: TcpProxy;
let far: Namespace;
let jobs: JobStore;
beforeEach(async () => {
	world = new StoreWorld();
	proxy = await TcpProxy.to(Number(new URL(await serverUrlOf(world.name)).port));
	far = world.anotherClient({ redis: { url: `redis://127.0.0.1:${proxy.port}` } });
	jobs = new JobStore(far, policy);
});
afterEach(async () => {
	const wrong = await contradictions(world);
	await far.close();
	await proxy.close();
	await world.end();
	expect(wrong).toEqual([]);
});

describe('a reply that is lost', () => {
	// Redis knows the scripts by now: what is lost is the answer of the script, not that it is unknown.
	beforeEach(async () => {
		await jobs.enqueue([{ job: aJob({ boardId: '1', dueAt: START - 1 }), aliases: [] }]);
		const { jobs: [first] } = await jobs.claim('acme', 'publish', 1);
		await jobs.settle(first!, published(first!, world.time));
	});

	it('of an enqueue: the job is created once, and the caller is told so', async () => {
		const job = aJob();
		proxy.loseReplyTo(job.id);
		expect((await jobs.enqueue([{ job, aliases: [] }])).map(({ kind }) => kind)).toEqual(['created']);
		expect(proxy.lost).toBe(1);
		expect(await world.eventsOf(job.id)).toEqual([['job.queued', 1]]);
	});

	it('of a claim: the caller gets the job that was leased to it, with the first fence', async () => {
		const job = aJob();
		await world.put(job);
		proxy.loseReplyTo('publish');
		const { jobs: claimed } = await jobs.claim('acme', 'publish', 1);
		expect(proxy.lost).toBe(1);
		expect(claimed).toMatchObject([{ id: job.id, attempts: 1, seq: 2 }]);
		expect(await jobs.beginSend(claimed[0]!, 1000)).not.toBeNull();
	});

	it('of a settle: it counts once', async () => {
		await world.put(aJob());
		const { jobs: [job] } = await jobs.claim('acme', 'publish', 1);
		proxy.loseReplyTo('"pinBy"');
		expect((await jobs.settle(job!, published(job!, world.time))).kind).toBe('settled');
		expect(proxy.lost).toBe(1);
		expect(await world.eventsOf(job!.id)).toHaveLength(3);
	});
});

it('does not take Redis for late because an answer was read late', async () => {
	const clockless = world.anotherClient({ clock: undefined });
	// From now on Redis knows the script.
	await clockless.run('ask-check', ['acme']);
	const asked = clockless.run('ask-check', ['acme']);
	await nextTurn();
	// The call is on its way, and this process is busy with something else when it is answered.
	for (const until = Date.now() + 300; Date.now() < until;);
	await asked;
	expect(Math.abs(clockless.now() - Date.now())).toBeLessThan(100);
	await clockless.close();
});

describe('a network that fails', () => {
	it('is waited out: calls under way end as soon as it is back', async () => {
		const job = aJob();
		await far.open();
		proxy.refuse();
		const answer = jobs.enqueue([{ job, aliases: [] }]);
		await sleep(300);
		proxy.heal();
		expect((await answer)[0]!.kind).toBe('created');
	});

	it('is given up at the deadline, in an error that says what to do', async () => {
		proxy.refuse();
		const hasty = world.anotherClient({ redis: { url: `redis://127.0.0.1:${proxy.port}` }, deadlineMs: 300 });
		const begun = Date.now();
		const error: unknown = await new JobStore(hasty, policy).enqueue([{ job: aJob(), aliases: [] }]).catch((caught: unknown) => caught);
		expect(error).toMatchObject({ code: 'redis_unavailable', hint: expect.stringContaining('Check host') as string });
		expect(Date.now() - begun).toBeLessThan(1000);
		await hasty.close();
	});

	it('of a half-open connection is noticed, and a new one is used', async () => {
		const job = aJob();
		await far.open();
		proxy.silence();
		const answer = jobs.enqueue([{ job, aliases: [] }]);
		await sleep(500);
		proxy.heal();
		expect((await answer)[0]!.kind).toBe('created');
	});

	it('ends a call at once when the namespace is closed', async () => {
		proxy.refuse();
		const other = world.anotherClient({ redis: { url: `redis://127.0.0.1:${proxy.port}` } });
		const call = expect(other.open()).rejects.toMatchObject({ code: 'redis_unavailable' });
		await sleep(50);
		await other.close();
		await call;
	});
});

describe('signals', () => {
	it('tell other processes of work and events, also after the connection was lost', async () => {
		const heard: string[] = [];
		let told = () => undefined as void;
		const next = () => new Promise<void>((resolve) => { told = resolve; });
		const hear = (what: string) => {
			heard.push(what);
			told();
		};
		const subscribed = next();
		far.listen({ work: (lane, account) => hear(`${lane} ${account}`), events: () => hear('events'), check: (account) => hear(`check ${account}`), all: () => hear('all') });
		await subscribed;
		await world.put(aJob({ account: 'two words' }));
		while (heard.length < 3) await next();
		await world.accounts.askForCheck('acme');
		while (heard.length < 4) await next();
		expect(heard).toEqual(['all', 'events', 'publish two words', 'check acme']);
		proxy.cut();
		while (heard.length < 5) await next();
		await world.holds.open({ account: '@app', kind: 'paused', until: null, code: 'p', message: '' });
		while (heard.length < 6) await next();
		expect(heard.slice(4)).toEqual(['all', 'events']);
	});
});
