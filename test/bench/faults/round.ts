import { laggingConsistency, Sandbox, type FaultShares, type SandboxOptions } from '../../../src/sandbox';
import { Dice } from '../../support/dice';
import { planOf, type Intention } from '../../support/plan';
import type { Mishap, RedisCut, Round, Row } from './contender';

/** Chance of what Pinterest does wrong with one request to create a Pin. */
export const PINTEREST_FAULTS: FaultShares = {
	'429': 0.03, commitThenHang: 0.04, commitThen500: 0.04, commitThenReset: 0.03, resetBefore: 0.03, cutBody: 0.02, lateCommit: 0.02, hangBefore: 0.01, error500Before: 0.01,
};
const READ_FAULTS: FaultShares = { error500Before: 0.02, resetBefore: 0.02 };
const TWINS = 0.08;

export interface RoundWish {
	seed: number;
	jobs: number;
	timeFactor: number;
	workers: number;
	kills: number;
	freezes: number;
	redisCuts: number;
	troubleMs: number;
	deadlineMs: number;
}

/** A round made of its seed: the same wish gives the same plan and the same trouble. */
export async function roundOf({ jobs, kills, freezes, redisCuts, ...wish }: RoundWish): Promise<Round> {
	const dice = new Dice(wish.seed);
	const sandbox = sandboxOptions(wish.seed, wish.timeFactor);
	const world = await Sandbox.start(sandbox);
	const plan = planOf({ jobs, accounts: world.control.world().accounts, twins: TWINS }, dice.fork());
	await world.stop();
	return {
		...wish, plan, sandbox,
		mishaps: inOrder([
			...times(kills, () => mishap('kill', dice, wish)),
			...times(freezes, () => mishap('freeze', dice, wish)),
		]),
		redisCuts: inOrder(times(redisCuts, (n) => redisCut(n, dice, wish))),
	};
}

/** What the sandbox of a round is started with. */
export function sandboxOptions(seed: number, timeFactor: number, accounts = ['acme-us', 'acme-eu', 'acme-uk']): SandboxOptions {
	return {
		seed, timeFactor, accounts, faults: PINTEREST_FAULTS, readFaults: READ_FAULTS, consistency: laggingConsistency,
		rates: { appDay: null, appDayWrite: null }, writeLatencyMs: 20,
	};
}

/** A contender's own sandbox: to be stopped by who asked for it. */
export async function startSandbox({ sandbox: options, plan }: Pick<Round, 'sandbox' | 'plan'>): Promise<Sandbox> {
	const sandbox = await Sandbox.start(options);
	for (const { fate, request: { media } } of plan) if (fate === 'small image' && media.kind === 'image_url') sandbox.control.setImage(media.url, 'too-small');
	return sandbox;
}

/** Pinterest makes no mistakes from now on; its lists lag as before. */
export function quiet(sandbox: Sandbox): void {
	sandbox.control.setFaultShares({ faults: {}, readFaults: {} });
}

/**
 * What Pinterest has at the end, against the plan: double and missing per content group. Pins that are still to come into
 * being count. What Pinterest refuses for good (a foreign board, too small an image) is not expected.
 * `toHuman` are the keys of the jobs that ended with somebody being told to look: such a Pin may be there or not.
 */
export function verdictOf(sandbox: Sandbox, { plan }: Pick<Round, 'plan'>, toHuman: string[] = []): Pick<Row, 'jobs' | 'double' | 'missing' | 'calls'> {
	const groups = new Map(plan.map(({ key, group }) => [key, group]));
	const made = sandbox.control.pins({ limit: Infinity }).items.map(({ link }) => link ?? '');
	return { jobs: plan.length, ...countPins(plan, made, toHuman.map((key) => groups.get(key) ?? '')), calls: sandbox.control.summary().calls.calls };
}

/** The same from the content groups of the Pins, and of the jobs that a person looks at. */
export function countPins(plan: Pick<Intention, 'group' | 'fate'>[], made: string[], looked: string[]): Pick<Row, 'double' | 'missing'> {
	const [wanted, there, open] = [plan.filter(({ fate }) => fate === 'fine').map(({ group }) => group), made, looked].map(tally) as [Tally, Tally, Tally];
	const groups = [...new Set([...wanted.keys(), ...there.keys()])];
	const sum = (of: (group: string) => number) => groups.reduce((total, group) => total + Math.max(0, of(group)), 0);
	const count = (of: Tally, group: string) => of.get(group) ?? 0;
	return {
		double: sum((group) => count(there, group) - count(wanted, group)),
		missing: sum((group) => count(wanted, group) - count(open, group) - count(there, group)),
	};
}

type Tally = Map<string, number>;

function tally(names: string[]): Tally {
	const counts: Tally = new Map();
	for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
	return counts;
}

function mishap(what: Mishap['what'], dice: Dice, { troubleMs, timeFactor }: Pick<Round, 'troubleMs' | 'timeFactor'>): Mishap {
	// Around a lease of a minute: some thaw before anybody noticed, some long after their jobs were taken over.
	const forMs = what === 'kill' ? dice.between(0, 500) : dice.between(50, 180_000 / timeFactor);
	return { atMs: dice.between(0, troubleMs), what, worker: dice.below(1000), aimed: dice.hits(0.75), forMs };
}

function redisCut(n: number, dice: Dice, { troubleMs }: Pick<Round, 'troubleMs'>): RedisCut {
	const what = (['power cut', 'kill', 'restart'] as const)[n % 3]!;
	return { atMs: dice.between(0.05, 0.95) * troubleMs, what, lostMs: what === 'power cut' ? 1000 : 0, downMs: dice.between(100, 600) };
}

const inOrder = <T extends { atMs: number }>(items: T[]): T[] => items.sort((a, b) => a.atMs - b.atMs);
const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
