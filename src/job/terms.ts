import type { Policy } from './policy';

/** What a decision needs to know of the world: the rules, the clock (epoch ms) and the dice ([0, 1)). */
export interface Terms {
	policy: Policy;
	now: number;
	random: () => number;
}
