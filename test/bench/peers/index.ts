import { n8nForThisNode, whyNotHere } from '../../../scripts/lib/n8n.mjs';
import type { Contender } from '../faults/contender';
import type { RoundWish } from '../faults/round';
import { bullmqWorker } from './bullmq';
import { n8nRetryOnFail } from './n8n';
import { naiveLoop } from './naive';

/** What people use instead, and why n8n is not among them, if it is not. */
export function peers({ n8n }: { n8n: boolean }): { contenders: Contender[]; leftOut: string | null } {
	const leftOut = n8n ? (whyNotHere(n8nForThisNode()) ?? null) : 'n8n was not wanted (--no-n8n)';
	return { contenders: [naiveLoop, ...(leftOut === null ? [n8nRetryOnFail] : []), bullmqWorker], leftOut };
}

/** A round for the peers: the short one takes them about 90 s in all, n8n's starts included. */
export function peerWish(seed: number, { full, timeFactor }: { full: boolean; timeFactor: number }): RoundWish {
	return full
		? { seed, timeFactor, jobs: 1000, workers: 3, kills: 50, freezes: 20, redisCuts: 6, troubleMs: 120_000, deadlineMs: 300_000 }
		: { seed, timeFactor, jobs: 80, workers: 3, kills: 8, freezes: 4, redisCuts: 3, troubleMs: 15_000, deadlineMs: 60_000 };
}
