import { canonicalUrl } from '../job/canonical-url';
import { hash32 } from '../job/hash';
import { naturalKey } from '../job/natural-key';
import type { Change } from '../job/change';
import type { Forgotten } from '../job/doubt';
import type { AccountEvent, EngineEvent, EventType, JobEvent, JobEventType } from '../job/event';
import { APP, type HoldRequest, type Incident } from '../job/hold';
import type { Attempt, Job, JobState, LeasedJob, Phase, PinContent } from '../job/job';
import { hashesOf } from '../job/media';
import { jobOfParts, untouched, type Fate, type Given, type Moved } from '../job/parts';
import type { Tombstone } from './contract';
import { packed, unpacked, type Kept } from './packing';

// A job is kept in three parts. Scripts compare and move the fields of the hash; `doc` and `content` are opaque to them, and leave out
// what is as it would be without them. `content` changes only with a revision, so that an event carries the small `doc` alone and still
// shows the job as of then.
const GIVEN = ['client', 'source', 'userKey', 'assetId', 'marker', 'scheduledAt', 'publishBefore', 'whenLate', 'metadata', 'n8n'] as const satisfies readonly (keyof Given)[];
const FATE = Object.entries(untouched()).map(([name, value]) => ({ name: name as keyof Fate, value, json: JSON.stringify(value) }));

/** A record as scripts answer it: id, fields of the hash one after another, doc, content, client of the account. */
export type RawRecord = [id: string, fields: string[], doc: string, content: Kept, client?: string];

/** What a restart of Redis may have taken back, as scripts answer it. */
export type Cut = [at: number, persistedAt: number | string, isFresh: number];

export type Fields = Record<string, string>;

/** Names and values one after another, as Redis answers a hash or an entry of a stream. */
export function fieldsOf(flat: string[], fields: Fields = {}): Fields {
	for (let i = 0; i < flat.length; i += 2) fields[flat[i] as string] = flat[i + 1] as string;
	return fields;
}

/** The job of a record; parsing is the door, inside nothing is checked again. */
export function jobOf([id, flat, doc, content, client]: RawRecord): Job {
	// As a record leaves them out (include/jobs.lua). Named first: an object that grows name by name is slow to make and to read.
	const fields = fieldsOf(flat, {
		state: '', phase: '', account: '', due: '', seq: '1', rev: '1', n: '0', created: '', started: '', finished: '', waits: '', edit: '0', fence: '', leaseEnd: '', sendBy: '',
		board: '', look: '', queue: '', group: '', media: '', doubt: '', pin: '', may: '', aliases: '', ord: '', url: '', handed: '', ends: '',
	});
	const own = { id, account: fields.account as string, createdAt: Number(fields.created), edits: Number(fields.edit), lease: leaseOf(fields) };
	return withClient(jobOfParts(parsedContent(content), { ...movedFields(fields), ...own }, parsedDoc(doc)), client);
}

/** A job that names no client has the label that the account's Worker gives. */
export function withClient(job: Job, ofAccount: string | null | undefined): Job {
	return job.client === null && ofAccount ? { ...job, client: ofAccount } : job;
}

export function leasedJobOf(record: RawRecord): LeasedJob {
	return jobOf(record) as LeasedJob;
}

/** '' for a job to which nothing has happened. */
export function docOf(job: Job): string {
	const doc: Partial<Record<keyof Fate, unknown>> = {};
	let isTouched = false;
	for (const { name, value, json } of FATE) {
		const now: unknown = job[name];
		if (now === value || (typeof now === 'object' && now !== null && JSON.stringify(now) === json)) continue;
		doc[name] = name === 'attemptHistory' ? (now as Attempt[]).map(withoutNulls) : now;
		isTouched = true;
	}
	return isTouched ? JSON.stringify(doc) : '';
}

export function contentOf(job: Job): Kept {
	const content: Record<string, unknown> = { content: withoutNulls(job.content) };
	for (const name of GIVEN) {
		const value = job[name];
		if (value !== null && value !== false) content[name] = value;
	}
	return packed(JSON.stringify(content));
}

/** The fields a script needs to write this job, as JSON of strings. What is left out is blank. */
export function recordJson(job: Job, more: Record<string, unknown>): string {
	const { account, content: { boardId, link } } = job;
	const place = { account, board: boardId, created: text(job.createdAt), url: link === null ? '' : hash32(canonicalUrl(link), 12) };
	return jsonOf([place, movesOf(job), more]);
}

