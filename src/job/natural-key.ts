import { hash32 } from './hash';
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

/** Stands for a field that was not sent: Pinterest may have filled it in. */
const ANY = '*';

/**
 * Names what a Pin of this job looks like on its board: section, link and texts, each hashed, `*` where nothing was sent or
 * nothing is compared. Jobs of one account and board whose keys agree, field by field, might both be meant by one Pin.
 */
export function naturalKey(job: Pick<Job, 'id' | 'marker' | 'content'>): string {
	const { sectionId, title, description, altText } = job.content;
	const link = sameLink(linkToSend(job));
	// A marker is looked for wherever it is, whatever the Pin says.
	const fields = markerOf(job) === null ? [`in ${sectionId}`, link, sameText(title), sameText(description), sameText(altText)] : ['', link, '', '', ''];
	return fields.map((field) => (field === '' ? ANY : hash32(field, KEY_CHARACTERS))).join(' ');
}

const KEY_CHARACTERS = 12;

/** Whether one Pin might be meant by both; include/pins.lua asks the same. */
export function couldBeTwins(one: string, other: string): boolean {
	const theirs = other.split(' ');
	return one.split(' ').every((field, i) => field === theirs[i] || field === ANY || theirs[i] === ANY);
}

/** How a Pin of a listing fits a job: the `same` in every field, or `alike` in all that were sent, with more in others. */
export type Likeness = 'same' | 'alike';

/**
 * Whether this Pin may be the job's: the marker in its link, or else the natural key, and not older than the job. A field
 * that the listing leaves out says nothing, and so does not speak against it: to overlook a Pin would make a second one.
 * Nor does a text or link that the job did not send: whether Pinterest fills such fields in is not documented (2026-11).
 */
export function likenessOf(job: Pick<Job, 'id' | 'marker' | 'content'>, pin: ListedPin, notBefore: number): Likeness | null {
	const createdAt = createdAtOf(pin);
	if (createdAt !== null && createdAt < notBefore) return null;
	const marker = markerOf(job);
	return marker === null ? likeness(pin, job.content) : carries(pin, marker) ? 'same' : null;
}

/** Nothing was sent by which a Pin could be recognised: neither link nor text. */
export function isNondescript({ content: { link, title, description, altText } }: Pick<Job, 'content'>): boolean {
	return [link, title, description, altText].every((field) => sameText(field) === '');
}

function likeness(pin: ListedPin, content: PinContent): Likeness | null {
	const isPlace = (seen: string | null | undefined, wanted: string | null) => seen === undefined || sameText(seen) === sameText(wanted);
	if (!isPlace(pin.board_id, content.boardId) || !isPlace(pin.board_section_id, content.sectionId)) return null;
	const texts = [
		[sameLink, pin.link, content.link], [sameText, pin.title, content.title],
		[sameText, pin.description, content.description], [sameText, pin.alt_text, content.altText],
	] as const;
	const differing = texts.filter(([form, seen, wanted]) => seen !== undefined && form(seen) !== form(wanted));
	if (differing.length === 0) return 'same';
	return differing.every(([form, , wanted]) => form(wanted) === '') ? 'alike' : null;
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
