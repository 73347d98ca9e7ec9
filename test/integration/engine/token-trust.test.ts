import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenSource } from '../../../src';
import { FAST_PACE, TestWorld } from '../../support/world';

let world: TestWorld;
afterEach(() => world.stop());

type Engine = ReturnType<TestWorld['engine']>;

async function enqueued(engine: Engine, n: number): Promise<string> {
	const [result] = await engine.enqueue([world.request(n)]);
	if (!result?.ok) throw result?.error ?? new Error('Nothing was enqueued.');
	return result.job.id;
}

const heldBy = (engine: Engine, kind: string) => world.until(async () => ((await engine.holds()).some((hold) => hold.kind === kind) ? true : null));
const callsOf = (account: string, operation: string) => world.sandbox.control.calls({ account, operation }).items;

// Time as in production: tokens are looked at every 30 s, so what happens within seconds is not due to that.
const UNHURRIED = { timeFactor: 1 };

it('sends nothing with the token of another user after a credential was reconnected, and goes on with the right one', async () => {
	world = await TestWorld.start(UNHURRIED);
	const engine = world.engine();
	await world.serve(engine);
	await world.ended(engine, [await enqueued(engine, 1)]);
	const right = world.tokens.get('acme-us')!;
	world.tokens.set('acme-us', world.tokens.get('acme-eu')!);
	const id = await enqueued(engine, 2);
	await heldBy(engine, 'account_mismatch');
	expect(await engine.get(id)).toMatchObject({ state: 'queued', attempts: 0 });
	expect(callsOf('acme-eu', 'createPin')).toEqual([]);
	world.tokens.set('acme-us', right);
	await engine.pacing.check('acme-us');
	const [job] = await world.ended(engine, [id]);
	expect(job).toMatchObject({ state: 'succeeded', attempts: 1 });
	expect(callsOf('acme-us', 'createPin')).toHaveLength(2);
});

it('goes on at once with a token that was renewed on the way', async () => {
	world = await TestWorld.start(UNHURRIED);
	const engine = world.engine();
	await world.serve(engine);
	await world.ended(engine, [await enqueued(engine, 1)]);
	// Else the rest of the list meets the dead token first, and has it renewed before there is anything to send.
	await world.until(async () => ((await engine.accounts()).some(({ boardsAt }) => boardsAt !== null) ? true : null));
	world.sandbox.control.changeAccount('acme-us', { revoke: 'access' });
	const [job] = await world.ended(engine, [await enqueued(engine, 2)], 8000);
	expect(job).toMatchObject({ state: 'succeeded', attempts: 2 });
	expect(world.refreshes).toBe(1);
});

it('looks with no token that was not found good', async () => {
	world = await TestWorld.start(UNHURRIED);
	const engine = world.engine();
	await world.serve(engine);
	world.sandbox.control.addFault({ match: { operation: 'createPin' }, fault: { commits: 'yes', ending: { kind: 'reset' } } });
	const id = await enqueued(engine, 1);
	await world.until(async () => ((await engine.get(id)).phase === 'reconcile' ? true : null));
	world.tokens.set('acme-us', world.tokens.get('acme-eu')!);
	await heldBy(engine, 'account_mismatch');
	expect(callsOf('acme-eu', 'listBoardPins')).toEqual([]);
	expect(await engine.get(id)).toMatchObject({ state: 'retry_scheduled', phase: 'reconcile' });
});

it('asks ever more rarely for the renewal of a dead token, at once when somebody asks, and takes a new one within a round', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	const source = world.tokenSource('acme-us');
	let renewals = 0;
	const dead: TokenSource = {
		current: () => source.current(),
		refresh: () => {
			renewals++;
			return Promise.reject(new Error('invalid_grant'));
		},
	};
	world.sandbox.control.changeAccount('acme-us', { revoke: 'all' });
	await engine.serve({ account: 'acme-us', client: null, token: dead, pace: FAST_PACE });
	await heldBy(engine, 'token_dead');
	await sleep(4000); // eight rounds
	expect(renewals).toBeGreaterThan(1);
	expect(renewals).toBeLessThan(5);
	const before = renewals;
	await engine.pacing.check('acme-us');
	await world.until(() => Promise.resolve(renewals > before ? true : null));
	world.tokens.set('acme-us', world.sandbox.control.issueToken('acme-us').accessToken);
	const [job] = await world.ended(engine, [await enqueued(engine, 1)], 3000);
	expect(job!.state).toBe('succeeded');
});
