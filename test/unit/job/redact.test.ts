import { MESSAGE_LIMIT, redact } from '../../../src/job/redact';

const hex = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const base64 = 'aGVsbG8gd29ybGQsIHRoaXMgaXMgYSBzZWNyZXQgMTIzNDU2Nzg5MA==';

describe('redact', () => {
	it.each([
		['a bearer token', 'Authorization: Bearer abc.def-1', ['abc.def-1']],
		['basic credentials', 'authorization: basic dXNlcjpwYXNz', ['dXNlcjpwYXNz']],
		['an access token of Pinterest', 'token pina_AMA5KZQXAB12 expired', ['AMA5KZQXAB12']],
		['a refresh token of Pinterest', 'pinr_ABC123.def', ['ABC123']],
		['a JSON Web Token', 'got eyJhbGciOi.eyJzdWIiOi.c2lnbmF0', ['eyJzdWIiOi', 'c2lnbmF0']],
		['fields that hold secrets', '{"refresh_token":"short","client_secret": "x1"}', ['short', 'x1']],
		['a signed address', 'https://b.s3.amazonaws.com/a.jpg?X-Amz-Signature=deadbeef&x=1', ['deadbeef']],
		['a user in an address', 'redis://user:hunter2@redis:6379', ['hunter2']],
		['a long run of hex', `hash ${hex}`, [hex]],
		['a long run of base64', `data ${base64}`, [base64.slice(0, 40)]],
	])('hides %s', (_name, text, secrets) => {
		const shown = redact(text);
		for (const secret of secrets) expect(shown).not.toContain(secret);
		expect(shown).toContain('[redacted]');
	});

	it.each([
		'Board 1234567890123456789 not found.',
		'job pj_abcdefghijklmnopqrstuvwxyz is waiting',
		'https://shop.example/a-long-slug-about-summer-hats-and-how-to-wear-them-well',
		'https://cdn.example/2026/11/24/a-long-name-of-an-image-of-a-hat-01.jpg',
		'getaddrinfo ENOTFOUND api.pinterest.com',
		'This request exceeded a rate limit.',
	])('leaves alone: %s', (text) => {
		expect(redact(text)).toBe(text);
	});

	it('makes one line of at most 300 characters', () => {
		const shown = redact(`a\n\tb ${'word '.repeat(500)}`);
		expect(shown.slice(0, 5)).toBe('a b w');
		expect(shown.length).toBeLessThanOrEqual(MESSAGE_LIMIT);
		expect(shown.endsWith('…')).toBe(true);
	});

	it('hides a secret that lies across the cut', () => {
		expect(redact(`${'x '.repeat(140)}pina_${'S3CRET'.repeat(40)}`)).not.toContain('S3CRET');
	});
});
