import type { Job, JobState, Phase } from './job';

export const JOB_EVENT_TYPES = [
	'job.queued', 'job.running', 'job.succeeded', 'job.retry_scheduled', 'job.failed',
	'job.requeued', 'job.updated', 'job.canceled',
] as const;
export const ACCOUNT_EVENT_TYPES = ['account.held', 'account.released', 'failure_group.opened'] as const;
export const EVENT_TYPES = [...JOB_EVENT_TYPES, ...ACCOUNT_EVENT_TYPES] as const;
export type JobEventType = (typeof JOB_EVENT_TYPES)[number];
export type AccountEventType = (typeof ACCOUNT_EVENT_TYPES)[number];
export type EventType = (typeof EVENT_TYPES)[number];

/** What happened to a job, as it was written in the script of the transition. */
export interface JobEvent {
	/** `evt_…`, from the operation id: the same over every redelivery. */
	id: string;
	/** Place in the log of the namespace; the cursor for those who poll. */
	cursor: string;
	type: JobEventType;
	at: number;
	jobId: string;
	/** Gap-free per job, from 1. */
	seq: number;
	/** The job as of this event: these fields replace those of the record as it stands. */
	snapshot: Pick<Job, 'state' | 'phase' | 'revision' | 'seq' | 'dueAt' | 'attempts'> & Partial<Job>;
}

/** What happened to an account, an app or a cause of failures. */
export interface AccountEvent {
	id: string;
	cursor: string;
	type: AccountEventType;
	at: number;
	/** The account's label; `@app` for the whole app. */
	account: string;
	/** The incident or group as of this event; plain JSON. */
	incident: Record<string, unknown>;
}

export type EngineEvent = JobEvent | AccountEvent;

export function isJobEvent(event: EngineEvent): event is JobEvent {
	return event.type.startsWith('job.');
}

/** The event a job's new state is announced by. */
export function eventOfState(state: JobState, _phase: Phase | null): JobEventType {
	return `job.${state}`;
}