/** The same for a script that knows the record and changes nothing of where it belongs and what its Pin looks like. */
export function movesJson(job: Job, more: Record<string, unknown>): string {
	return jsonOf([movesOf(job), more]);
}

function movesOf(job: Job): Record<string, string> {
	const { queue, groupKey } = job;
	return {
		id: job.id, state: job.state, phase: job.phase ?? '', due: text(job.dueAt ?? (isWaiting(job) ? job.createdAt : null)), seq: text(job.seq), rev: text(job.revision),
		n: text(job.attempts), edit: text(job.edits), started: text(job.startedAt), finished: text(job.finishedAt),
		queue: queue?.name ?? '', since: text(queue?.since ?? null), snoozed: text(queue?.snoozedUntil ?? null), group: queue ? groupKey ?? '' : '',
		groupEvent: queue && groupKey ? groupEvent(job) : '', media: mediaOf(job), handed: job.upload ? '1' : '', doubt: text(job.inDoubt?.sendBy ?? null),
		pin: job.pinId ?? '', may: job.mayExist ? '1' : '',
	};
}

function jsonOf(parts: Record<string, unknown>[]): string {
	const kept: Record<string, unknown> = {};
	for (const part of parts) for (const name in part) if (part[name] !== '') kept[name] = part[name];
	return JSON.stringify(kept);
}

/** What of a change a script needs beside the record. */
export function changeFields({ job, from, fromEdits, event, hold, pin }: Change): Record<string, unknown> {
	const isCompared = job.inDoubt !== null || pin?.by === 'adopted';
	return {
		from, fromEdits: text(fromEdits), event: event ?? '', pinBy: pin?.by ?? '', alike: pin?.alike ? '1' : '', nat: isCompared ? naturalKey(job) : '',
		hold: hold ? holdFields(hold) : undefined,
	};
}

export function holdFields({ account, kind, until, code, message }: HoldRequest): Record<string, string> {
	return { account, kind, endsAt: text(until), code, message };
}

/** An incident as scripts write it; the rest of `fields` is kept for events. */
export function incidentOf(json: string): Incident {
	const { id, account, kind, endsAt, since, code, message, waiting, accounts } = parsed(json) as unknown as Record<keyof Incident | 'endsAt', never>;
	return { id, account, kind, until: endsAt === '' ? null : Number(endsAt), since: Number(since), code, message, waiting: Number(waiting), ...(accounts === undefined ? {} : { accounts }) };
}

/** An event of the log: its cursor and its fields. */
export function eventOf([cursor, flat]: [string, string[]]): EngineEvent {
	const fields = fieldsOf(flat);
	const common = { id: fields.id as string, cursor, type: fields.type as EventType, at: Number(fields.at) };
	return fields.job === undefined ? accountEvent(common as AccountEvent, fields) : jobEvent(common as JobEvent, fields);
}

function jobEvent(common: Pick<JobEvent, 'id' | 'cursor' | 'at'> & { type: JobEventType }, fields: Fields): JobEvent {
	const snapshot = { ...parsedDoc(fields.doc ?? ''), ...movedFields(fields), account: fields.account as string, lease: null };
	return { ...common, jobId: fields.job as string, seq: Number(fields.seq), snapshot };
}

function accountEvent(common: Pick<AccountEvent, 'id' | 'cursor' | 'at' | 'type'>, fields: Fields): AccountEvent {
	const { endsAt, event: _sameId, ...incident } = parsed(fields.incident ?? '');
	const until = endsAt === undefined ? {} : { until: endsAt === '' ? null : Number(endsAt) };
	// Lua has no null inside a table: what is not known is written empty.
	const unknown = Object.fromEntries(['client', 'releasedBy'].filter((name) => incident[name] === '').map((name) => [name, null]));
	return { ...common, account: fields.account ?? APP, incident: { ...incident, ...unknown, ...until } };
}

/** The job as of an event: its own fields, over the content of its revision. */
export function jobAsOf(event: JobEvent, createdAt: number, content: Kept, client: string | null | undefined): Job {
	return withClient({ ...parsedContent(content), ...event.snapshot, id: event.jobId, createdAt } as Job, client);
}

/** What is left of a job: its state, its Pin and 1 when one may exist, apart by blanks; of one that succeeded its Pin alone; of an earlier build JSON. */
export function tombstoneOf(id: string, text: string): Tombstone {
	const earlier = text.startsWith('{') ? JSON.parse(text) as Record<'state' | 'pinId' | 'mayExist', string> : null;
	const [state, pinId, mayExist] = earlier ? [earlier.state, earlier.pinId, earlier.mayExist] : text.includes(' ') ? text.split(' ') : ['succeeded', text];
	return { kind: 'tombstone', id, state: state as Tombstone['state'], pinId: pinId || null, mayExist: mayExist === '1' };
}

