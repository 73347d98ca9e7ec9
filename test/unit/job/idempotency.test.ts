import { createHash } from 'node:crypto';
import { canonicalJson, hash32 } from '../../../src/job/hash';
import { derivedIds, differingFields, identityOf, keyOf } from '../../../src/job/idempotency';
import type { Image } from '../../../src/job/job';
import type { PublishRequest } from '../../../src/job/request';
import { parsed } from './builders';
import { tableUnder } from './markdown';

const sha256 = 'a'.repeat(64);
const upload = { kind: 'image_base64', sha256, contentType: 'image/png', bytes: 10 } as const;
const byUrl = (url: string) => ({ kind: 'image_url', url }) as const;
const carousel = (...images: Image[]) => ({ kind: 'carousel' as const, cards: images.map((image) => ({ image })) });
const bare = { source: null } as const;

/** The requests of the vectors in docs/idempotency.md. Their ids are fixed for ever: a changed id would publish every Pin again. */
const cases: Record<string, Partial<PublishRequest>> = {
	'a record': {},
	'an own key': { ...bare, key: 'summer-1' },
	'content with an address': bare,
	'content with bytes, a section and no link': { ...bare, media: upload, sectionId: '77', link: null },
	'content with a carousel of addresses': { ...bare, media: carousel(byUrl('https://cdn.example/hat.jpg'), byUrl('https://cdn.example/cap.jpg')) },
	'content with a carousel of bytes': { ...bare, media: carousel(upload, { ...upload, sha256: 'b'.repeat(64) }) },
	'content with an asset and a time': { ...bare, assetId: 'hat', scheduledAt: '2026-12-24T18:30:59+01:00' },
};
const vectors = tableUnder('idempotency.md', '## Test vectors') as [string, string, string][];

describe('the idempotency key', () => {
	it('has a vector in the docs for each case', () => {
		expect(vectors.map(([name]) => name)).toEqual(Object.keys(cases));
	});

	it.each(vectors)('is made of %s', (name, json, id) => {
		expect(canonicalJson(identityOf(parsed(cases[name])))).toBe(json);
		expect(keyOf(parsed(cases[name]))).toBe(id);
	});

	it.each([
		['a record', {}],
		['an own key', { source: null, key: 'k' }],
	])('of %s stays when text, board, link, time or image change', (_name, named) => {
		const other = { title: 'Winter', boardId: '99', link: 'https://x.example', media: upload, scheduledAt: '2026-12-01T10:00Z' };
		expect(keyOf(parsed({ ...named, ...other }))).toBe(keyOf(parsed(named)));
	});

	it.each([
		['another spelling of the link', { link: 'HTTPS://SHOP.example:443/summer?fbclid=1#top' }],
		['texts', { title: 'Other', description: 'Other', altText: 'Other' }],
		['labels, metadata and deadlines', { client: 'Acme', boardName: 'Summer', metadata: { a: 1 }, publishBefore: '2026-12-30T00:00Z', whenLate: 'skip' as const }],
		['a new signature of the image', { media: { kind: 'image_url', url: 'https://cdn.example/hat.jpg?X-Amz-Signature=1&X-Amz-Date=2' } as const }],
	])('of content stays with %s', (_name, change) => {
		expect(keyOf(parsed({ ...bare, ...change }))).toBe(keyOf(parsed(bare)));
	});

	it.each([
		['account', { account: 'acme-de' }],
		['board', { boardId: '99' }],
		['section', { sectionId: '5' }],
		['link', { link: 'https://shop.example/winter' }],
		['utm parameters of the link', { link: 'https://shop.example/summer?utm_source=p' }],
		['image', { media: upload }],
		['time', { scheduledAt: '2026-12-01T10:00Z' }],
	])('of content changes with its %s', (_name, change) => {
		expect(keyOf(parsed({ ...bare, ...change }))).not.toBe(keyOf(parsed(bare)));
	});

	it('never takes an own key for a record, nor an asset for an address', () => {
		expect(keyOf(parsed({ source: 'x' }))).not.toBe(keyOf(parsed({ ...bare, key: 'x' })));
		const url = 'https://cdn.example/hat.jpg';
		expect(keyOf(parsed({ ...bare, assetId: url, media: { kind: 'image_url', url } }))).not.toBe(keyOf(parsed({ ...bare, media: { kind: 'image_url', url } })));
	});

	it('counts a time to the minute', () => {
		const at = (text: string) => keyOf(parsed({ ...bare, scheduledAt: text }));
		expect(at('2026-12-01T10:00:59.999Z')).toBe(at('2026-12-01T11:00:01+01:00'));
		expect(at('2026-12-01T10:01:00Z')).not.toBe(at('2026-12-01T10:00:59Z'));
	});
});

