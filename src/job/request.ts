import { isEngineError, type EngineError } from '../errors';
import { signsInPath } from './canonical-url';
import { keyOf } from './idempotency';
import type { Job, N8nOrigin, WhenLate } from './job';
import { addressesOf } from './media';
import { firstStep } from './media-plan';
import { MARKER_PARAMETER } from './natural-key';
import { jobOfParts, untouched, type Moved } from './parts';
import type { Policy } from './policy';
import { metadataField, originField } from './request-extras';
import { accountField, colorField, idField, labelField, refuse, textField, urlField } from './request-fields';
import { mediaField, type GivenMedia } from './request-media';
import { checkTimes, instantField, isOver, whenLateField, zoneWarnings, type AssumedZones } from './request-times';

/** What a caller asks to publish, as it comes from a node, the CLI or code; nothing is trusted yet. */
export interface PublishRequest {
	account: string;
	client?: string | null;
	boardId: string;
	boardName?: string | null;
	sectionId?: string | null;
	link?: string | null;
	title?: string | null;
	description?: string | null;
	altText?: string | null;
	dominantColor?: string | null;
	media: GivenMedia;
	/** The user's own name for the creative (asset id). */
	assetId?: string | null;
	/** The record this Pin belongs to (sheet row, product): names the intention when given. */
	source?: string | null;
	/** An own idempotency key: names the intention when given and no source is. */
	key?: string | null;
	/** ISO 8601 with a zone, or epoch milliseconds. */
	scheduledAt?: string | number | null;
	publishBefore?: string | number | null;
	/** What to do when Publish Before has passed: `ask` a person (the default), `skip` the Pin, or `publish` it late. */
	whenLate?: WhenLate | null;
	/** The zone in which each of these was read when it named none: a warning says so. */
	assumedZones?: AssumedZones;
	metadata?: Record<string, unknown> | null;
	/** Put a marker into the link, so that the Pin can be told from a twin. */
	marker?: boolean;
	n8n?: N8nOrigin | null;
}

/** A request that may be published: what it says, in the words of a job. */
export type ParsedRequest = Pick<Job,
	'account' | 'client' | 'source' | 'userKey' | 'assetId' | 'content' | 'marker' | 'scheduledAt' | 'publishBefore' | 'whenLate' | 'metadata' | 'n8n' | 'warnings'>;

export type Parsed = { ok: true; request: ParsedRequest } | { ok: false; error: EngineError; /** When its time alone is over: who has a job of it already may still be told of that. */ late?: ParsedRequest };

/** A new job with the further ids it answers to. */
export interface NewJob {
	job: Job;
	aliases: string[];
}

/** Reads a request field by field; `invalid_request` names the field and what to do. Unknown fields are ignored. */
export function parseRequest(raw: PublishRequest, now: number): Parsed {
	let request: ReturnType<typeof requestOf> | null = null;
	try {
		request = requestOf(raw, now);
		return { ok: true, request: { ...request, warnings: [...warningsOf(request, now), ...zoneWarnings(request, raw.assumedZones)] } };
	} catch (error) {
		if (!isEngineError(error)) throw error;
		return { ok: false, error, ...(request && isOver(request, now) && { late: { ...request, warnings: [] } }) };
	}
}

// Lengths: Pinterest API 5.23 description, PinCreate (2026-11).
function requestOf(raw: PublishRequest, now: number): Omit<ParsedRequest, 'warnings'> {
	if (typeof raw !== 'object' || raw === null) refuse('request', 'The request is not an object.', 'Give the fields of one Pin.');
	const boardId = idField(raw.boardId, 'boardId', 'Board');
	if (boardId === null) refuse('boardId', 'The board is missing.', 'Choose a board from the list, or give its id.');
	const publishBefore = instantField(raw.publishBefore, 'publishBefore', 'Publish Before', now);
	return {
		account: accountField(raw.account),
		client: labelField(raw.client, 'client', 'Client', 100),
		source: labelField(raw.source, 'source', 'Source Record ID', 500),
		userKey: labelField(raw.key, 'key', 'Idempotency Key', 500),
		assetId: labelField(raw.assetId, 'assetId', 'Asset ID', 500),
		content: {
			boardId,
			sectionId: idField(raw.sectionId, 'sectionId', 'Section'),
			boardName: labelField(raw.boardName, 'boardName', 'Board Name', 200),
			link: urlField(raw.link, 'link', 'Link'),
			title: textField(raw.title, 'title', 'Title', 100),
			description: textField(raw.description, 'description', 'Description', 800),
			altText: textField(raw.altText, 'altText', 'Alt Text', 500),
			dominantColor: colorField(raw.dominantColor),
			media: mediaField(raw.media),
		},
		marker: raw.marker === true,
		scheduledAt: instantField(raw.scheduledAt, 'scheduledAt', 'Scheduled At', now),
		publishBefore,
		whenLate: whenLateField(raw.whenLate, publishBefore),
		metadata: metadataField(raw.metadata),
		n8n: originField(raw.n8n),
	};
}

/** What is accepted but deserves a word. */
function warningsOf(request: Omit<ParsedRequest, 'warnings'>, now: number): string[] {
	const { content, source, userKey, assetId } = request;
	const warnings = checkTimes(request, now);
	const { media } = content;
	const what = media.kind === 'video_url' ? 'video' : 'image';
	if (assetId === null && (media.kind === 'video_url' ? [media.url] : addressesOf(media)).some(signsInPath)) {
		warnings.push(source === null && userKey === null
			? `This ${what} address is new at each reading, so a second run would make a second Pin. Set a Source Record ID.`
			: `This ${what} address is new at each reading, so a changed ${what} goes unnoticed. Set an Asset ID, such as the id of the attachment.`);
	}
	if (request.marker) warnings.push(...markerWarnings(content.link));
	return warnings;
}

function markerWarnings(link: string | null): string[] {
	if (link === null) return ['There is no link to carry a marker, so the Pin is recognised by its texts.'];
	if (link.length + MARKER_PARAMETER.length + 14 > 2048) {
		refuse('link', 'With its marker the link is longer than 2048 characters.', 'Shorten the link, or switch the marker off.');
	}
	return [];
}

/** The job of a request, queued; the first event is its number 1. */
export function newJob(request: ParsedRequest, now: number, policy: Policy): NewJob {
	const { phase, dueAt } = firstStep(request, null, policy, now);
	const moved: Moved = {
		id: keyOf(request), account: request.account, createdAt: now, state: 'queued', phase, revision: 1, seq: 1, dueAt, finishedAt: null,
		attempts: 0, startedAt: null, waitsForLink: false, edits: 0, lease: null,
	};
	const job = jobOfParts(request, moved, { ...untouched(), warnings: request.warnings });
	return { job, aliases: [] };
}
