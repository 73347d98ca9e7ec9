import { hash32 } from './hash';
import type { Job, PinContent } from './job';
import { urlOf } from './url';

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
	const seen = formOf(pin, SEEN, seenFormOf);
	if (seen.createdAt !== null && seen.createdAt < notBefore) return null;
	const marker = markerOf(job);
	if (marker === null) return likeness(seen, formOf(job.content, WANTED, wantedFormOf));
	return seen.marker === marker ? 'same' : null;
}

/** Nothing was sent by which a Pin could be recognised: neither link nor text. */
export function isNondescript({ content: { link, title, description, altText } }: Pick<Job, 'content'>): boolean {
	return [link, title, description, altText].every((field) => sameText(field) === '');
}

/** What is compared, in the form in which it is: `undefined` where a listing leaves it out. */
interface Form {
	board: string | undefined;
	section: string | undefined;
	/** Link, title, description, alt text. */
	texts: readonly (string | undefined)[];
}

interface SeenForm extends Form {
	createdAt: number | null;
	marker: string | null;
}

function likeness(seen: Form, wanted: Form): Likeness | null {
	const isPlace = (where: 'board' | 'section') => seen[where] === undefined || seen[where] === wanted[where];
	if (!isPlace('board') || !isPlace('section')) return null;
	const differing = wanted.texts.filter((text, i) => seen.texts[i] !== undefined && seen.texts[i] !== text);
	if (differing.length === 0) return 'same';
	return differing.every((text) => text === '') ? 'alike' : null;
}

// A scan compares each Pin of a board with each job in doubt on it: 250,000 times for 5,000 Pins and 50 jobs. To read every
// link anew each time held up the worker for seconds, so the form of either is made once, and goes with it.
const SEEN = new WeakMap<ListedPin, SeenForm>();
const WANTED = new WeakMap<PinContent, Form>();

function formOf<T extends object, F>(of: T, known: WeakMap<T, F>, make: (of: T) => F): F {
	const form = known.get(of) ?? make(of);
	known.set(of, form);
	return form;
}

function wantedFormOf({ boardId, sectionId, link, title, description, altText }: PinContent): Form {
	return { board: sameText(boardId), section: sameText(sectionId), texts: [sameLink(link), sameText(title), sameText(description), sameText(altText)] };
}

function seenFormOf(pin: ListedPin): SeenForm {
	const form = (text: string | null | undefined, same = sameText) => (text === undefined ? undefined : same(text));
	return {
		createdAt: createdAtOf(pin), marker: markerIn(pin.link ?? ''), board: form(pin.board_id), section: form(pin.board_section_id),
		texts: [form(pin.link, sameLink), form(pin.title), form(pin.description), form(pin.alt_text)],
	};
}

function markerIn(link: string): string | null {
	return urlOf(link)?.searchParams.get(MARKER_PARAMETER) ?? null;
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
	return urlOf(text)?.href ?? text;
}
