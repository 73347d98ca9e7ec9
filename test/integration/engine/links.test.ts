import { TestWorld, FAST_PACE } from '../../support/world';

let world: TestWorld;
afterEach(() => world.stop());

it('keeps Pins of one link apart, in their order, and lets those of other links pass', async () => {
	world = await TestWorld.start({ timeFactor: 10 });
	const engine = world.engine();
	const lamps = 'https://shop.example/lamps';
	const results = await engine.enqueue([0, 1, 2, 3, 4, 5].map((n) => world.request(n, { link: n < 3 ? lamps : `https://shop.example/${n}` })));
	const ids = results.map((result) => (result.ok ? result.job.id : ''));
	// A second and a half at this clock.
	await world.serve(engine, 'acme-us', { ...FAST_PACE, linkGapSeconds: 15 });
	const waiting = await world.until(async () => {
		const second = await engine.get(ids[1]!);
		return second.nextAction.includes('another Pin of this link') ? second : null;
	});
	expect(waiting.state).toBe('queued');
	await world.ended(engine, ids);
	const calls = world.sandbox.control.calls({ operation: 'createPin', limit: Infinity }).items;
	const pins = world.sandbox.control.pins({ limit: Infinity }).items;
	const sentAt = (n: number) => calls.find(({ pinId }) => pinId === pins.find(({ title }) => title === `Pin ${n}`)!.id)!.at;
	const [first, second, third] = [sentAt(0), sentAt(1), sentAt(2)];
	const others = [sentAt(3), sentAt(4), sentAt(5)];
	// The request leaves some milliseconds after the claim that the gap is counted from.
	expect(second - first).toBeGreaterThan(1400);
	expect(third - second).toBeGreaterThan(1400);
	expect(Math.max(...others)).toBeLessThan(third);
});