describe('the ids that corrected content derives', () => {
	it('are those of a job that its content names', () => {
		const before = parsed(bare), after = parsed({ ...bare, boardId: '99' });
		expect(derivedIds(after, keyOf(before))).toEqual([keyOf(after)]);
	});

	it('are none for a record whose board or link is corrected: the record goes on naming it', () => {
		expect(derivedIds(parsed({ boardId: '99', link: null }), keyOf(parsed()))).toEqual([]);
	});

	it('are new for a record that moves to another account', () => {
		expect(derivedIds(parsed({ account: 'acme-de' }), keyOf(parsed()))).toEqual([keyOf(parsed({ account: 'acme-de' }))]);
	});
});

describe('the content of a second enqueue', () => {
	it.each([
		['boardId', { boardId: '99' }], ['sectionId', { sectionId: '5' }], ['link', { link: 'https://x.example' }], ['title', { title: 'Winter' }],
		['description', { description: null }], ['altText', { altText: 'Two hats' }], ['dominantColor', { dominantColor: '#aabbcc' }], ['media', { media: upload }],
		['scheduledAt', { scheduledAt: '2026-12-01T10:00Z' }],
	])('differs in %s alone', (field, change) => {
		expect(differingFields(parsed(), parsed(change))).toEqual([field]);
	});

	it.each([
		['metadata, labels, where it came from', { metadata: { a: 1 }, client: 'Acme', boardName: 'Summer', n8n: { workflowId: '1', executionId: '2', executionUrl: null } }],
		['a deadline and a marker', { publishBefore: '2026-12-30T00:00Z', marker: true }],
		['blanks around texts', { title: ' Summer ', altText: 'A hat\n' }],
		['another spelling of the link', { link: 'https://shop.example/summer#top' }],
	])('is the same with other %s', (_name, change) => {
		expect(differingFields(parsed(), parsed(change))).toEqual([]);
	});

	it('does not take a newly signed path for a new image, but does take another asset for one', () => {
		const airtable = (path: string, assetId: string | null = null) =>
			parsed({ assetId, media: { kind: 'image_url', url: `https://v5.airtableusercontent.com/v3/u/${path}` } });
		expect(differingFields(airtable('1/a'), airtable('2/b'))).toEqual([]);
		expect(differingFields(airtable('1/a', 'att1'), airtable('2/b', 'att1'))).toEqual([]);
		expect(differingFields(airtable('1/a', 'att1'), airtable('1/a', 'att2'))).toEqual(['media']);
	});
});

describe('hash32', () => {
	it('is base32 of SHA-256, in lower case', () => {
		const bits = [...createHash('sha256').update('hat').digest()].map((byte) => byte.toString(2).padStart(8, '0')).join('');
		const expected = bits.slice(0, 130).match(/.{5}/g)!.map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[parseInt(five, 2)]).join('');
		expect(hash32('hat')).toBe(expected);
		expect(hash32('hat', 16)).toBe(expected.slice(0, 16));
	});
});

it('writes equal values as equal JSON', () => {
	expect(canonicalJson({ b: [1, { d: null, c: undefined }], a: 'ä' })).toBe('{"a":"ä","b":[1,{"d":null}]}');
});

describe('a carousel', () => {
	const [hat, cap] = [byUrl('https://cdn.example/hat.jpg'), byUrl('https://cdn.example/cap.jpg')];
	const two = { ...bare, media: carousel(hat, cap) };

	it.each([
		['in another order', { media: carousel(cap, hat) }], ['with one more image', { media: carousel(hat, cap, hat) }], ['that is one image alone', { media: hat }],
	])('is another creative %s', (_name, change) => {
		expect(keyOf(parsed({ ...two, ...change }))).not.toBe(keyOf(parsed(two)));
	});

	it('is the same creative with another signature of an image, and with the same name', () => {
		expect(keyOf(parsed({ ...two, media: carousel(byUrl(`${hat.url}?X-Amz-Signature=1`), cap) }))).toBe(keyOf(parsed(two)));
		expect(keyOf(parsed({ ...two, assetId: 'hats' }))).toBe(keyOf(parsed({ ...bare, media: hat, assetId: 'hats' })));
	});

	it.each([
		['a title', { title: 'Hat' }], ['a description', { description: 'Of straw' }], ['a link', { link: 'https://shop.example/hat' }],
	])('keeps its key and is other content with %s of a card, whatever names the images', (_name, text) => {
		const media = { kind: 'carousel' as const, cards: [{ image: hat, ...text }, { image: cap }] };
		for (const named of [two, { ...two, assetId: 'hats' }]) {
			expect(keyOf(parsed({ ...named, media }))).toBe(keyOf(parsed(named)));
			expect(differingFields(parsed(named), parsed({ ...named, media }))).toEqual(['media']);
		}
	});
});
