import type { HoldKind } from '../job/hold';
import type { Job, LeasedJob } from '../job/job';
import type { Policy } from '../job/policy';
import type { Change } from '../job/transition';
import type { Claim, DoublePin, EnqueueAnswer, EvidenceAnswer, Found, Held, Lane, NewJob, ReviseAnswer, Revision, SettleAnswer } from './contract';
import type { Namespace } from './namespace';

export type * from './contract';
export type { Lease } from '../job/job';

/** What the scripts need to know of the policy. */
export type StorePolicy = Pick<Policy, 'leaseMs' | 'boardGapMs' | 'retentionMs' | 'tombstoneMs'> & {
	/** Holds under which not even a read is allowed. */
	holdsThatForbidReads?: readonly HoldKind[];
};

/** The jobs of a namespace: one method a script. Every method may throw `redis_unavailable` or `namespace_newer`. */
export class JobStore {
	constructor(private readonly namespace: Namespace, private readonly policy: StorePolicy) {}

	/** Puts jobs under their keys, 50 a call; one answer per job, in order. An alias that another job owns stays with it. */
	async enqueue(_jobs: NewJob[]): Promise<EnqueueAnswer[]> { throw new Error('soon'); }

	/** The job of an id or alias; null when there is none or only its tombstone is left. */
	async get(_id: string): Promise<Job | null> { throw new Error('soon'); }
	async getMany(_ids: string[]): Promise<(Job | null)[]> { throw new Error('soon'); }
	/** As `get`, and says whether a tombstone is left. */
	async find(_id: string): Promise<Found> { throw new Error('soon'); }

	/** Leases up to `max` due jobs of one account; of lane `look` all (≤ 100) in doubt on one board. */
	async claim(_account: string, _lane: Lane, _max: number): Promise<Claim> { throw new Error('soon'); }

	/** The send permit: null when the fence moved, the lease leaves no room for the budget, or a hold came up. */
	async beginSend(_job: LeasedJob, _budgetMs: number): Promise<{ sendBy: number; budgetMs: number } | null> { throw new Error('soon'); }

	/** Applies the change with its event, hold and Pin owner, if the fence still stands. */
	async settle(_job: Held, _change: Change): Promise<SettleAnswer> { throw new Error('soon'); }

	/** Moves the ends of these leases to now + leaseMs; answers the ids whose fence moved on. */
	async extend(_held: Held[]): Promise<string[]> { throw new Error('soon'); }

	/** Puts a job back that was not sent: the attempt does not count. False when the fence moved on or a permit was given. */
	async giveBack(_job: Held): Promise<boolean> { throw new Error('soon'); }

	/** Gives expired leases a new fence, ours; `lease.sendBy` says whether a permit had been given. */
	async takeOver(_max: number): Promise<LeasedJob[]> { throw new Error('soon'); }

	/** Changes a job that nobody works on, if it is still as the caller saw it. */
	async revise(_id: string, _revision: Revision): Promise<ReviseAnswer> { throw new Error('soon'); }

	/** Keeps the proof that a Pin exists. `decide` says what an open job becomes (`succeeded`, with `pin`); it may be asked again. */
	async evidence(_id: string, _pinId: string, _decide: (job: Job) => Change): Promise<EvidenceAnswer> { throw new Error('soon'); }

	/** Two Pins of one job, and its dismissal. */
	async doublePins(): Promise<DoublePin[]> { throw new Error('soon'); }
	async dismissDoublePin(_jobId: string): Promise<boolean> { throw new Error('soon'); }

	/** Jobs whose adopted Pin turned out to be another job's: `revise` them back to reconcile. */
	async displaced(_max: number): Promise<Job[]> { throw new Error('soon'); }

	/** When each account's next job of the lane may be claimed; accounts without one, or under an open-ended hold, are absent. */
	async nextDue(_accounts: string[], _lane: Lane): Promise<Map<string, number>> { throw new Error('soon'); }

	/** Which of these Pins belong to a job, and to which. */
	async owners(_pinIds: string[]): Promise<Map<string, string>> { throw new Error('soon'); }

	/** Whether a job with the same natural key stands between permit and settle. */
	async contested(_job: Job): Promise<boolean> { throw new Error('soon'); }

	/** Turns records past their retention into tombstones; answers how many, at most `max`. */
	async purge(_max: number): Promise<number> { throw new Error('soon'); }
}
