import { hash } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** Two characters for each ten bits. */
const PAIRS = Array.from({ length: 1024 }, (_, bits) => `${ALPHABET[bits >> 5]}${ALPHABET[bits & 31]}`);

/** The first characters of base32(sha256(text)), in lower case, an even number of them; 26 characters hold 130 bits. */
export function hash32(text: string, characters = 26): string {
	// A job takes some ten digests: as a string of bytes one costs a fifth of what a Hash object and its buffer do.
	const digest = hash('sha256', text, 'binary');
	let bits = 0, held = 0, out = '';
	for (let i = 0; out.length < characters; i++) {
		held = (held << 8 | digest.charCodeAt(i)) & 0x3ffff;
		bits += 8;
		if (bits < 10) continue;
		bits -= 10;
		out += PAIRS[held >> bits & 1023];
	}
	return out;
}

/** JSON with sorted keys: equal values give equal text. */
export function canonicalJson(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	const entries = Object.entries(value).filter(([, part]) => part !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
	return `{${entries.map(([name, part]) => `${JSON.stringify(name)}:${canonicalJson(part)}`).join(',')}}`;
}
