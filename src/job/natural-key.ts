import { canonicalJson, hash32 } from './hash';
import type { Job, PinContent } from './job';

/** A Pin of a listing, as Pinterest writes it; a field may be missing. */
export interface ListedPin {
	id: string;
	created_at?: string | null;
	board_id?: string | null;
	board_section_id?: string | null;
	link?: string | null;
	title?: string | null;
	description?: string | null;
	alt_text?: string | null;
}

/** The query parameter that carries a marker. */
export const MARKER_PARAMETER = 'pj';

/** The marker of a job: its own sign in the link, when the user wants one and there is a link to carry it. */
export function markerOf(job: Pick<Job, 'id' | 'marker' | 'content'>): string | null {
	return job.marker && job.content.link !== null ? job.id.slice(3, 15) : null;
}

/** The link as it is sent: the user's own, with the marker where one is wanted. */
export function linkToSend(job: Pick<Job, 'id' | 'marker' | 'content'>): string | null {
	const marker = markerOf(job);
	if (marker === null || job.content.link === null) return job.content.link;
	const url = new URL(job.content.link);
	url.searchParams.set(MARKER_PARAMETER, marker);
	return url.href;
}

/**
 * Names what a Pin looks like from outside: account, board, section, link and texts. Two jobs with the same natural key
 * are twins: their Pins cannot be told apart by looking.
 */
export function naturalKey(job: Pick<Job, 'id' | 'account' | 'marker' | 'content'>): string {
	const { boardId, sectionId, title, description, altText } = job.content;
	return hash32(canonicalJson([
		job.account, boardId, sectionId, sameLink(linkToSend(job)), sameText(title), sameText(description), sameText(altText),
	]));
}

/**
 * Whether this Pin may be the job's: the marker in its link, or else the natural key, and not older than the job. A field
 * that the listing leaves out says nothing, and so does not speak against it: to overlook a Pin would make a second one.
 */
export function matches(job: Job, pin: ListedPin, notBefore: number): boolean {
	const createdAt = createdAtOf(pin);
	if (createdAt !== null && createdAt < notBefore) return false;
	const marker = markerOf(job);
	return marker === null ? hasContent(pin, job.content) : carries(pin, marker);
}

function hasContent(pin: ListedPin, content: PinContent): boolean {
	const same = (seen: string | null | undefined, wanted: string | null, form: (text: string | null) => string) =>
		seen === undefined || form(seen) === form(wanted);
	return same(pin.board_id, content.boardId, sameText)
		&& same(pin.board_section_id, content.sectionId, sameText)
		&& same(pin.link, content.link, sameLink)
		&& same(pin.title, content.title, sameText)
		&& same(pin.description, content.description, sameText)
		&& same(pin.alt_text, content.altText, sameText);
}

function carries(pin: ListedPin, marker: string): boolean {
	const link = pin.link ?? '';
	return URL.canParse(link) && new URL(link).searchParams.get(MARKER_PARAMETER) === marker;
}

/** Epoch ms; null when it cannot be read. Pinterest writes it without a zone and means UTC (api-quickstart issue 78, 2026-11). */
function createdAtOf(pin: ListedPin): number | null {
	const text = (pin.created_at ?? '').trim();
	const at = Date.parse(/(Z|[+-]\d{2}:?\d{2})$/i.test(text) ? text : `${text}Z`);
	return Number.isNaN(at) ? null : at;
}

/** As Pinterest gives texts back: nothing and empty are one. */
function sameText(text: string | null): string {
	return (text ?? '').replace(/\r\n?/g, '\n').normalize('NFC').trim();
}

/** Only the spelling that every server takes for the same; fragments and parameters tell links apart. */
function sameLink(link: string | null): string {
	const text = (link ?? '').trim();
	return URL.canParse(text) ? new URL(text).href : text;
}
