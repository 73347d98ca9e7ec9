import { aboutOf, whatToDo } from './failure-group';
import { HOLD_KINDS, holdHint, type HoldKind } from './hold';
import type { Job, JobState, Phase } from './job';
import { viewAsOf } from './view';

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

/** What is told of an event: the body of a webhook, and what those who poll read. */
export interface EventPayload {
	type: EventType;
	/** When it happened, ISO 8601. */
	timestamp: string;
	data: Record<string, unknown>;
}

/** The payload of an event. `job` is its record, as of the event or later; null when it is gone. */
export function payloadOf(event: EngineEvent, job: Job | null): EventPayload {
	return { type: event.type, timestamp: new Date(event.at).toISOString(), data: dataOf(event, job) };
}

/** The data of an event: the job as of its number, or the incident as of then with what to do about it. */
export function dataOf(event: EngineEvent, job: Job | null): Record<string, unknown> {
	if (!isJobEvent(event)) return incidentData(event);
	if (job) return { ...viewAsOf(job, event) };
	const { state, phase, revision, seq, attempts } = event.snapshot;
	return { id: event.jobId, state, phase, revision, seq, attempts };
}

/** Instants in ISO, as everywhere in a payload, under whatever name they come; and what to do. */
function incidentData({ account, incident }: AccountEvent): Record<string, unknown> {
	const shown = Object.entries(incident).map(([name, value]) => [name, typeof value === 'number' && INSTANTS.has(name) ? new Date(value).toISOString() : value]);
	return { account, ...Object.fromEntries(shown.filter(([name]) => name !== 'groupKey')), ...hintOf(account, incident) };
}

const INSTANTS = new Set(['since', 'until', 'at', 'endsAt', 'releasedAt']);

function hintOf(account: string, { kind, groupKey }: Record<string, unknown>): Record<string, unknown> {
	if (isHoldKind(kind)) return { hint: holdHint(kind, account) };
	return typeof groupKey === 'string' ? { cause: groupKey, about: aboutOf(groupKey), ...whatToDo(groupKey, account) } : {};
}

function isHoldKind(kind: unknown): kind is HoldKind {
	return (HOLD_KINDS as readonly unknown[]).includes(kind);
}
