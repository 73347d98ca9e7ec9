import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { Namespace } from '../../../src/store/namespace';
import { seedOf } from '../../support/dice';

/** A system whose calls can be made twice, as after an answer that was lost. */
export interface Twice {
	twice: boolean;
}

/** One step of a life: what is asked of the store, and what the model says must come of it. */
export class Step<Model extends object, Real extends Twice, Wish = unknown> implements fc.AsyncCommand<Model, Real> {
	constructor(
		private readonly name: string, private readonly wish: Wish, private readonly twice: boolean,
		private readonly act: (model: Model, real: Real, wish: Wish) => Promise<void>,
	) {}

	check(): boolean {
		return true;
	}

	async run(model: Model, real: Real): Promise<void> {
		Steps.taken += 1;
		real.twice = this.twice;
		await this.act(model, real, this.wish);
		real.twice = false;
	}

	toString(): string {
		return `${this.name}(${JSON.stringify(this.wish)}${this.twice ? ', twice' : ''})`;
	}
}

/** How many steps were taken in this process, and how often each answer came: a life that meets nothing proves nothing. */
export const Steps = { taken: 0, answers: {} as Record<string, number> };

export function met(answer: string): void {
	Steps.answers[answer] = (Steps.answers[answer] ?? 0) + 1;
}

/** A step of this name; one in five is made twice under one operation id. */
export function stepOf<Model extends object, Real extends Twice>() {
	return <Wish>(name: string, wish: fc.Arbitrary<Wish>, act: (model: Model, real: Real, wish: Wish) => Promise<void>): fc.Arbitrary<Step<Model, Real, Wish>> =>
		fc.tuple(wish, fc.integer({ min: 0, max: 4 })).map(([chosen, die]) => new Step(name, chosen, die === 0, act));
}

/** From now on each script that writes is run twice while `real.twice` says so; the second answer must be the first. */
export function repeatCalls(namespace: Namespace, real: Twice): void {
	const run = namespace.run.bind(namespace);
	namespace.run = async <T>(script: string, args: (string | number | Buffer)[], options = {}): Promise<T> => {
		if (!real.twice) return run<T>(script, args, options);
		const call = { ...options, operation: randomBytes(9).toString('base64url') };
		const first = await run<T>(script, args, call);
		const second = await run<T>(script, args, call);
		expect(second).toEqual(first);
		return second;
	};
}

/** How long new lives are tried: MODEL_SECONDS, or with MODEL_COMMANDS until so many steps were taken, however long that lasts. */
export function effort(seconds: number): { lastsMs: number; commands: number } {
	const commands = Number(process.env.MODEL_COMMANDS ?? 0);
	return { lastsMs: commands > 0 ? commands * SLOWEST_STEP_MS : Number(process.env.MODEL_SECONDS ?? seconds) * 1000, commands };
}

const SLOWEST_STEP_MS = 30;
/** Lives of one call of fast-check; each call has a seed of its own. */
const LIVES = 10;
/** For making a life that failed as short as possible. */
const SHRINKING_MS = 30_000;

/** Tries new lives as long as the effort says, and prints how many steps that were. */
export async function tryLives<T>(what: string, property: fc.IAsyncPropertyWithHooks<T>, { lastsMs, commands }: ReturnType<typeof effort>): Promise<void> {
	const seed = seedOf(what);
	const startedAt = performance.now();
	const leftMs = () => lastsMs - (performance.now() - startedAt);
	let lives = 0;
	const counted = property.afterEach(() => { lives++; });
	for (let n = 0; leftMs() > 0 && (commands === 0 || Steps.taken < commands); n++) {
		await fc.assert(counted, {
			seed: seed + n, numRuns: LIVES, interruptAfterTimeLimit: leftMs() + SHRINKING_MS, markInterruptAsFailure: false, endOnFailure: process.env.MODEL_SHRINKS === 'no',
		});
	}
	const perSecond = Math.round(Steps.taken / ((performance.now() - startedAt) / 1000));
	process.stderr.write(`${what}: ${Steps.taken} steps in ${lives} lives, ${perSecond} a second, seeds from ${seed} on; ${JSON.stringify(Steps.answers)}\n`);
}
