import { EngineError } from '../errors';
import { shortened } from './redact';
import { urlOf } from './url';

/** Refuses one field, saying what to do. */
export function refuse(field: string, message: string, hint: string): never {
	throw new EngineError('invalid_request', { field, message, hint });
}

/** Trimmed text, null when empty. Length in characters as people count them: Pinterest's description counts code points. */
export function textField(value: unknown, field: string, name: string, max: number): string | null {
	const text = plainText(value, field, name);
	const length = text === null ? 0 : [...text].length;
	if (length > max) refuse(field, `${name} has ${length} characters.`, `Shorten it to at most ${max} characters.`);
	return text;
}

/** A name of ours: one line. */
export function labelField(value: unknown, field: string, name: string, max: number): string | null {
	const text = textField(value, field, name, max);
	// eslint-disable-next-line no-control-regex -- control characters are what is refused
	if (text !== null && /[\u0000-\u001f\u007f]/.test(text)) refuse(field, `${name} has control characters.`, 'Use plain text in one line.');
	return text;
}

/** The name of an account: 1 to 64 characters, not beginning with @. */
export function accountField(value: unknown): string {
	const account = labelField(value, 'account', 'Account', 64);
	if (account === null) refuse('account', 'The account is missing.', 'Choose an account, or give the Account Name of a Pinterest Publish Worker node.');
	if (account.startsWith('@')) refuse('account', `“${account}” begins with @.`, 'Give the Account Name of the Worker node, without @.');
	return account;
}

/** A number of Pinterest's, as text: JavaScript cannot hold 18 digits exactly. */
export function idField(value: unknown, field: string, name: string): string | null {
	if (typeof value === 'number' && !Number.isSafeInteger(value)) {
		refuse(field, `${name} came as a number that lost digits.`, 'Give it as text, in quotes.');
	}
	const id = plainText(value, field, name);
	if (id === null || /^\d{1,30}$/.test(id)) return id;
	return refuse(field, `${name} “${shown(id)}” is not an id.`,
		`Choose it from the list, or give the number of the id instead of the name or address: for example 1234567890123456789.`);
}

/** A complete http or https address of at most 2048 characters (Pinterest API 5.23 description, 2026-11). */
export function urlField(value: unknown, field: string, name: string): string | null {
	const url = textField(value, field, name, 2048);
	if (url === null) return null;
	if (!/^[a-z][a-z0-9+.-]*:/i.test(url) || /^[^/]+\.[^/]+:\d/.test(url)) {
		refuse(field, `${name} “${shown(url)}” has no scheme.`, `Write the complete address, for example https://${url.replace(/^\/+/, '').slice(0, 80)}`);
	}
	if (!/^https?:\/\//i.test(url)) refuse(field, `${name} “${shown(url)}” is no web address.`, 'Only https:// and http:// can be published.');
	if (/\s/.test(url) || urlOf(url) === null) refuse(field, `${name} “${shown(url)}” is not a valid address.`, 'Copy the address from the browser; blanks are written %20.');
	return url;
}

/** `#RRGGBB`, in lower case. */
export function colorField(value: unknown): string | null {
	const color = plainText(value, 'dominantColor', 'Dominant Color');
	if (color === null || /^#[0-9a-f]{6}$/i.test(color)) return color?.toLowerCase() ?? null;
	return refuse('dominantColor', `“${shown(color)}” is not a color.`, 'Write it as #RRGGBB, for example #6e7874.');
}

function plainText(value: unknown, field: string, name: string): string | null {
	if (value === undefined || value === null) return null;
	if (typeof value === 'number' && Number.isFinite(value)) return String(value);
	if (typeof value !== 'string') return refuse(field, `${name} is not text.`, 'Map a text field; an object or list needs an expression that picks one value.');
	return value.trim() || null;
}

/** A text as it may be quoted in a sentence. */
export function shown(text: string): string {
	return shortened(text, 60);
}
