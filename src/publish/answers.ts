// Answers of Pinterest at the door: known fields are copied, anything else is left outside. Null: not such a thing.
import type { ListedPin } from '../job/natural-key';
import type { Page } from './pages';
import { urlOf } from '../job/url';

export interface User {
	id: string;
	username: string;
	accountType: string | null;
}

export interface ListedBoard {
	id: string;
	name: string;
	privacy: string | null;
}

/** A page of a listing; null when there is no list of items. Items that are not what is listed are passed over. */
export function pageOf<T>(json: unknown, parse: (item: unknown) => T | null): Page<T> | null {
	const { items, bookmark } = fieldsOf(json);
	if (!Array.isArray(items)) return null;
	const parsed = items.map(parse).filter((item) => item !== null);
	return { items: parsed, bookmark: typeof bookmark === 'string' && bookmark !== '' ? bookmark : null };
}

/** A Pin of a listing, which may hold other tiles ("more ideas", api-quickstart, 2026-11): those have neither board nor date. */
export function pinOf(item: unknown): ListedPin | null {
	const fields = fieldsOf(item);
	const id = idOf(fields);
	if (id === null || !('created_at' in fields || 'board_id' in fields)) return null;
	const text = (name: string): string | null | undefined => {
		const value = fields[name];
		return typeof value === 'string' || value === null ? value : undefined;
	};
	return {
		id,
		created_at: text('created_at'),
		board_id: text('board_id'),
		board_section_id: text('board_section_id'),
		link: text('link'),
		title: text('title'),
		description: text('description'),
		alt_text: text('alt_text'),
	};
}

export function boardOf(item: unknown): ListedBoard | null {
	const fields = fieldsOf(item);
	const id = idOf(fields);
	return id === null ? null : { id, name: textOf(fields.name) ?? id, privacy: textOf(fields.privacy) };
}

export function sectionOf(item: unknown): { id: string; name: string } | null {
	const fields = fieldsOf(item);
	const id = idOf(fields);
	return id === null ? null : { id, name: textOf(fields.name) ?? id };
}

/** The answer of POST /media; its parameters sign for the upload, so that it is told to nobody. Null also without an address to post to. */
export function registeredOf(json: unknown): { mediaId: string; url: string; parameters: [string, string][] } | null {
	const { media_id: mediaId, upload_url: url, upload_parameters: parameters } = fieldsOf(json);
	if (typeof mediaId !== 'string' || !/^\d{1,30}$/.test(mediaId) || typeof url !== 'string' || !/^https?:/.test(url) || urlOf(url) === null) return null;
	const pairs = Object.entries(fieldsOf(parameters)).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
	return { mediaId, url, parameters: pairs };
}

/** The status that GET /media/{id} tells; null for one that we do not know. */
export function mediaStatusOf(json: unknown): MediaStatus | null {
	const { status } = fieldsOf(json);
	return MEDIA_STATUSES.find((known) => known === status) ?? null;
}

const MEDIA_STATUSES = ['registered', 'processing', 'succeeded', 'failed'] as const;

export type MediaStatus = (typeof MEDIA_STATUSES)[number];

export function userOf(json: unknown): User | null {
	const fields = fieldsOf(json);
	const id = idOf(fields);
	return id === null ? null : { id, username: textOf(fields.username) ?? id, accountType: textOf(fields.account_type) };
}

function fieldsOf(json: unknown): Record<string, unknown> {
	return typeof json === 'object' && json !== null ? { ...json } : {};
}

function textOf(value: unknown): string | null {
	return typeof value === 'string' && value !== '' ? value : null;
}

/** Ids are strings of digits; a number is taken only when JavaScript holds it exactly. */
function idOf({ id }: Record<string, unknown>): string | null {
	if (typeof id === 'number' && Number.isSafeInteger(id)) return String(id);
	return typeof id === 'string' && /^\d{1,30}$/.test(id) ? id : null;
}
