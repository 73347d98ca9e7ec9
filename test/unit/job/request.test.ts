import { dueAtOf } from '../../../src/job/due';
import { newJob, parseRequest, type PublishRequest } from '../../../src/job/request';
import type { GivenMedia } from '../../../src/job/request-media';
import { aRequest, HOUR, MINUTE, NOW, parsed, POLICY, SECOND } from './builders';

const sha256 = 'b'.repeat(64);
const upload = (changes = {}) => ({ kind: 'image_base64', sha256, contentType: 'image/jpeg', bytes: 1000, ...changes });
const image = (url: unknown) => ({ kind: 'image_url', url });
const video = (url: string, cover?: unknown) => ({ kind: 'video_url', url, cover });
const urls = ['https://cdn.example/a.jpg', 'https://cdn.example/b.jpg'];
const carousel = (...images: unknown[]) => ({ kind: 'carousel', cards: images.map((one) => ({ image: one })) });
const signedAddress = 'https://v5.airtableusercontent.com/v3/u/1/a';

/** What people really give, what it must be told apart by, and a word of the way out. */
const bad: readonly [why: string, changes: Record<string, unknown>, field: string, message: RegExp, hint: RegExp][] = [
	['no account', { account: '' }, 'account', /missing/, /Account Name/],
	['an account with @', { account: '@acme' }, 'account', /begins with @/, /without @/],
	['a long account', { account: 'a'.repeat(65) }, 'account', /65 characters/, /at most 64/],
	['a control character in the account', { account: 'ac\u0007me' }, 'account', /control characters/, /one line/],
	['no board', { boardId: undefined }, 'boardId', /missing/, /Choose a board/],
	['a board name', { boardId: 'Summer hats' }, 'boardId', /“Summer hats” is not an id/, /number of the id/],
	['a board address', { boardId: 'https://pinterest.com/acme/summer' }, 'boardId', /is not an id/, /instead of the name or address/],
	['a board id that lost digits', { boardId: Number('1234567890123456789') }, 'boardId', /lost digits/, /in quotes/],
	['a section name', { sectionId: 'Red' }, 'sectionId', /“Red” is not an id/, /Choose it from the list/],
	['a link without scheme', { link: 'shop.example/summer' }, 'link', /has no scheme/, /https:\/\/shop\.example\/summer/],
	['a link with a port but no scheme', { link: 'shop.example:8080/a' }, 'link', /has no scheme/, /https:\/\/shop\.example:8080\/a/],
	['a link to mail', { link: 'mailto:a@shop.example' }, 'link', /no web address/, /https:\/\//],
	['a script for a link', { link: 'javascript:alert(1)' }, 'link', /no web address/, /https:\/\//],
	['a link with a blank', { link: 'https://shop.example/a b' }, 'link', /not a valid address/, /%20/],
	['a long link', { link: `https://shop.example/${'a'.repeat(2040)}` }, 'link', /2061 characters/, /at most 2048/],
	['a list for a link', { link: ['https://shop.example'] }, 'link', /is not text/, /expression/],
	['a long title', { title: 'a'.repeat(101) }, 'title', /101 characters/, /at most 100/],
	['a long description', { description: 'a'.repeat(801) }, 'description', /801 characters/, /at most 800/],
	['a long alt text', { altText: 'a'.repeat(501) }, 'altText', /501 characters/, /at most 500/],
	['a color by name', { dominantColor: 'red' }, 'dominantColor', /“red” is not a color/, /#RRGGBB/],
	['no image', { media: undefined }, 'media', /missing/, /image URL/],
	['an empty image URL', { media: image(' ') }, 'media', /empty/, /public/],
	['an image URL without scheme', { media: image('cdn.example/a.jpg') }, 'media', /has no scheme/, /https:\/\/cdn/],
	['image bytes as an address', { media: image('data:image/png;base64,AAAA') }, 'media', /no web address/, /https:\/\//],
	['a video for an image', { media: image('https://cdn.example/a.MP4?x=1') }, 'media', /does not take \.mp4/, /^For a video choose Video URL/],
	['a page for an image', { media: image('https://cdn.example/a.html') }, 'media', /does not take \.html/, /^Give the direct address/],
	['an image type Pinterest refuses', { media: upload({ contentType: 'image/webp' }) }, 'media', /refuses uploads of type image\/webp/, /JPEG or PNG/],
	['an upload without hash', { media: upload({ sha256: 'x' }) }, 'media', /SHA-256/, /first/],
	['an empty upload', { media: upload({ bytes: 0 }) }, 'media', /empty/, /JPEG or PNG/],
	['a large upload', { media: upload({ bytes: 21 * 1024 * 1024 }) }, 'media', /21\.0 MB/, /20 MB/],
	['a carousel without images', { media: { kind: 'carousel' } }, 'media', /has 0 images/, /2 to 5 images\. Give their URLs/],
	['a carousel of one image', { media: carousel(image(urls[0])) }, 'media', /has 1 image\./, /choose an image instead/],
	['a carousel of six images', { media: carousel(...Array<unknown>(6).fill(image(urls[0]))) }, 'media', /has 6 images/, /Leave some out/],
	['a carousel of a URL and a file', { media: carousel(image(urls[0]), upload()) }, 'media', /images by URL and images as files/, /all as URLs, or all as files/],
	['files of a carousel that are large together', { media: carousel(upload({ bytes: 11 * 1024 * 1024 }), upload({ bytes: 10 * 1024 * 1024 })) }, 'media', /21\.0 MB together/, /20 MB for all/],
	['a video in a carousel', { media: carousel(image(urls[0]), image('https://cdn.example/a.mov')) }, 'media', /^Image 2 of the carousel: Pinterest does not take \.mov/, /choose Video URL/],
	['a video without address', { media: video(' ') }, 'media', /video URL is empty/, /public/],
	['an image for a video', { media: video('https://cdn.example/a.jpg') }, 'media', /ends in \.jpg, which is no video/, /choose an image/],
	['a playlist for a video', { media: video('https://cdn.example/a.m3u8') }, 'media', /list of parts/, /one file/],
	['half a second', { media: video('https://cdn.example/a.mp4', { kind: 'frame', atSeconds: 0.5 }) }, 'media', /whole number/, /0 for the first/],
	['a video as its cover', { media: video('https://cdn.example/a.mp4', image('https://cdn.example/a.mp4')) }, 'media', /^The cover of the video: Pinterest does not take \.mp4/, /Video URL/],
	['nothing in a card', { media: { kind: 'carousel', cards: [{ image: image(urls[0]) }, null] } }, 'media', /^Image 2 of the carousel: The image is missing/, /image URL/],
	['a long title of a card', { media: { kind: 'carousel', cards: [{ image: image(urls[0]), title: 'a'.repeat(101) }, { image: image(urls[1]) }] } }, 'media', /^Image 1 of the carousel: Title has 101/, /at most 100/],
	['a card whose link has no scheme', { media: { kind: 'carousel', cards: [{ image: image(urls[0]) }, { image: image(urls[1]), link: 'shop.example' }] } }, 'media', /^Image 2 of the carousel: Link .* has no scheme/, /https:\/\/shop/],
	['a date without zone', { scheduledAt: '2026-11-25 10:00' }, 'scheduledAt', /no time zone/, /2026-11-25T10:00\+01:00/],
	['a past date without zone', { scheduledAt: '2020-01-01T10:00:00' }, 'scheduledAt', /no time zone/, /Z for UTC/],
	['a day alone', { scheduledAt: '2026-11-25' }, 'scheduledAt', /no time zone/, /2026-11-25T10:00:00/],
	['a date in words', { scheduledAt: 'tomorrow' }, 'scheduledAt', /“tomorrow” is not a date/, /2026-11-24T/],
	['a day that does not exist', { scheduledAt: '2026-13-45T10:00Z' }, 'scheduledAt', /is not a date/, /2026-11-24T/],
	['seconds instead of milliseconds', { scheduledAt: NOW / 1000 }, 'scheduledAt', /before 2001/, /by 1000/],
	['a wrong year', { scheduledAt: '2226-11-25T10:00Z' }, 'scheduledAt', /two years ahead/, /year/],
	['a true for a date', { scheduledAt: true }, 'scheduledAt', /is not a date/, /2026-11-24T/],
	['a deadline that has passed', { publishBefore: NOW - HOUR }, 'publishBefore', /has passed/, /later/],
	['a deadline that has passed and a person to ask', { publishBefore: NOW, whenLate: 'ask' }, 'publishBefore', /has passed/, /published late/],
	['a rule for a deadline that is not set', { whenLate: 'skip' }, 'whenLate', /Publish Before is not/, /Set Publish Before too/],
	['the default rule for a deadline that is not set', { whenLate: 'ask' }, 'whenLate', /Publish Before is not/, /leave both out/],
	['another rule for a deadline', { publishBefore: NOW + HOUR, whenLate: 'drop' }, 'whenLate', /“drop” is not known/, /ask, skip, publish/],
	['a deadline before the schedule', { scheduledAt: NOW + 2 * HOUR, publishBefore: NOW + HOUR }, 'publishBefore', /is not after Scheduled At/, /later/],
	['metadata over 4 kB', { metadata: { a: 'ä'.repeat(2100) } }, 'metadata', /42\d\d bytes/, /id of the record/],
	['a list for metadata', { metadata: [1] }, 'metadata', /not an object/, /row/],
	['a link too long for its marker', { marker: true, link: `https://shop.example/${'a'.repeat(2020)}` }, 'link', /With its marker/, /switch the marker off/],
];

describe('a request', () => {
	it.each(bad)('is refused with %s', (_why, changes, field, message, hint) => {
		const answer = parseRequest({ ...aRequest(), ...changes } as PublishRequest, NOW);
		expect(answer).toMatchObject({ ok: false, error: { code: 'invalid_request', details: { field } } });
		if (answer.ok) throw new Error('accepted');
		expect(answer.error.message).toMatch(message);
		expect(answer.error.hint).toMatch(hint);
	});

	it('is refused when metadata contains itself', () => {
		const metadata: Record<string, unknown> = {};
		metadata.self = metadata;
		expect(parseRequest(aRequest({ metadata }), NOW)).toMatchObject({ ok: false, error: { details: { field: 'metadata' } } });
	});

	it('is refused when it is none', () => {
		expect(parseRequest(null as unknown as PublishRequest, NOW)).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
	});

	it('is read into the words of a job: trimmed, empty as null, numbers as text', () => {
		const request = parsed({
			account: ' acme-us ', boardId: 1234 as unknown as string, title: '  ', source: 17 as unknown as string, dominantColor: '#AABBCC', marker: true, sectionId: '',
		});
		expect(request).toMatchObject({ account: 'acme-us', source: '17', marker: true, content: { boardId: '1234', title: null, dominantColor: '#aabbcc', sectionId: null } });
	});

	it('is read with the cards of its carousel filled in', () => {
		const { media } = parsed({ media: { kind: 'carousel', cards: [{ image: { kind: 'image_url', url: urls[0]! }, title: ' Hat ' }, { image: { kind: 'image_url', url: urls[1]! }, link: 'https://shop.example/b' }] } }).content;
		expect(media).toEqual({ kind: 'carousel', cards: [
			{ image: { kind: 'image_url', url: urls[0] }, title: 'Hat', description: null, link: null },
			{ image: { kind: 'image_url', url: urls[1] }, title: null, description: null, link: 'https://shop.example/b' },
		] });
	});

	it('may have files of a carousel up to the largest size together', () => {
		expect(parsed({ media: carousel(upload({ bytes: 10 * 1024 * 1024 }), upload({ bytes: 10 * 1024 * 1024 })) as GivenMedia }).content.media.kind).toBe('carousel');
	});

	it('counts characters as people do', () => {
		expect(parsed({ title: '🎩'.repeat(100) }).content.title).toHaveLength(200);
	});

	it('leaves out unknown fields, and keys that would reach a prototype', () => {
		const request = parsed({
			...aRequest(), extra: 1, metadata: JSON.parse('{"a":1,"__proto__":{"x":1},"b":{"constructor":1,"c":2}}') as Record<string, unknown>,
		} as PublishRequest);
		expect(Object.keys(request)).not.toContain('extra');
		expect(JSON.stringify(request.metadata)).toBe('{"a":1,"b":{"c":2}}');
	});

	it.each([
		['2026-11-25T10:00:00+01:00', Date.UTC(2026, 10, 25, 9)],
		['2026-11-25 10:00 Z', Date.UTC(2026, 10, 25, 10)],
		['2026-11-25T10:00:00.123456-05', Date.UTC(2026, 10, 25, 15, 0, 0, 123)],
		['2026-11-25T10:00:00+0530', Date.UTC(2026, 10, 25, 4, 30)],
		['2026-11-25T10:00:00.000+01:00[Europe/Berlin]', Date.UTC(2026, 10, 25, 9)],
		[Date.UTC(2026, 10, 25), Date.UTC(2026, 10, 25)],
		['', null],
	])('understands the instant %s', (given, at) => {
		expect(parsed({ scheduledAt: given }).scheduledAt).toBe(at);
	});

	it.each<[string, Partial<PublishRequest>, RegExp]>([
		['publishes a passed schedule at once', { scheduledAt: '2026-11-20T10:00Z' }, /2026-11-20 10:00 UTC\) has passed, so the Pin is published at once/],
		['publishes late', { publishBefore: '2026-11-20T10:00Z', whenLate: 'publish' }, /Publish Before \(2026-11-20 10:00 UTC\) has passed, so the Pin is published late/],
		['would double an image address that changes', { source: null, media: { kind: 'image_url', url: signedAddress } }, /Set a Source Record ID/],
		['would not notice a changed image', { media: { kind: 'image_url', url: signedAddress } }, /Set an Asset ID/],
		['names no zone', { scheduledAt: NOW + HOUR, assumedZones: { scheduledAt: 'Europe/Berlin', publishBefore: 'Europe/Berlin' } }, /^Scheduled At named no time zone and was read in Europe\/Berlin: \d{4}-\d\d-\d\d \d\d:\d\d UTC\.$/],
		['has no link for its marker', { marker: true, link: null }, /no link to carry a marker/],
	])('is accepted with a warning when it %s', (_name, changes, warning) => {
		expect(parsed(changes).warnings).toEqual([expect.stringMatching(warning)]);
	});

	it.each<[string, Partial<PublishRequest>, string | null]>([
		['no rule without Publish Before', {}, null], ['no rule for an empty one', { publishBefore: '', whenLate: null }, null],
		['a person to ask when nothing is said', { publishBefore: NOW + HOUR }, 'ask'], ['the rule that is given', { publishBefore: NOW + HOUR, whenLate: 'skip' }, 'skip'],
	])('has %s', (_name, changes, rule) => {
		expect(parsed(changes).whenLate).toBe(rule);
	});

	it('has no warning when all is well', () => {
		expect(parsed({ marker: true, scheduledAt: NOW + HOUR, assetId: 'att1', media: { kind: 'image_url', url: signedAddress } }).warnings).toEqual([]);
	});
});

describe('a new job', () => {
	it('is queued and due at once, with its first event', () => {
		const { job, aliases } = newJob(parsed(), NOW, POLICY);
		expect(job).toMatchObject({ state: 'queued', phase: null, revision: 1, seq: 1, dueAt: NOW, attempts: 0, createdAt: NOW, source: 'row-17', lease: null });
		expect(aliases).toEqual([]);
	});

	const later = (account: string, at: number, publishBefore: number | null = null) =>
		dueAtOf({ account, scheduledAt: at, publishBefore }, POLICY, NOW);

	it('with a schedule is due in the three minutes after it, the same at every run', () => {
		const offsets = Array.from({ length: 200 }, (_, index) => later(`acme-${index}`, NOW + HOUR) - NOW - HOUR);
		expect(Math.min(...offsets)).toBeGreaterThanOrEqual(0);
		expect(Math.max(...offsets)).toBeLessThan(POLICY.spreadMs);
		expect(new Set(offsets.map((offset) => Math.floor(offset / (10 * SECOND)))).size).toBe(18);
		expect(later('acme-1', NOW + HOUR)).toBe(later('acme-1', NOW + HOUR));
	});

	it('keeps its place among those of its account', () => {
		const times = [0, 1, 30, 60, 3600].map((seconds) => later('acme-us', NOW + HOUR + seconds * SECOND));
		expect(times).toEqual([...times].sort((a, b) => a - b));
		expect(new Set(times).size).toBe(times.length);
	});

	it('is never spread beyond its deadline', () => {
		for (let index = 0; index < 50; index++) expect(later(`a${index}`, NOW + HOUR, NOW + HOUR + MINUTE)).toBeLessThan(NOW + HOUR + MINUTE / 2 + 1);
	});

	it('is due at once when its schedule has passed', () => {
		expect(later('acme-us', NOW - HOUR)).toBe(NOW);
	});
});
