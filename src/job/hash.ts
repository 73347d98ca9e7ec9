import { createHash } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** The first characters of base32(sha256(text)), in lower case; 26 characters hold 130 bits. */
export function hash32(text: string, characters = 26): string {
	const digest = createHash('sha256').update(text, 'utf8').digest();
	let bits = 0, held = 0, out = '';
	for (const byte of digest) {
		held = (held << 8) | byte;
		for (bits += 8; bits >= 5 && out.length < characters; bits -= 5) out += ALPHABET[(held >> (bits - 5)) & 31];
		held &= 0xff;
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
