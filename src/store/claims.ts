import type { LeasedJob } from '../job/job';
import { forgottenOf, leasedJobOf, type Cut, type RawRecord } from './codec';
import type { Claim, Lane } from './contract';
import type { Namespace } from './namespace';

interface Claiming {
	account: string;
	lane: Lane;
	max: number;
	/** Ms between two Pins of one link; 0 for none. */
	linkGapMs: number;
	/** Holds that stop this lane, `,a,b,`; empty for all. */
	stops: string;
}

type ClaimAnswer = [lookFrom: string | number, nextAt: string | number, fence: string, ids: string[], at: number, careful?: string, cut?: '' | Cut];

/**
 * Jobs to work on, and permits to send them. The scripts take several of either; a call asks for one, since jobs whose permits come
 * together leave together: a process that is stopped then is stopped between the last look at the clock and a write far more often.
 */
export class Claims {
	constructor(private readonly namespace: Namespace, private readonly leaseMs: number) {}

	async claim({ account, lane, max, stops, linkGapMs }: Claiming): Promise<Claim> {
		const args = [this.leaseMs, this.namespace.id, account, lane, max, stops, Math.round(linkGapMs)];
		const [[[lookFrom, nextAt, , , at, careful, cut]], [records]] = await this.namespace.run<[[ClaimAnswer], [RawRecord[]]]>('claim', args);
		return {
			jobs: records.map(leasedJobOf), at, neverResend: careful === '1',
			lookFirst: lookFrom !== '', lookFrom: instantOf(lookFrom), cut: cut ? forgottenOf(cut) : null, nextAt: instantOf(nextAt),
		};
	}

	/** The instant by which the request has left and been answered, `budgetMs` from now; null when there is no permit. */
	async beginSend({ id, lease, revision }: LeasedJob, budgetMs: number): Promise<number | null> {
		const [[sendBy]] = await this.namespace.run<[[number | '', string?]]>('begin-send', [this.namespace.id, id, lease.fence, revision, Math.round(budgetMs)]);
		return sendBy === '' ? null : sendBy;
	}
}

function instantOf(answered: string | number): number | null {
	return answered === '' ? null : Number(answered);
}
