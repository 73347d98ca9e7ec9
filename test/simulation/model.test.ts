import fc from 'fast-check';
import { StoreWorld } from '../integration/store/store-world';
import { seedOf } from '../support/dice';
import { lives, populate, someJobs, Steps } from './model/commands';
import { Model } from './model/model';
import { policy, Real } from './model/real';

/** How long new lives are tried, ms; MODEL_SECONDS makes a nightly run of it. */
const LASTS_MS = Number(process.env.MODEL_SECONDS ?? 25) * 1000;

let world: StoreWorld;
beforeAll(() => {
	world = new StoreWorld();
});
afterAll(() => world.end());

it('does with jobs, leases, permits, Pins and holds what the model says, in any order of calls', async () => {
	const real = new Real(world);
	const seed = seedOf('model');
	await fc.assert(
		fc.asyncProperty(someJobs, lives, async (jobs, life) => {
			const model = new Model(policy);
			await real.reset(model);
			await populate(model, real, jobs);
			await fc.asyncModelRun(() => ({ model, real }), life);
			await real.agreesWhole(model);
		}),
		{ seed, numRuns: 1_000_000, interruptAfterTimeLimit: LASTS_MS, markInterruptAsFailure: false },
	);
	process.stderr.write(`model: ${Steps.taken} steps ${JSON.stringify(Steps.answers)}\n`);
	expect(Steps.taken).toBeGreaterThan(2000);
}, LASTS_MS + 60_000);
