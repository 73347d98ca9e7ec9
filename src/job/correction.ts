import { EngineError, type EngineErrorCode } from '../errors';
import type { Change } from './change';
import { canonicalJson } from './hash';
import type { Job, RevisionChange } from './job';
import type { Policy } from './policy';
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
	| 'scheduledAt' | 'publishBefore'>>;

/** What a person asked for: the change and the ids it claims, or why not. */
export type Decided = { ok: true; change: Change; aliases: string[] } | { ok: false; error: EngineError };

/** A refusal that names the job. */
export function refused(job: Job, code: EngineErrorCode, hint: string, more: Record<string, unknown> = {}): { ok: false; error: EngineError } {
	return { ok: false, error: new EngineError(code, { id: job.id, state: job.state, hint, ...more }) };
}

/** Refuses when the job is no longer the one that was looked at; null when it is. */
export function movedOn(job: Job, actor: Actor): { ok: false; error: EngineError } | null {
	if (actor.revision === undefined || actor.revision === job.revision) return null;
	return refused(job, 'revision_moved', `It is at revision ${job.revision} now, and ${job.state}. Read it again before you change it.`, { revision: job.revision });
}

/** The request a job would be with these fields corrected, read as strictly as a new one. */
export function corrected(job: Job, correction: Correction, now: number): Parsed {
	const given = Object.fromEntries(Object.entries(correction).filter(([, value]) => value !== undefined)) as Correction;
	const board = given.boardId !== undefined && given.boardId !== job.content.boardId;
	return parseRequest({
		...requestOf(job),
		// A section and a name belong to their board.
		...(board && { sectionId: null, boardName: null }),
		...given,
	}, now);
}

/** The job's fields after a correction, and what of them changed. */
export function revised(job: Job, request: ParsedRequest): RevisionChange['changes'] {
	const before = correctable(job), after = correctable(request);
	const changed = Object.keys(after).filter((field) => canonicalJson(before[field]) !== canonicalJson(after[field]));
	return Object.fromEntries(changed.map((field) => [field, { from: before[field], to: after[field] }]));
}

/** The corrections so far and one more; the oldest are dropped beyond the cap, their numbers tell how many. */
export function recorded(job: Job, change: RevisionChange, policy: Policy): RevisionChange[] {
	return [...job.revisions, change].slice(-policy.historyCap);
}

/** A request as a correction: every field is given, what it leaves empty is cleared. */
export function correctionOf({ client, content, scheduledAt, publishBefore }: ParsedRequest): Correction {
	return { client, ...content, scheduledAt, publishBefore };
}

function correctable({ account, client, content, scheduledAt, publishBefore }: ParsedRequest): Record<string, unknown> {
	return { account, client, ...content, scheduledAt, publishBefore };
}

function requestOf(job: Job): PublishRequest {
	const { account, client, content, source, userKey, assetId, scheduledAt, publishBefore, metadata, marker, n8n } = job;
	return { account, client, ...content, source, key: userKey, assetId, scheduledAt, publishBefore, metadata, marker, n8n };
}
