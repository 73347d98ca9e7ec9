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

interface Sending {
	job: LeasedJob;
	/** Within this the request leaves and is answered, ms. */
	budgetMs: number;
}

type ClaimAnswer = [lookFrom: string | number, nextAt: string | number, fence: string, ids: string[], at: number, careful?: string, cut?: '' | Cut];

/**
 * Jobs to work on, and permits to send them. The scripts take several of either; a call asks for one, since jobs whose permits come
 * together leave together: a process that is stopped then is stopped between the last look at the clock and a write far more often.
 */
export class Claims {
	constructor(private readonly namespace: Namespace, private readonly leaseMs: number) {}

	async claim(claiming: Claiming): Promise<Claim> {
		return (await this.claimAll([claiming]))[0]!;
	}

	/** The instant until which the request may leave; null when there is no permit. */
	async beginSend(sending: Sending): Promise<number | null> {
		return (await this.beginAll([sending]))[0]!;
	}

	private async claimAll(items: Claiming[]): Promise<Claim[]> {
		const args = items.flatMap(({ account, lane, max, stops, linkGapMs }) => [account, lane, max, stops, Math.round(linkGapMs)]);
		const [claims, records] = await this.namespace.run<[ClaimAnswer[], RawRecord[][]]>('claim', [this.leaseMs, this.namespace.id, ...args]);
		return claims.map(([lookFrom, nextAt, , , at, careful, cut], n) => ({
			jobs: records[n]!.map(leasedJobOf), at, neverResend: careful === '1',
			lookFirst: lookFrom !== '', lookFrom: instantOf(lookFrom), cut: cut ? forgottenOf(cut) : null, nextAt: instantOf(nextAt),
		}));
	}

	private async beginAll(items: Sending[]): Promise<(number | null)[]> {
		const args = items.flatMap(({ job, budgetMs }) => [job.id, job.lease.fence, job.revision, Math.round(budgetMs)]);
		const answers = await this.namespace.run<[number | '', string?][]>('begin-send', [this.namespace.id, ...args]);
		return answers.map(([sendBy]) => (sendBy === '' ? null : sendBy));
	}
}

function instantOf(answered: string | number): number | null {
	return answered === '' ? null : Number(answered);
}
