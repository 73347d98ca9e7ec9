import { endSound } from './invariants';
import { aJob, StoreWorld } from './store-world';

describe('the writes of an account in the last minute', () => {
	let world: StoreWorld;
	beforeEach(() => { world = new StoreWorld(); });
	afterEach(() => endSound(world));

	const send = async (boardId: string) => {
		await world.put(aJob({ boardId, dueAt: world.time }));
		const [job] = (await world.jobs.claim('acme', 'publish', 1)).jobs;
		expect(await world.jobs.beginSend(job!, 1000)).not.toBeNull();
		return world.time;
	};

	it('are known over all workers, without the one that was refused and without older ones', async () => {
		await send('1');
		world.time += 30_000;
		const second = await send('2');
		world.time += 30_000;
		const third = await send('3');
		await send('4');
		expect(await world.accounts.refused('acme')).toEqual([third, second]);
		expect(await world.accounts.refused('other')).toEqual([]);
	});

	it('are each permit of those that one call gives, and none that it refuses', async () => {
		await world.put(...['1', '2', '3'].map((boardId) => aJob({ boardId, dueAt: world.time })));
		const { jobs } = await world.jobs.claim('acme', 'publish', 3);
		const before = await world.calls();
		const permits = await Promise.all(jobs.map((job, n) => world.jobs.beginSend(n === 1 ? { ...job, lease: { ...job.lease, fence: 'moved' } } : job, 1000)));
		expect(permits).toEqual([{ sendBy: world.time + 1000, budgetMs: 1000 }, null, { sendBy: world.time + 1000, budgetMs: 1000 }]);
		expect(await world.calls()).toBe(before + 1);
		// Without the latest, which is taken for the one that was refused.
		expect(await world.accounts.refused('acme')).toEqual([world.time]);
	});

	it('are registrations of videos as well, which are no permits to send', async () => {
		await world.put(aJob({ boardId: '1', phase: 'media', dueAt: world.time }));
		const [video] = (await world.jobs.claim('acme', 'upload', 1)).jobs;
		expect(await world.jobs.beginWrite(video!)).toBe(true);
		const registered = world.time;
		world.time += 1000;
		await send('2');
		expect(await world.accounts.refused('acme')).toEqual([registered]);
		expect((await world.jobs.get(video!.id))!.lease!.sendBy).toBeNull();
	});

	it('have no registration of an account, a client or an app that is held, nor of who lost the job', async () => {
		await world.accounts.beat({ id: 'w', host: 'h' }, [{ account: 'acme', client: 'Acme', pace: { writesPerMinute: 1, burst: 1, writesPerDay: null, concurrent: 9 } }]);
		await world.put(aJob({ boardId: '1', phase: 'media', dueAt: world.time }));
		const [video] = (await world.jobs.claim('acme', 'upload', 1)).jobs;
		for (const account of ['acme', '@client:Acme', '@app']) {
			await world.holds.open({ account, kind: 'paused', until: null, code: 'paused', message: '' });
			expect(await world.jobs.beginWrite(video!)).toBe(false);
			await world.holds.release(account, null);
		}
		expect(await world.jobs.beginWrite({ ...video!, lease: { fence: 'moved on' } })).toBe(false);
		expect(await world.redis.exists(world.key('sent', 'acme'))).toBe(0);
		expect(await world.jobs.beginWrite(video!)).toBe(true);
	});

	it('are no more than a thousand, and gone a minute after the last', async () => {
		const key = world.key('sent', 'acme');
		await world.redis.zadd(key, ...Array.from({ length: 1000 }, (_, n) => [world.time - n, `earlier ${n}`]).flat());
		await send('1');
		expect([await world.redis.zcard(key), await world.redis.zscore(key, 'earlier 999')]).toEqual([1000, null]);
		expect(await world.redis.pttl(key)).toBeGreaterThan(50_000);
	});
});

it('keeps what is known of limits with the account, whatever its worker says next', async () => {
	const world = new StoreWorld();
	const limits = { write: { told: 30, learned: { ceiling: 30, rate: 27, from: 1, refusedAt: 1 } } };
	expect(await world.accounts.recall('acme')).toEqual({});
	await world.accounts.learn('acme', limits);
	await world.accounts.beat({ id: 'w', host: 'h' }, [{ account: 'acme', client: null, pace: { writesPerMinute: 1, burst: 1, writesPerDay: null, concurrent: 9 } }]);
	expect(await world.accounts.recall('acme')).toEqual(limits);
	await endSound(world);
});
