import type { AccountView, Engine } from '../../../src';
import { keysOf, openRedis } from '../../support/redis';
import { TestWorld } from '../../support/world';

const ANN = { by: 'Ann' };

let world: TestWorld;
let worker: Engine;
/** Serves nobody: what it knows it has read in Redis. */
let idle: Engine;
beforeEach(async () => {
	world = await TestWorld.start({ timeFactor: 10, sandbox: { rates: { appDay: null, appDayWrite: null, injectedResetMs: 20_000 } } });
	worker = world.engine();
	idle = world.engine();
	await world.serve(worker);
	await becomes(({ boardsAt, pace }) => boardsAt !== null && pace !== null);
});
afterEach(() => world.stop());

async function seen(): Promise<AccountView> {
	const [account] = await idle.accounts();
	if (!account) throw new Error('No account is known yet.');
	return account;
}

const becomes = (isSo: (account: AccountView) => boolean) => world.until(async () => {
	const account = await seen().catch(() => null);
	return account && isSo(account) ? account : null;
}, 20_000, async () => JSON.stringify((await idle.accounts())[0]?.pacing, null, 1));

async function enqueued(...given: Parameters<typeof world.request>[]): Promise<string[]> {
	const results = await idle.enqueue(given.map((one) => world.request(...one)));
	return results.map((result) => (result.ok ? result.job.id : ''));
}

/** As if nobody had published for long: Bottleneck forgets a bucket, which is full then. */
async function forgetBuckets(): Promise<void> {
	const redis = openRedis();
	await redis.del(...await keysOf(world.namespace, `b_{${world.namespace}}*`));
	redis.disconnect();
}

it('says that an account at rest is ready, and by which limits', async () => {
	const { pacing, headroom } = await seen();
	expect(pacing).toMatchObject({ state: 'ready', why: 'Ready.', slowed: null, nextDueAt: null, preset: 'own' });
	expect(Date.parse(pacing.nextSlotAt!)).toBeLessThanOrEqual(Date.now() + 1000);
	expect(pacing.limits.map(({ name, configured, pace, paceNow, left }) => [name, configured, pace, paceNow, left])).toEqual([['writes', 100, 80, 80, 5], ['reads', 200, 160, 160, expect.any(Number)]]);
	expect(headroom).toBe(5);
	expect((await idle.health()).slowed).toEqual([]);
});

it('says until when a 429 holds an account, then how far it was slowed, also where nobody works and the buckets are forgotten', async () => {
	const ids = await enqueued([1], [2]);
	await world.ended(idle, ids);
	world.sandbox.control.addFault({ match: { operation: 'createPin' }, fault: '429', times: 1 });
	const [refused] = await enqueued([3]);
	const held = await becomes(({ pacing }) => pacing.state === 'held');
	const until = held.incidents[0]!.until!;
	expect(held.pacing.why).toMatch(/^Waits for Pinterest until (\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d UTC: it asked to slow down \(429\)\.$/);
	expect(held.pacing.why).toContain(new Date(until).toISOString().slice(11, 19));
	expect(Date.parse(held.pacing.nextSlotAt!)).toBeGreaterThanOrEqual(until);
	await world.ended(idle, [refused!]);

	await worker.close();
	await forgetBuckets();
	const { pacing, headroom } = await seen();
	expect(pacing.slowed).toMatch(/^Slowed to [\d.]+ writes a minute: Pinterest refused at [\d.]+ \(429 at /);
	expect(pacing.limits[0]).toMatchObject({ name: 'writes', configured: 100, pace: 80, because: 'learned', left: 1, most: 1 });
	expect(pacing.limits[0]!.paceNow).toBeLessThan(40);
	expect(headroom).toBe(1);
	expect((await idle.health()).slowed).toMatchObject([{ account: 'acme-us', name: 'writes', pace: 80, because: 'learned', why: expect.stringMatching(/^Slowed to /) as string }]);
});

it('says who paused an account and until when, and when the next Pin is due', async () => {
	const scheduledAt = new Date(Date.now() + 3_600_000).toISOString();
	await enqueued([1, { scheduledAt }]);
	const { pacing, nextDueAt } = await seen();
	expect(pacing).toMatchObject({ state: 'not_due', why: expect.stringMatching(/^Nothing is due before .* UTC\.$/) as string, nextDueAt, nextSlotAt: nextDueAt });

	await idle.pacing.pause({ client: 'Acme' }, { reason: 'texts are checked' }, ANN);
	expect((await seen()).pacing).toMatchObject({ state: 'held', why: 'Paused until somebody resumes it. Ann paused every account of Acme: texts are checked.', nextSlotAt: null });
	const until = Date.now() + 7_200_000;
	await idle.pacing.pause({ client: 'Acme' }, { until }, ANN);
	expect((await seen()).pacing).toMatchObject({ state: 'held', why: expect.stringMatching(/^Paused until .* UTC\. Ann paused every account of Acme\.$/) as string, nextSlotAt: new Date(until).toISOString() });
});

it('shows the pace of the app that the workers keep to, also in a process that was told none', async () => {
	await worker.close();
	const appPace = { writesPerMinute: 10, burst: 2, writesPerDay: 10, concurrent: 100 };
	const another = world.engine({ appPace });
	await world.serve(another);
	const account = await becomes(({ pacing }) => pacing.limits.length > 2);
	expect(account.pacing.limits.map(({ name, configured, left }) => [name, configured, left])).toMatchObject([
		['writes', 100, 5], ['app_writes', 10, 2], ['app_writes_day', 10, 2], ['reads', 200, expect.any(Number)], ['app_reads', 20, expect.any(Number)], ['app_reads_day', 20, expect.any(Number)],
	]);
	await world.ended(idle, await enqueued([1], [2]));
	await enqueued([3]);
	const waiting = await becomes(({ pacing }) => pacing.state === 'paced');
	expect(waiting.pacing.why).toMatch(/^Waits for the pace of the app until .* UTC\. 10 writes a day over the whole app\.$/);
	expect(Date.parse(waiting.pacing.nextSlotAt!)).toBeGreaterThan(Date.now() + 60_000);
	expect(waiting.headroom).toBe(0);
});
