import { refused, textOf } from './values';

/** The bytes of a Base64 text, which may come as a data URL, in lines, or in the alphabet for addresses. Whatever else is refused. */
export function bytesOfBase64(value: unknown, field: string): Buffer {
	const text = textOf(value, field);
	if (!text) throw refused(`${field} is empty.`, 'Give the image as Base64 text, or choose another way to give it.');
	if (/^https?:\/\//i.test(text)) throw refused(`${field} is an address.`, 'Choose the image by URL instead.');
	const [, type, encoding, data] = /^data:([^;,]*)[^,]*?(;base64)?,(.*)$/is.exec(text) ?? [null, '', ';base64', text];
	const digits = data!.replace(/\s+/g, '').replace(/-/g, '+').replace(/_/g, '/').replace(/={1,2}$/, '');
	if (!encoding || !/^[A-Za-z0-9+/]+$/.test(digits) || digits.length % 4 === 1) {
		throw refused(
			`${field} is not Base64${type ? ` (${type})` : ''}.`,
			'Map the field that holds the bytes of the image as Base64 text, such as iVBORw0KGgo… of a PNG, with or without data:image/png;base64, before it.',
		);
	}
	return Buffer.from(digits, 'base64');
}
