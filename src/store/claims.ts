import type { LeasedJob } from '../job/job';
import { naturalKey } from '../job/natural-key';
import { Batcher } from './batcher';
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

/** A claim to publish is one job, and so is a permit: more in a call would hold up Redis for longer than a few milliseconds. */
const JOBS_A_CALL = 25;

/** What is asked for many accounts at the same time: jobs to work on, and permits to send them. What one turn of the event loop asks for goes in one call. */
export class Claims {
	private readonly claiming = new Batcher<Claiming, Claim | Error>((items) => this.claimAll(items), JOBS_A_CALL);
	private readonly sending = new Batcher<Sending, number | null>((items) => this.beginAll(items), JOBS_A_CALL);

	constructor(private readonly namespace: Namespace, private readonly leaseMs: number) {}

	/** A board in doubt may have hundreds of jobs: only what is to be published is asked for together. */
	async claim(claiming: Claiming): Promise<Claim> {
		const claim = claiming.lane === 'publish' ? await this.claiming.ask(claiming) : (await this.claimAll([claiming]))[0]!;
		if (claim instanceof Error) throw claim;
		return claim;
	}

	/** The instant by which the request has left and been answered, `budgetMs` from now; null when there is no permit. */
	async beginSend(job: LeasedJob, budgetMs: number): Promise<number | null> {
		return this.sending.ask({ job, budgetMs });
	}

	/** A record that cannot be read is the matter of its claim alone. */
	private async claimAll(items: Claiming[]): Promise<(Claim | Error)[]> {
		const args = items.flatMap(({ account, lane, max, stops, linkGapMs }) => [account, lane, max, stops, Math.round(linkGapMs)]);
		const [claims, records] = await this.namespace.run<[ClaimAnswer[], RawRecord[][]]>('claim', [this.leaseMs, this.namespace.id, ...args]);
		return claims.map((claim, n) => {
			try {
				return claimOf(claim, records[n]!);
			} catch (error) {
				return error as Error;
			}
		});
	}

	private async beginAll(items: Sending[]): Promise<(number | null)[]> {
		const args = items.flatMap(({ job, budgetMs }) => [job.id, job.lease.fence, job.revision, Math.round(budgetMs), naturalKey(job)]);
		const answers = await this.namespace.run<[number | '', string?][]>('begin-send', [this.namespace.id, ...args]);
		return answers.map(([sendBy]) => (sendBy === '' ? null : sendBy));
	}
}

function claimOf([lookFrom, nextAt, , , at, careful, cut]: ClaimAnswer, records: RawRecord[]): Claim {
	return {
		jobs: records.map(leasedJobOf), at, neverResend: careful === '1',
		lookFirst: lookFrom !== '', lookFrom: instantOf(lookFrom), cut: cut ? forgottenOf(cut) : null, nextAt: instantOf(nextAt),
	};
}

function instantOf(answered: string | number): number | null {
	return answered === '' ? null : Number(answered);
}
