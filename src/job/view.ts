import type { JobEvent } from './event';
import { assertNever } from './assert-never';
import { rowOf } from './failures';
import type { Incident } from './hold';
import type { Attempt, ErrorClass, Evidence, Handling, Image, Job, JobState, N8nOrigin, Phase, PinContent, QueueName, RevisionChange, WhenLate } from './job';
import { clientSentence, nextActionOf, sentAsFile, sentence } from './sentences';

/** The job as everybody sees it: node output, events, the ops form and the command line. Field names are API. */
export interface JobView {
	id: string;
	existing: boolean;
	state: JobState;
	phase: Phase | null;
	revision: number;
	seq: number;
	account: string;
	client: string | null;
	board: { id: string; sectionId: string | null; name: string | null };
	link: string | null;
	source: string | null;
	/** What it shows; `cards` are the images of a carousel, in their order, `cover` what a video shows before it plays. */
	creative: CreativeView & { cards?: CreativeView[]; cover?: CoverView };
	title: string | null;
	description: string | null;
	scheduledAt: string | null;
	publishBefore: string | null;
	/** What becomes of it when Publish Before passes; null without one. */
	whenLate: WhenLate | null;
	createdAt: string;
	nextAttemptAt: string | null;
	finishedAt: string | null;
	attempts: number;
	attemptHistory: AttemptView[];
	lastError: { class: ErrorClass; code: string; message: string; hint: string; clientMessage: string } | null;
	nextAction: string;
	fix: { operation: 'requeue' | 'resolveUnknown'; fields: string[] } | null;
	/** Open failures only; `snoozedUntil` lies ahead while nobody is to be reminded; `cause` is what it shares with others. */
	queue: { name: QueueName; owner: string | null; since: string; snoozedUntil: string | null; cause: string | null } | null;
	/** What was done about its failures, the latest last. */
	handling: HandlingView[];
	/** Who changed what from which value to which, the latest last. */
	revisions: RevisionView[];
	/** While nobody knows whether the Pin exists. */
	doubt: { sendBy: string; absentScans: number } | null;
	/** What was seen whenever its Pin was looked for on the board; the oldest beyond ten are only counted. */
	looks: LookView[];
	looksCut: number;
	incident: { id: string; kind: string; since: string; waiting: number } | null;
	warnings: string[];
	pinId: string | null;
	pinUrl: string | null;
	recovered: boolean;
	metadata: Record<string, unknown> | null;
	n8n: N8nOrigin | null;
}

export interface CreativeView {
	kind: string;
	ref: string;
	sha256: string | null;
}

/** An image, or a frame of the video itself. */
export type CoverView = CreativeView | { kind: 'frame'; atSeconds: number };

export interface AttemptView {
	n: number;
	revision: number;
	startedAt: string;
	endedAt: string;
	outcome: string;
	class: ErrorClass | null;
	code: string | null;
	httpStatus: number | null;
	pinterestCode: number | null;
	requestId: string | null;
	message: string | null;
}

export interface HandlingView {
	at: string;
	by: string | null;
	what: Handling['what'];
	note: string | null;
	until: string | null;
}

export interface RevisionView {
	revision: number;
	at: string;
	by: string | null;
	changes: RevisionChange['changes'];
}

export interface LookView {
	at: string;
	scan: Evidence['scan'];
	pages: number;
	candidates: number;
	note: string;
}

/** So many of each are shown; an event must stay small. */
const SHOWN = 10;

/** Shows a job: the one function that does. `incident` is what it waits under; `existing` says that its key was known already. */
export function viewOf(job: Job, { incident = null, existing = false }: { incident?: Incident | null; existing?: boolean } = {}): JobView {
	const { content } = job;
	return {
		id: job.id, existing, state: job.state, phase: job.phase, revision: job.revision, seq: job.seq,
		account: job.account, client: job.client,
		board: { id: content.boardId, sectionId: content.sectionId, name: content.boardName },
		link: content.link, source: job.source, creative: creativeView(job), title: content.title, description: content.description,
		scheduledAt: iso(job.scheduledAt), publishBefore: iso(job.publishBefore), whenLate: job.whenLate, createdAt: instant(job.createdAt),
		// A running job keeps its place in the line by the time it was due at; nothing else is next.
		nextAttemptAt: job.state === 'running' ? null : iso(job.dueAt), finishedAt: iso(job.finishedAt),
		attempts: job.attempts, attemptHistory: job.attemptHistory.map(attemptView),
		lastError: errorView(job), nextAction: nextActionOf(job, incident), fix: fixOf(job),
		queue: job.queue && { ...job.queue, since: instant(job.queue.since), snoozedUntil: iso(job.queue.snoozedUntil), cause: job.groupKey },
		handling: job.handling.slice(-SHOWN).map((entry) => ({ ...entry, at: instant(entry.at), until: iso(entry.until) })),
		revisions: job.revisions.slice(-SHOWN).map((change) => ({ ...change, at: instant(change.at), changes: readable(change.changes) })),
		doubt: job.inDoubt && { sendBy: instant(job.inDoubt.sendBy), absentScans: job.inDoubt.absentScans },
		looks: job.looks.slice(-SHOWN).map(({ at, scan, pages, candidates, note }) => ({ at: instant(at), scan, pages, candidates, note })),
		looksCut: job.looksCut + Math.max(0, job.looks.length - SHOWN),
		incident: incident && { id: incident.id, kind: incident.kind, since: instant(incident.since), waiting: incident.waiting },
		warnings: [...job.warnings, ...sentAsFile(job)],
		pinId: job.pinId, pinUrl: job.pinId === null ? null : job.pinUrl ?? `https://www.pinterest.com/pin/${job.pinId}/`,
		recovered: job.recovered, metadata: job.metadata, n8n: job.n8n,
	};
}

