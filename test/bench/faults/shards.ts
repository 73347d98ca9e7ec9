import { peerWish } from '../peers';
import type { RoundWish } from './round';
import type { ShardOptions } from './shard';
import { BESIDE_PEERS } from './table';

/** One shard of a run: what it is called, how much of everything, and on which Redis. */
export interface ShardPlan extends RoundWish, Omit<ShardOptions, 'source'> {}

/** How fast time runs: a lease lasts a second, and a Pin in doubt is proven absent after half a minute. */
export const USUAL_TIME_FACTOR = 60;

const STEADY = { lossy: 0.004, clientLossy: 0.04, pinterestLossy: 0.01, sentinel: false, clockSteps: 0, clockStepMs: 0 };
// The horizon is five minutes longer than the longest lag of a listing: a clock that steps further breaks what is promised.
const MOST_STEP_MS = 4 * 60_000;
/** In doubt to the end of the trouble, a Pin is proven absent so long after it at most; twice that is allowed. */
const DRAIN_MS = 4 * 30 * 60_000;

/** The shards of a run, each with a seed of its own. The first has the round of the peers. */
export function shardsOf({ mode, seed, timeFactor }: { mode: 'short' | 'full'; seed: number; timeFactor: number }): ShardPlan[] {
	const plans = mode === 'full' ? fullShards() : shortShards();
	return plans.map((plan, n) => ({
		...plan, seed: seed + n, timeFactor, clockStepMs: plan.clockStepMs / timeFactor, deadlineMs: plan.troubleMs + 60_000 + DRAIN_MS / timeFactor,
	}));
}

type Unseeded = Omit<ShardPlan, 'seed' | 'timeFactor' | 'deadlineMs'>;

/** Every kind of fault at least once. */
function shortShards(): Unseeded[] {
	const size = { ...STEADY, jobs: 120, workers: 3, kills: 6, freezes: 4, troubleMs: 15_000 };
	return [
		besidePeers(false),
		{ ...size, name: 'always-1', fsync: 'always', redisCuts: 3, clockSteps: 3, clockStepMs: MOST_STEP_MS },
		{ ...size, name: 'sentinel-always-1', fsync: 'always', sentinel: true, redisCuts: 1 },
	];
}

/** As many jobs and mishaps as the guarantee is to be judged by; some five minutes a shard. */
function fullShards(): Unseeded[] {
	const size = { ...STEADY, lossy: 0.006, jobs: 1030, workers: 4, kills: 55, freezes: 22, redisCuts: 21, troubleMs: 150_000 };
	const always = { ...size, fsync: 'always' as const, clockSteps: 12, clockStepMs: MOST_STEP_MS };
	const everysec = { ...size, fsync: 'everysec' as const };
	return [
		besidePeers(true),
		...[2, 3, 4, 5].map((n) => ({ ...everysec, name: `everysec-${n}` })),
		...[1, 2, 3, 4].map((n) => ({ ...always, name: `always-${n}` })),
		{ ...everysec, name: 'sentinel-1', sentinel: true, redisCuts: 8 },
		{ ...size, name: 'sentinel-always-1', fsync: 'always', sentinel: true, redisCuts: 8 },
	];
}

/** The seed is set with those of the others. */
function besidePeers(full: boolean): Unseeded {
	const { seed: _seed, ...wish } = peerWish(0, { full, timeFactor: USUAL_TIME_FACTOR });
	return { ...STEADY, ...wish, name: BESIDE_PEERS, fsync: 'everysec' };
}
