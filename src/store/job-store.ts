import type { Job, LeasedJob, JobState, QueueName, Lease, Phase } from '../job/job';
import type { Change } from '../job/transition';

/** Which line a claim takes from: jobs to send, or jobs in doubt to look for. */
export type Lane = 'publish' | 'look';

/** A new job with the ids it answers to. */
export interface NewJob {
	job: Job;
	/** Further ids (keys the content would derive), claimed as aliases. */
	aliases: string[];
}

export type EnqueueAnswer =
	| { kind: 'created'; job: Job }
	/** The key is known: the job as it stands; the caller compares fingerprints. */
	| { kind: 'existing'; job: Job }
	/** The record is gone, the key is not: nothing may be sent. */
	| { kind: 'tombstone'; id: string; pinId: string | null; mayExist: boolean; state: JobState }
	| { kind: 'full' };

export interface Claim {
	jobs: LeasedJob[];
	/** Acknowledged writes may be gone: read before every send. */
	lookFirst: boolean;
	/** When the account's next job of this lane is due; null when none waits. */
	nextAt: number | null;
}

/** A correction of a job that nobody works on: requeue, update, cancel or a verdict. */
export interface Revision {
	/** Refused unless the record still has it. */
	expectedRevision: number;
	expectedSeq: number;
	change: Change;
	/** Ids the corrected content derives; refused when another job owns one. */
	aliases: string[];
}

export type ReviseAnswer =
	| { kind: 'revised'; job: Job }
	| { kind: 'moved'; job: Job }
	| { kind: 'owned'; by: string }
	| { kind: 'missing' };

export type SettleAnswer =
	| { kind: 'settled' }
	/** The fence moved on: nothing was changed. */
	| { kind: 'lease_lost' }
	/** A twin stands between permit and settle, or the Pin has an owner: the adoption was refused. */
	| { kind: 'contested'; owner: string | null };

export interface JobFilter {
	states?: JobState[];
	account?: string;
	client?: string;
	queue?: QueueName;
	code?: string;
	phase?: Phase;
	boardId?: string;
	source?: string;
	createdAfter?: number;
	createdBefore?: number;
	limit?: number;
	cursor?: string;
}

export type { Lease };
