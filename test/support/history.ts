import type { EngineEvent, JobEvent } from '../../src/job/event';
import { isJobEvent } from '../../src/job/event';
import type { Job } from '../../src/job/job';
import type { Policy } from '../../src/job/policy';
import type { RateSummary } from '../../src/sandbox';
import type { Permit } from './permits';
import type { ScriptRecord } from './script-log';
import type { Snapshot } from './snapshot';

/** One call of the client for one intention. `info`: no answer came, so nobody knows what became of it. */
export interface EnqueueCall {
	key: string;
	answer: 'created' | 'existing' | 'refused' | 'info';
	jobId: string | null;
}

/** A request to create a Pin that reached Pinterest. `group` names its content. */
export interface Post {
	group: string;
	/** When it came in at the latest, and at the earliest: whoever wrote it down may have been held up. Epoch ms. */
	at: number;
	earliest: number;
}

/** A 429 that answered a request for a Pin, and when the account may come back by its headers; null when they did not say. Epoch ms. */
export interface Limited {
	account: string;
	/** Of the answer, as the attempt has it. */
	requestId: string;
	at: number;
	resetAt: number | null;
}

/** A Pin that exists or existed. */
export interface Pin {
	id: string;
	group: string;
	account: string;
	board: string;
	section: string | null;
}

/**
 * What happened in a run, from every side that wrote it down: the client (plan, calls), the sandbox (posts, limited, pins,
 * rates), MONITOR of Redis (permits, scripts), the namespace (events, jobs, snapshots) and the workers (logs).
 * An optional part that is missing leaves the invariants unchecked that read it; `uncheckedIn` names them.
 */
export interface History {
	policy: Policy;
	/** Key → content group of everything that was to be published. */
	plan: ReadonlyMap<string, string>;
	calls: EnqueueCall[];
	posts: Post[];
	/** From the sandbox's ledger: status 429, with `resetAt`. */
	limited?: Limited[];
	pins: Pin[];
	permits: Permit[];
	/** `PermitRecorder.scripts`; of several runs of Redis, one after the other. */
	scripts?: ScriptRecord;
	/** The whole log, oldest first. */
	events: EngineEvent[];
	/** The records at the end. */
	jobs: Job[];
	/** The namespace in the middle of the run, oldest first, and last of all at its end. */
	snapshots: Snapshot[];
	rates: RateSummary['accounts'];
	/** What must be found nowhere, and what the workers logged. */
	secrets: string[];
	logs: string[];
}

/** Clocks of one machine are read in whole milliseconds, in different processes. */
export const CLOCK_MS = 2;

/** The namespace at the end. */
export function endOf({ snapshots }: History): Snapshot {
	return snapshots.at(-1)!;
}

/** The events of each job, oldest first. */
export function eventsByJob({ events }: Pick<History, 'events'>): Map<string, JobEvent[]> {
	return grouped(events.filter(isJobEvent), ({ jobId }) => jobId);
}

/** The members of an index or a list of members and scores. */
export function membersOf(value: unknown): { member: string; score: number }[] {
	const flat = (value ?? []) as string[];
	return flat.flatMap((member, i) => (i % 2 === 0 ? [{ member, score: Number(flat[i + 1]) }] : []));
}

export function grouped<T>(items: T[], keyOf: (item: T) => string): Map<string, T[]> {
	const groups = new Map<string, T[]>();
	for (const item of items) {
		const group = groups.get(keyOf(item));
		if (group) group.push(item);
		else groups.set(keyOf(item), [item]);
	}
	return groups;
}

/** The content group of a job. */
export function groupOf(job: Pick<Job, 'content'>): string {
	return job.content.link ?? '';
}
