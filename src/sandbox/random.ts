import { createHash } from 'node:crypto';

/** A number in [0, 1) that depends on the words alone: the same words give the same number, in any order of calls. */
export function die(...words: (string | number)[]): number {
	return createHash('sha256').update(JSON.stringify(words)).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** Eighteen digits, as Pinterest's ids look, made of the words alone. */
export function digits(...words: (string | number)[]): string {
	return String(10 ** 17 + Math.floor(die('digits', ...words) * 8 * 10 ** 17)).slice(0, 12) + tail(...words);
}

function tail(...words: (string | number)[]): string {
	return String(Math.floor(die('tail', ...words) * 1e6)).padStart(6, '0');
}

/** Letters and digits made of the words alone; for tokens that mean nothing outside the sandbox. */
export function letters(length: number, ...words: (string | number)[]): string {
	return hash(...words).slice(0, length);
}

/** sha256 of the words, hexadecimal. */
export function hash(...words: (string | number | null)[]): string {
	return createHash('sha256').update(JSON.stringify(words)).digest('hex');
}

/** A normally distributed number with mean 0 and deviation 1, made of the words alone (Box and Muller). */
export function bell(...words: (string | number)[]): number {
	const radius = Math.sqrt(-2 * Math.log(1 - die('radius', ...words)));
	return radius * Math.cos(2 * Math.PI * die('angle', ...words));
}
