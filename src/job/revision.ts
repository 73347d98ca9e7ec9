import { EngineError, type EngineErrorCode } from '../errors';
import type { Change } from './change';
import { canonicalJson } from './hash';
import type { Job, RevisionChange } from './job';
import { parseRequest, type Parsed, type ParsedRequest, type PublishRequest } from './request';

/** Who does it and what they had seen. */
export interface Actor {
	/** Recorded with the change. */
	by?: string | null;
	/** Done by a workflow without a person; counted against the cap on automatic requeues. */
	automatic?: boolean;
	/** The revision that was looked at; another one refuses. */
	revision?: number;
}

/** Fields a requeue or update may correct; absent ones stay, null clears. */
export type Correction = Partial<Pick<PublishRequest,
	'account' | 'client' | 'boardId' | 'boardName' | 'sectionId' | 'link' | 'title' | 'description' | 'altText' | 'dominantColor' | 'media'
	| 'scheduledAt' | 'publishBefore' | 'whenLate' | 'assumedZones'>>;

/** What a person asked for: the change and the ids it claims, or why not. */
export type Decided = { change: Change; aliases: string[] } | EngineError;

/** How many corrections a job keeps; their numbers tell how many were cut. */
const REVISIONS_KEPT = 30;

/** What a job that starts over leaves behind; its attempts stay on record. */
export const anew = {
	state: 'queued', phase: null, finishedAt: null, startedAt: null, inDoubt: null, mayExist: false, lastError: null, queue: null, groupKey: null,
	used: { classes: {}, codes: {}, afterAbsence: 0 }, lostLeases: 0, pinId: null, pinUrl: null, recovered: false,
} as const satisfies Partial<Job>;

/** A refusal that names the job. */
export function refused(job: Job, code: EngineErrorCode, hint: string, more: Record<string, unknown> = {}): EngineError {
	return new EngineError(code, { jobId: job.id, state: job.state, hint, ...more });
}

/** Refuses when the job is no longer the one that was looked at; null when it is. */
export function movedOn(job: Job, actor: Actor): EngineError | null {
	if (actor.revision === undefined || actor.revision === job.revision) return null;
	return refused(job, 'revision_moved', `It is at revision ${job.revision} now, and ${job.state}. Read it again before you change it.`, { revision: job.revision });
}

/** The request a job would be with these fields corrected, read as strictly as a new one. */
export function corrected(job: Job, correction: Correction, now: number): Parsed {
	const given = Object.fromEntries(Object.entries(correction).filter(([, value]) => value !== undefined)) as Correction;
	const movesBoard = given.boardId !== undefined && String(given.boardId).trim() !== job.content.boardId;
	return parseRequest({
		...requestOf(job),
		// A section and a name belong to their board.
		...(movesBoard && { sectionId: null, boardName: null }),
		// So does the rule to its time.
		...((given.publishBefore === null || given.publishBefore === '') && { whenLate: null }),
		...given,
	}, now);
}

/** What of a job's fields a request changes. */
export function changesOf(job: Job, request: ParsedRequest): RevisionChange['changes'] {
	const before = correctable(job), after = correctable(request);
	const changed = Object.keys(after).filter((field) => canonicalJson(before[field]) !== canonicalJson(after[field]));
	return Object.fromEntries(changed.map((field) => [field, { from: before[field], to: after[field] }]));
}

/** The corrections so far and one more. */
export function recorded(job: Job, revision: number, actor: Actor, now: number, changes: RevisionChange['changes']): RevisionChange[] {
	return [...job.revisions, { revision, at: now, by: actor.by ?? null, changes }].slice(-REVISIONS_KEPT);
}

/** A request as a correction: every field is given, what it leaves empty is cleared. */
export function correctionOf({ client, content, scheduledAt, publishBefore, whenLate }: ParsedRequest): Correction {
	return { client, ...content, scheduledAt, publishBefore, whenLate };
}

type Correctable = Pick<Job, 'account' | 'client' | 'content' | 'scheduledAt' | 'publishBefore' | 'whenLate'>;

function correctable({ account, client, content, scheduledAt, publishBefore, whenLate }: Correctable): Record<string, unknown> {
	return { account, client, ...content, scheduledAt, publishBefore, whenLate };
}

function requestOf(job: Job): PublishRequest {
	const { account, client, content, source, userKey, assetId, scheduledAt, publishBefore, whenLate, metadata, marker, n8n } = job;
	return { account, client, ...content, source, key: userKey, assetId, scheduledAt, publishBefore, whenLate, metadata, marker, n8n };
}
