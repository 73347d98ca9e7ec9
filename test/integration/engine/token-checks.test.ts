import { setTimeout as sleep } from 'node:timers/promises';
import { TestWorld } from '../../support/world';

let world: TestWorld;
afterEach(() => world.stop());

type Engine = ReturnType<TestWorld['engine']>;

async function enqueued(engine: Engine, n = 1): Promise<string> {
	const [result] = await engine.enqueue([world.request(n)]);
	if (!result?.ok) throw result?.error ?? new Error('Nothing was enqueued.');
	return result.job.id;
}

const heldBy = (engine: Engine, kind: string) => world.until(async () => ((await engine.holds()).some((hold) => hold.kind === kind) ? true : null));

const timesHeld = async (engine: Engine, kind: string) =>
	(await engine.eventsSince(null, 1000)).events.filter(({ type, data }) => type === 'account.held' && data.kind === kind).length;

it('a read does not end the hold of a token that may not write; another token does', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	await world.serve(engine);
	world.sandbox.control.changeAccount('acme-us', { scopes: ['boards:read', 'pins:read', 'user_accounts:read'] });
	const id = await enqueued(engine);
	await heldBy(engine, 'scope_missing');
	await sleep(1800); // three rounds of checks
	expect(await timesHeld(engine, 'scope_missing')).toBe(1);
	expect(world.sandbox.control.calls({ operation: 'createPin' }).items.length).toBe(1);
	world.tokens.set('acme-us', world.sandbox.control.issueToken('acme-us').accessToken);
	const [job] = await world.ended(engine, [id]);
	expect(job!.state).toBe('succeeded');
});

it('lists boards when a worker comes for the first time and when somebody asks, not when the next worker comes', async () => {
	world = await TestWorld.start({ timeFactor: 20 });
	const sectionsRead = () => world.sandbox.control.calls({ operation: 'listSections' }).items.length;
	const record = async (engine: Engine) => (await engine.accounts()).find(({ account }) => account === 'acme-us');
	const first = world.engine();
	await world.serve(first);
	const { boardsAt, boards } = (await world.until(async () => ((await record(first))?.boardsAt ? record(first) : null)))!;
	// Also who does not publish knows how much could go out at once.
	const idle = world.engine();
	await world.until(async () => ((await record(idle))?.headroom === 5 ? true : null));
	await first.close();
	const second = world.engine();
	await world.serve(second);
	await sleep(2 * 30_000 / world.timeFactor);
	expect([(await record(second))!.boardsAt, sectionsRead()]).toEqual([boardsAt, boards.length]);
	world.sandbox.control.addFault({ fault: 'error500Before', match: { operation: 'listSections' } });
	await second.pacing.check('acme-us');
	await world.until(() => Promise.resolve(sectionsRead() > boards.length ? true : null));
	await sleep(200);
	expect(await record(second)).toMatchObject({ boardsAt, boards });
	await second.pacing.check('acme-us');
	await world.until(async () => ((await record(second))!.boardsAt === boardsAt ? null : true));
});

it('a good token check ends the hold of an app that was not approved', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	world.sandbox.control.addFault({
		match: { operation: 'createPin' },
		fault: { commits: 'no', ending: { kind: 'answer', status: 400, body: { code: 3, message: 'Your application consumer type is not supported' } } },
	});
	await world.serve(engine);
	const [job] = await world.ended(engine, [await enqueued(engine)]);
	expect(job).toMatchObject({ state: 'succeeded', attempts: 2 });
	expect(await timesHeld(engine, 'app_not_approved')).toBe(1);
	expect(await engine.holds()).toEqual([]);
});

it('holds an app that is not approved once, whatever the checks of its accounts are told, and lets all of them go on together', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	world.sandbox.control.changeApp({ access: 'none' });
	const accounts = ['acme-us', 'acme-eu'];
	for (const account of accounts) await world.serve(engine, account);
	const checked = (account: string) => world.sandbox.control.calls({ account, status: '401' }).items.length;
	await world.until(() => Promise.resolve(accounts.every((account) => checked(account) > 1) ? true : null));
	expect((await engine.holds()).filter(({ kind }) => kind !== 'no_worker').map(({ kind, account }) => [kind, account])).toEqual([['app_not_approved', '@app']]);
	expect(await timesHeld(engine, 'app_not_approved')).toBe(1);
	const results = await engine.enqueue(accounts.map((account, n) => world.request(n, { account })));
	world.sandbox.control.changeApp({ access: 'standard' });
	const jobs = await world.ended(engine, results.map((result) => (result.ok ? result.job.id : '')));
	expect(jobs.map(({ state, attempts }) => [state, attempts])).toEqual([['succeeded', 1], ['succeeded', 1]]);
	expect(await engine.holds()).toEqual([]);
});
