import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenSource } from '../../../src';
import { FAST_PACE, TestWorld } from '../../support/world';

let world: TestWorld;
afterEach(() => world.stop());

async function enqueued(engine: ReturnType<TestWorld['engine']>, n: number): Promise<string> {
	const [result] = await engine.enqueue([world.request(n)]);
	if (!result?.ok) throw result?.error ?? new Error('Nothing was enqueued.');
	return result.job.id;
}

/** A credential whose reading takes until `arrive` is called. */
function slowSource(source: TokenSource): TokenSource & { asked: Promise<void>; arrive(): void } {
	let arrive = () => undefined as void, ask = () => undefined as void;
	const arrived = new Promise<void>((resolve) => (arrive = resolve));
	const asked = new Promise<void>((resolve) => (ask = resolve));
	const current = async () => {
		ask();
		await arrived;
		return source.current();
	};
	return { current, refresh: () => source.refresh(), asked, arrive };
}

it('does not publish for an account that was stopped while its token was being checked', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	const token = slowSource(world.tokenSource('acme-us'));
	const served = await engine.serve({ account: 'acme-us', client: null, token, pace: FAST_PACE });
	await token.asked;
	await served.stop();
	token.arrive();
	await sleep(100);
	const id = await enqueued(engine, 1);
	await engine.pacing.release('acme-us', 'no_worker', {});
	await sleep(500);
	expect((await engine.get(id)).state).toBe('queued');
});

it('goes on for the first of two registrations of an account when the second one ends', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	await world.serve(engine);
	const second = await world.serve(engine);
	await second.stop();
	const [job] = await world.ended(engine, [await enqueued(engine, 1)]);
	expect(job!.state).toBe('succeeded');
});

it('goes on for a new registration when the one it replaced ends', async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	const first = await world.serve(engine);
	await world.serve(engine);
	await first.stop();
	const [job] = await world.ended(engine, [await enqueued(engine, 1)]);
	expect(job!.state).toBe('succeeded');
});
