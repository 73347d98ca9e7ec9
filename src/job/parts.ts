import type { Job } from './job';

/** What a request gives: it changes only with a revision. */
export type Given = Pick<Job,
	'client' | 'source' | 'userKey' | 'assetId' | 'content' | 'marker' | 'scheduledAt' | 'publishBefore' | 'whenLate' | 'metadata' | 'n8n'>;

/** What scripts compare and move. */
export type Moved = Pick<Job,
	'id' | 'account' | 'createdAt' | 'state' | 'phase' | 'revision' | 'seq' | 'dueAt' | 'finishedAt' | 'attempts' | 'startedAt' | 'waitsForLink' | 'edits' | 'lease'>;

/** What else becomes of it. */
export type Fate = Pick<Job,
	'warnings' | 'attemptHistory' | 'historyCut' | 'used' | 'inDoubt' | 'upload' | 'bytesAfter' | 'looks' | 'looksCut' | 'lastError' | 'queue' | 'handling' | 'handlingCut'
	| 'groupKey' | 'pinId' | 'pinUrl' | 'recovered' | 'mayExist' | 'lostLeases' | 'requeues' | 'lookedAt' | 'revisions'>;

/** The fate of a job to which nothing has happened. Records leave out what is still so, and what an earlier build did not know is so. */
export function untouched(): Fate {
	return {
		warnings: [], attemptHistory: [], historyCut: 0, used: { classes: {}, codes: {}, afterAbsence: 0 }, inDoubt: null, upload: null, bytesAfter: null, looks: [], looksCut: 0,
		lastError: null, queue: null, handling: [], handlingCut: 0, groupKey: null, pinId: null, pinUrl: null, recovered: false, mayExist: false,
		lostLeases: 0, requeues: 0, lookedAt: null, revisions: [],
	};
}

/**
 * One job of its parts, each property by its name: spread together they make an object that V8 keeps as a dictionary, and it and every
 * copy that a decision makes of it cost a hundred microseconds.
 */
export function jobOfParts(given: Given, moved: Moved, fate: Fate): Job {
	return {
		id: moved.id, account: moved.account, client: given.client, source: given.source, userKey: given.userKey, assetId: given.assetId,
		content: given.content, marker: given.marker, scheduledAt: given.scheduledAt, publishBefore: given.publishBefore, whenLate: given.whenLate,
		createdAt: moved.createdAt, metadata: given.metadata, n8n: given.n8n, warnings: fate.warnings,
		state: moved.state, phase: moved.phase, revision: moved.revision, seq: moved.seq, dueAt: moved.dueAt, finishedAt: moved.finishedAt,
		attempts: moved.attempts, waitsForLink: moved.waitsForLink, startedAt: moved.startedAt,
		attemptHistory: fate.attemptHistory, historyCut: fate.historyCut, used: fate.used, inDoubt: fate.inDoubt, upload: fate.upload, bytesAfter: fate.bytesAfter,
		looks: fate.looks, looksCut: fate.looksCut, lastError: fate.lastError, queue: fate.queue, handling: fate.handling, handlingCut: fate.handlingCut,
		edits: moved.edits, groupKey: fate.groupKey, pinId: fate.pinId, pinUrl: fate.pinUrl, recovered: fate.recovered, mayExist: fate.mayExist,
		lostLeases: fate.lostLeases, requeues: fate.requeues, lookedAt: fate.lookedAt, revisions: fate.revisions, lease: moved.lease,
	};
}
