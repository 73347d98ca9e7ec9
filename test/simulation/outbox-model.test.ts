import fc from 'fast-check';
import { StoreWorld } from '../integration/store/store-world';
import { Deliveries } from './model/deliveries';
import { deliveryLives, limits, RealDeliveries, subscribeAll } from './model/delivery-commands';
import { effort, Steps, tryLives } from './model/step';

const work = effort(8);

let world: StoreWorld;
beforeAll(() => {
	world = new StoreWorld();
});
afterAll(() => world.end());

it('does with events, subscriptions and deliveries what the model says, in any order of calls', async () => {
	const real = new RealDeliveries(world);
	const property = fc.asyncProperty(deliveryLives, async (life) => {
		const model = new Deliveries(limits);
		await real.reset(model);
		await subscribeAll(model, real);
		await fc.asyncModelRun(() => ({ model, real }), life);
		await real.agreesWhole(model);
	});
	await tryLives('outbox-model', property, work);
	expect(Steps.taken).toBeGreaterThan(500);
}, work.lastsMs + 60_000);
