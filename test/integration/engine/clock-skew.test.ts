import type { JobView } from '../../../src';
import { TestWorld } from '../../support/world';

const TEN_MINUTES = 600_000;

let world: TestWorld;
afterEach(() => world.stop());

/** A Pin whose answer was lost, at a Pinterest whose clock is that far from the store's. */
async function lostPin(clockSkewMs: number, meanwhile?: () => void): Promise<JobView> {
	world = await TestWorld.start({ timeFactor: 60, sandbox: { clockSkewMs } });
	world.sandbox.control.addFault({ fault: 'commitThenReset', match: { operation: 'createPin' } });
	const engine = world.engine();
	await world.serve(engine);
	const [result] = await engine.enqueue([world.request(1)]);
	if (!result?.ok) throw result?.error ?? new Error('Nothing was enqueued.');
	if (meanwhile) {
		await world.until(() => Promise.resolve(world.sandbox.control.pins().items.length > 0 || null));
		meanwhile();
	}
	const [job] = await world.ended(engine, [result.job.id]);
	return job!;
}

it.each([['ahead of', -TEN_MINUTES], ['behind', TEN_MINUTES]])('finds the Pin of a lost answer when the clock of Redis is ten minutes %s Pinterest\'s', async (_name, skewMs) => {
	expect(await lostPin(skewMs)).toMatchObject({ state: 'succeeded', recovered: true, attempts: 1 });
	expect(world.sandbox.control.pins().items).toHaveLength(1);
});

it('finds it also when the clocks agree again by the time it looks', async () => {
	expect(await lostPin(-TEN_MINUTES, () => world.sandbox.control.setClockSkew(0))).toMatchObject({ state: 'succeeded', recovered: true, attempts: 1 });
	expect(world.sandbox.control.pins().items).toHaveLength(1);
});

it('tells of a clock that is wrong by more than half a minute, and what to do', async () => {
	world = await TestWorld.start({ timeFactor: 60, sandbox: { clockSkewMs: -TEN_MINUTES } });
	const engine = world.engine();
	await world.serve(engine);
	const told = () => world.until(async () => (await engine.health()).findings.find(({ code }) => code === 'clock_skew') ?? null);
	expect(await told()).toMatchObject({ level: 'warning', message: expect.stringMatching(/60\d seconds ahead of Pinterest's/), hint: expect.stringContaining('NTP') });
	world.sandbox.control.setClockSkew(0);
	// Pinterest is asked for nothing while there is nothing to do.
	await engine.enqueue([world.request(1)]);
	await world.until(async () => ((await engine.health()).findings.every(({ code }) => code !== 'clock_skew') ? true : null));
});
