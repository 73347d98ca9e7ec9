import fc from 'fast-check';
import { canonicalMediaUrl, canonicalUrl, hostOf, signsInPath } from '../../../src/job/canonical-url';
import { urlField } from '../../../src/job/request-fields';
import { tableUnder } from './markdown';

/** What docs/idempotency.md shows, and what it need not. */
const links = [
	...(tableUnder('idempotency.md', '## One spelling for every address') as [string, string][]),
	['https://shop.example/a?FBCLID=1', 'https://shop.example/a'],
	['https://shop.example/hüte', 'https://shop.example/h%C3%BCte'],
	['  https://shop.example/a  ', 'https://shop.example/a'],
	['not an address', 'not an address'],
] as const;

const media: readonly [string, string, string][] = [
	['S3', 'https://b.s3.amazonaws.com/a.jpg?X-Amz-Algorithm=A&X-Amz-Credential=c&X-Amz-Date=d&X-Amz-Expires=3600&X-Amz-Signature=s', 'https://b.s3.amazonaws.com/a.jpg'],
	['CloudFront', 'https://d1.cloudfront.net/a.jpg?Expires=1&Signature=s&Key-Pair-Id=k', 'https://d1.cloudfront.net/a.jpg'],
	['Google Storage', 'https://storage.googleapis.com/b/a.jpg?X-Goog-Signature=s&GoogleAccessId=x', 'https://storage.googleapis.com/b/a.jpg'],
	['Firebase', 'https://firebasestorage.googleapis.com/v0/b/x/o/a.jpg?alt=media&token=t', 'https://firebasestorage.googleapis.com/v0/b/x/o/a.jpg?alt=media'],
	['Azure', 'https://x.blob.core.windows.net/b/a.jpg?sv=1&se=2&sr=b&sp=r&sig=s', 'https://x.blob.core.windows.net/b/a.jpg'],
	['no signature, the same short names', 'https://cdn.example/a.jpg?se=2&sp=r&v=7', 'https://cdn.example/a.jpg?se=2&sp=r&v=7'],
];

describe('canonicalUrl', () => {
	it.each(links)('reads %s as %s', (written, canonical) => {
		expect(canonicalUrl(written)).toBe(canonical);
	});

	it('changes nothing the second time', () => {
		const part = fc.string({ unit: fc.constantFrom(...'abAB09 %äß/?&=#+.~:@$!*()', '%2F', '%c3', '%%', 'utm_', 'gclid'), maxLength: 20 });
		fc.assert(fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), part, part, (url, path, query) => {
			for (const text of [url, `https://Host.example/${path}?${query}`]) {
				const once = canonicalUrl(text);
				expect(canonicalUrl(once)).toBe(once);
				expect(canonicalMediaUrl(canonicalMediaUrl(text))).toBe(canonicalMediaUrl(text));
			}
		}), { numRuns: 1000 });
	});
});

describe('canonicalMediaUrl', () => {
	it.each(media)('drops what signs it for a time: %s', (_name, written, canonical) => {
		expect(canonicalMediaUrl(written)).toBe(canonical);
	});
});

describe('signsInPath', () => {
	it.each([
		['https://v5.airtableusercontent.com/v3/u/40/40/1767/abc/def', true],
		['https://dl.airtable.com/.attachments/abc', true],
		['https://airtableusercontent.com.evil.example/a', false],
		['https://cdn.example/a.jpg', false],
		['nothing', false],
	])('of %s is %s', (url, signs) => {
		expect(signsInPath(url)).toBe(signs);
	});
});

it('names the host of an address, and none where there is none', () => {
	expect(hostOf('https://Shop.Example:8443/a')).toBe('shop.example:8443');
	expect(hostOf('nothing')).toBeNull();
});

it('an address stays one however often it is asked about, and what is none stays none', () => {
	// URL.canParse of Node 20 changes its mind after some 5,000 calls.
	const none = `http://${Buffer.from('①②⑦.⓪.⓪.①').toString('latin1')}/`;
	const odd = Array.from({ length: 30_000 }, () => [urlField('https://münchen.example/hüte', 'link', 'Link'), canonicalUrl('https://münchen.example/hüte'), canonicalUrl(none)].join(' '))
		.find((answer) => answer !== `https://münchen.example/hüte https://xn--mnchen-3ya.example/h%C3%BCte ${none}`);
	expect(odd).toBeUndefined();
});