/** Instants in ISO, as everywhere in a view. */
function readable(changes: RevisionChange['changes']): RevisionChange['changes'] {
	const shown = (field: string, value: unknown) => ((field === 'scheduledAt' || field === 'publishBefore') && typeof value === 'number' ? instant(value) : value);
	return Object.fromEntries(Object.entries(changes).map(([field, { from, to }]) => [field, { from: shown(field, from), to: shown(field, to) }]));
}

/** Shows a job as it was when an event was written, whatever has become of it since. */
export function viewAsOf(job: Job, event: Pick<JobEvent, 'at' | 'snapshot'>): JobView {
	return viewOf(jobAsOf(job, event));
}

/** The record with the event's own fields, and without what came later. */
function jobAsOf(job: Job, { at, snapshot }: Pick<JobEvent, 'at' | 'snapshot'>): Job {
	const { state, revision } = snapshot;
	const attemptHistory = job.attemptHistory.filter((attempt) => attempt.n <= snapshot.attempts && attempt.endedAt <= at);
	return {
		...contentAsOf(job, revision),
		attemptHistory,
		// What belongs to one state only must not be seen in another.
		...(state !== 'succeeded' && { pinId: null, pinUrl: null, recovered: false }),
		...(state !== 'failed' && { queue: null, groupKey: null }),
		...(state !== 'succeeded' && state !== 'failed' && state !== 'canceled' && { finishedAt: null }),
		...(state === 'succeeded' && { lastError: null }),
		...snapshot,
	};
}

/** Walks the corrections back to a revision. */
function contentAsOf(job: Job, revision: number): Job {
	const later = job.revisions.filter((change) => change.revision > revision).reverse();
	return later.reduce((known, { changes }) => {
		const before = Object.entries(changes).map(([field, { from }]) => [field, from] as const);
		const of = (isContent: boolean) => Object.fromEntries(before.filter(([field]) => (field in known.content) === isContent));
		const { verdict: _verdict, state: _state, ...rest } = of(false);
		return { ...known, ...rest, content: { ...known.content, ...(of(true) as Partial<PinContent>) } };
	}, job);
}

function creativeView({ assetId, upload, content: { media } }: Job): JobView['creative'] {
	if (media.kind === 'video_url') {
		const cover = media.cover.kind === 'frame' ? media.cover : imageView(media.cover, null);
		return { kind: media.kind, ref: assetId ?? media.url, sha256: upload?.sha256 ?? null, cover };
	}
	if (media.kind !== 'carousel') return imageView(media, assetId);
	const cards = media.cards.map(({ image }) => imageView(image, null));
	return { kind: media.kind, ref: assetId ?? `carousel of ${cards.length}`, sha256: null, cards };
}

function imageView(image: Image, assetId: string | null): CreativeView {
	switch (image.kind) {
		case 'image_url': return { kind: image.kind, ref: assetId ?? image.url, sha256: null };
		case 'image_base64': return { kind: image.kind, ref: assetId ?? `sha256:${image.sha256}`, sha256: image.sha256 };
		default: return assertNever(image);
	}
}

function attemptView(attempt: Attempt): AttemptView {
	return { ...attempt, startedAt: instant(attempt.startedAt), endedAt: instant(attempt.endedAt) };
}

function errorView(job: Job): JobView['lastError'] {
	if (job.lastError === null) return null;
	const { class: errorClass, code, message } = job.lastError;
	const row = rowOf(code);
	return { class: errorClass, code, message, hint: sentence(row.hint, job), clientMessage: clientSentence(row, job) };
}

/** What on the Requeue node mends it; null while nobody has to. */
function fixOf(job: Job): JobView['fix'] {
	if (job.inDoubt ? job.state === 'failed' : job.mayExist) return { operation: 'resolveUnknown', fields: [] };
	if (job.state !== 'failed') return null;
	return { operation: 'requeue', fields: job.lastError === null ? [] : [...rowOf(job.lastError.code).fix] };
}

/** An instant in ISO 8601, as in everything that people see. */
export function iso(at: number | null): string | null {
	return at === null ? null : instant(at);
}

function instant(at: number): string {
	return new Date(at).toISOString();
}
