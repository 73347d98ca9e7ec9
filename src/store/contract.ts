// What the store is asked and what it answers. The scripts move and compare; what a job becomes is decided in src/job.
import type { Forgotten } from '../job/doubt';
import type { Cause } from '../job/failure-group';
import type { Job, JobState, Lease, LeasedJob, Phase, QueueName } from '../job/job';
import type { Change } from '../job/transition';

/** Which line a claim takes from: jobs to send, jobs in doubt to look for, videos to hand over, or videos to ask Pinterest about. */
export type Lane = 'publish' | 'look' | 'upload' | 'media';

/** A new job with the ids it answers to. */
export interface NewJob {
	job: Job;
	/** Further ids (keys the content would derive), claimed as aliases. */
	aliases: string[];
}

export type EnqueueAnswer =
	| { kind: 'created'; job: Job }
	/** The key is known: the job as it stands; the caller compares contents. */
	| { kind: 'existing'; job: Job }
	/** The record is gone, the key is not: nothing may be sent. */
	| Tombstone
	/** The bytes of its image are not kept: `MediaStore.put` first. */
	| { kind: 'media_missing' }
	/** The name is a further one of this account: the job belongs under the first, with the key that it has there. */
	| { kind: 'renamed'; account: string }
	/** Redis is nearly full: what is kept must still fit when it ends. */
	| { kind: 'full' };

/** What is left of a job whose record is past its retention. */
export interface Tombstone {
	kind: 'tombstone';
	id: string;
	pinId: string | null;
	mayExist: boolean;
	state: JobState;
}

/** What an id or an alias leads to. */
export type Found = { kind: 'job'; job: Job } | Tombstone | { kind: 'missing' };

export interface Claim {
	jobs: LeasedJob[];
	/** When they were claimed, on the store's clock: a job of the look lane that is due later is only looked for along with others. */
	at: number;
	/** A worker of the account wants a person to decide before anything is sent again. */
	neverResend: boolean;
	/** Acknowledged writes may be gone: read before every send. */
	lookFirst: boolean;
	/** With `lookFirst`: of what was written after this instant nothing may be left, so Pins since then may be ours; else null. */
	lookFrom: number | null;
	/** What a restart may have taken back, for the jobs that wait since then, also when the looks before every send are over; null when nothing. */
	cut: Forgotten | null;
	/** When the account's next job of this lane is due; null when none waits or when only a release or settle can tell. */
	nextAt: number | null;
}

/** The right to move one job: what `settle`, `extend` and `giveBack` need of a `LeasedJob`. */
export interface Held {
	id: string;
	lease: Pick<Lease, 'fence'>;
}

/** A correction of a job that nobody works on: requeue, update, cancel or a verdict. */
export interface Revision {
	/** Refused unless the record still has it. */
	expectedRevision: number;
	expectedSeq: number;
	change: Change;
	/** Ids the corrected content derives; refused when another job owns one. */
	aliases: string[];
	/** No person wants it: where a send would be preceded by a look, this is refused before that. */
	unasked?: true;
	/** Its account goes on under its first name: nobody sent it under the other, so that Redis cannot have forgotten that it was sent. */
	renamed?: true;
}

export type ReviseAnswer =
	| { kind: 'revised'; job: Job; displaced: string | null }
	/** Somebody was quicker, or works on it right now: the job as it stands. */
	| { kind: 'moved'; job: Job }
	| { kind: 'owned'; by: string }
	/** As in `SettleAnswer`. */
	| { kind: 'contested'; owner: string | null }
	/** Redis may have forgotten that it was sent: it is neither updated nor canceled before somebody has looked. */
	| { kind: 'in_doubt'; cut: Forgotten }
	| { kind: 'media_missing' }
	| { kind: 'missing' };

export type SettleAnswer =
	/** `displaced`: a job that had adopted this Pin by looking; it stands in `JobStore.displaced()` until it is sent back to reconcile. */
	| { kind: 'settled'; displaced?: string | null }
	/** The fence moved on: nothing was changed. */
	| { kind: 'lease_lost' }
	/** A twin stands between permit and settle, or the Pin has an owner, a job or `BURIED`: the adoption was refused. */
	| { kind: 'contested'; owner: string | null };

/** What became of a Pin id that turned up after the fence had moved on. */
export type EvidenceAnswer =
	| { kind: 'accepted'; job: Job; displaced: string | null }
	/** The job had this Pin already. */
	| { kind: 'known'; job: Job }
	/** The job has another Pin: an incident for ops was recorded. `displaced` had adopted the second one. */
	| { kind: 'double'; job: Job; pinIds: string[]; displaced: string | null }
	| { kind: 'missing' };

/** Two Pins of one job: for ops, until somebody dismisses it. */
export interface DoublePin {
	jobId: string;
	account: string;
	pinIds: string[];
	at: number;
}

export interface JobFilter {
	states?: JobState[];
	account?: string;
	/** Of one of these. */
	accounts?: string[];
	client?: string;
	queue?: QueueName;
	code?: string;
	phase?: Phase;
	boardId?: string;
	source?: string;
	/** A cause of failures, as `FailureGroup.cause` names it. */
	cause?: string;
	/** What waits under this hold, or failed while it stood; only the engine's door understands it. */
	incident?: string;
	/** Whose failures; null: those that nobody has claimed. */
	owner?: string | null;
	/** Somewhere in id, source, title, link, board name or last message; in any case. */
	text?: string;
	/** Failed since, or before, epoch ms. */
	failedAfter?: number;
	failedBefore?: number;
	/** Leaves out what is snoozed at this instant. */
	awakeAt?: number;
	createdAfter?: number;
	createdBefore?: number;
	/** 1 to 500; 50 by default. */
	limit?: number;
	cursor?: string;
}

export interface JobPage {
	/** Newest first. */
	jobs: Job[];
	/** Where the next page begins; null at the end. A page may be short and still have a next one. */
	cursor: string | null;
}

/** Jobs by state over the namespace. */
export interface JobCounts {
	states: Record<JobState, number>;
	inDoubt: number;
	/** Of these those that are still to be looked for, of the oldest thousand; who gave up waits for a person. */
	lookedFor: { count: number; oldestAt: number | null };
	failures: Record<QueueName, number>;
	/** When the job that is due the longest became due; null when none waits. */
	oldestDueAt: number | null;
	/** Failures of one cause that nobody resolved, by cause. */
	groups: Record<string, number>;
	/** Of both those that are snoozed now. */
	snoozed: { failures: Record<QueueName, number>; groups: Record<string, number> };
}

/** A cause with its open failures: all, those snoozed now, those that are news. */
export interface CountedCause {
	cause: Cause;
	count: number;
	snoozed: number;
	recent: number | null;
}

/** Jobs of one account. */
export interface AccountCounts {
	/** When its next job is due to be published, epoch ms; null also while the boards of all that wait are written to. */
	nextDueAt: number | null;
	/** The same of Pins to send, and of videos to take to Pinterest before. */
	nextPinAt: number | null;
	nextVideoAt: number | null;
	waiting: number;
	running: number;
	inDoubt: number;
	failed: number;
}
