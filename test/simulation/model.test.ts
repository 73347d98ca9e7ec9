import fc from 'fast-check';
import { StoreWorld } from '../integration/store/store-world';
import { lives, populate, someJobs } from './model/commands';
import { Model } from './model/model';
import { policy, Real } from './model/real';
import { effort, Steps, tryLives } from './model/step';

const work = effort(18);

let world: StoreWorld;
beforeAll(() => {
	world = new StoreWorld();
});
afterAll(() => world.end());

it('does with jobs, leases, permits, Pins, images and holds what the model says, in any order of calls', async () => {
	const real = new Real(world);
	const property = fc.asyncProperty(someJobs, lives, async (jobs, life) => {
		const model = new Model(policy);
		await real.reset(model);
		await populate(model, real, jobs);
		await fc.asyncModelRun(() => ({ model, real }), life);
		await real.agreesWhole(model);
	});
	await tryLives('model', property, work);
	expect(Steps.taken).toBeGreaterThan(1000);
}, work.lastsMs + 60_000);