export function forgottenOf([at, persistedAt, isFresh]: Cut): Forgotten {
	return { at, lookFrom: Number(persistedAt), isFresh: isFresh === 1 };
}

/** A number as scripts keep it. */
export function text(value: number | null): string {
	return value === null ? '' : String(value);
}

function movedFields(fields: Fields): Omit<Moved, 'id' | 'account' | 'createdAt' | 'edits' | 'lease'> {
	return {
		state: fields.state as JobState, phase: (fields.phase || null) as Phase | null, revision: Number(fields.rev), seq: Number(fields.seq),
		dueAt: isEnded(fields.state) ? null : instant(fields.due), finishedAt: instant(fields.finished), attempts: Number(fields.n),
		startedAt: instant(fields.started), waitsForLink: fields.waits === '1',
	};
}

function leaseOf({ fence, leaseEnd, sendBy }: Fields): Job['lease'] {
	return fence ? { fence, until: Number(leaseEnd), sendBy: instant(sendBy) } : null;
}

function instant(value: string | undefined): number | null {
	return value ? Number(value) : null;
}

function isEnded(state: string | undefined): boolean {
	return state === 'succeeded' || state === 'failed' || state === 'canceled';
}

function isWaiting(job: Job): boolean {
	return job.state === 'queued' || job.state === 'retry_scheduled';
}

/** Bytes are kept for a failure that somebody may still requeue, and for nothing else that has ended. */
function mediaOf(job: Job): string {
	const over = job.state === 'succeeded' || job.state === 'canceled' || (job.state === 'failed' && job.queue === null);
	return over ? '' : hashesOf(job.content.media).join(',');
}

/** What the first failure of a cause tells; the others of the cause only count up. */
function groupEvent(job: Job): string {
	const { groupKey, queue, lastError, account, id } = job;
	return JSON.stringify({
		groupKey, queue: queue?.name, since: queue?.since, account, client: job.client, jobId: id,
		class: lastError?.class ?? null, code: lastError?.code ?? null, message: lastError?.message ?? null,
	});
}

/** A doc, with what it leaves out. */
function parsedDoc(json: string): Fate {
	const doc = { ...untouched(), ...parsed(json) };
	doc.attemptHistory = doc.attemptHistory.map((attempt) => ({ ...UNSAID, ...attempt }));
	return doc.queue ? { ...doc, queue: { ...SINCE_SNOOZES, ...doc.queue } } : doc;
}

/** What an attempt leaves out. */
const UNSAID = { class: null, code: null, httpStatus: null, pinterestCode: null, requestId: null, message: null } satisfies Partial<Attempt>;

/** What a queue of an earlier build lacks. */
const SINCE_SNOOZES: object = { snoozedUntil: null };

/** A content, with what it leaves out. */
function parsedContent(kept: Kept): Given {
	const given = parsed(unpacked(kept)) as Partial<Given>, { publishBefore = null } = given;
	return {
		client: given.client ?? null, source: given.source ?? null, userKey: given.userKey ?? null, assetId: given.assetId ?? null,
		marker: given.marker ?? false, scheduledAt: given.scheduledAt ?? null, publishBefore,
		// Of an earlier build, which asked a person.
		whenLate: given.whenLate ?? (publishBefore === null ? null : 'ask'),
		metadata: given.metadata ?? null, n8n: given.n8n ?? null, content: contentWithNulls(given.content ?? {}),
	};
}

/** Nothing but the fields' own names: it is copied and compared by them. */
function contentWithNulls(kept: Partial<PinContent>): PinContent {
	const { boardId, sectionId = null, boardName = null, link = null, title = null, description = null, altText = null, dominantColor = null, media } = kept;
	return { boardId, sectionId, boardName, link, title, description, altText, dominantColor, media } as PinContent;
}

function withoutNulls<T extends object>(whole: T): Partial<T> {
	const kept: Record<string, unknown> = {};
	for (const [name, value] of Object.entries(whole)) if (value !== null) kept[name] = value;
	return kept as Partial<T>;
}

function parsed(json: string): Record<string, unknown> {
	return json === '' ? {} : JSON.parse(json) as Record<string, unknown>;
}
