import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type AnySchemaObject } from 'ajv';
import { hashesOf } from '../../../src/job/media';
import type { PublishRequest } from '../../../src/job/request';
import type { GivenMedia } from '../../../src/job/request-media';
import { pinBody } from '../../../src/publish/pin-body';
import { REGISTRATION } from '../../../src/publish/pinterest-client';
import { aPng } from '../../support/image';
import { parsed } from '../job/builders';

// Pinterest's own description of its API; it is not ours to ship, so it lies beside the checkout where there is one.
const FILE = join(__dirname, '../../../../shared/facts/pinterest-openapi.subset.json');
const isHere = existsSync(FILE);

type Schemas = Record<string, { properties?: Record<string, { enum?: string[]; $ref?: string; items?: { $ref?: string } }> }>;
const document = isHere ? JSON.parse(readFileSync(FILE, 'utf8')) as { components: { schemas: Schemas } } : { components: { schemas: {} } };
const schemas = document.components.schemas;
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
if (isHere) ajv.addSchema(document as AnySchemaObject, 'pinterest');

/** What the schema of this name says against a value. */
function faults(name: string, value: unknown): string[] {
	const valid = ajv.compile({ $ref: `pinterest#/components/schemas/${name}` });
	return valid(value) ? [] : valid.errors!.map(({ instancePath, message }) => `${name}${instancePath} ${message}`);
}

/** Properties that the schema does not name: the description forbids none, but nobody reads them either. */
function unnamed(name: string, value: object): string[] {
	const properties = schemas[name]?.properties ?? {};
	return Object.entries(value).flatMap(([field, inner]) => {
		const property = properties[field];
		if (!property) return [`${name} has no ${field}`];
		const item = property.items?.$ref?.split('/').at(-1);
		return item && Array.isArray(inner) ? inner.flatMap((one) => unnamed(item, one as object)) : [];
	});
}

/** The schema of a media source, by its type: the errors of a oneOf over all of them would say nothing. */
function sourceSchema(type: string): string {
	const named = Object.keys(schemas).find((name) => schemas[name]!.properties?.source_type?.enum?.includes(type) && name !== 'PinMediaSource');
	if (named === undefined) throw new Error(`The description has no media source ${type}.`);
	return named;
}

const FILES = [aPng({ mark: 1 }), aPng({ mark: 2 })];
const byUrl = (n: number) => ({ kind: 'image_url', url: `https://cdn.example/${n}.jpg` }) as const;
const byBytes = (n: number) => ({ kind: 'image_base64', sha256: String(n).repeat(64), contentType: 'image/png', bytes: FILES[n]!.length }) as const;
const texts = { title: 'Hat', description: 'Of straw', link: 'https://shop.example/hat' };

const kinds: Record<string, GivenMedia> = {
	image_url: byUrl(0),
	image_base64: byBytes(0),
	multiple_image_urls: { kind: 'carousel', cards: [{ image: byUrl(0), ...texts }, { image: byUrl(1) }] },
	'video_id, a frame as cover': { kind: 'video_url', url: 'https://cdn.example/a.mp4', cover: { kind: 'frame', atSeconds: 3 } },
	'video_id, the address of an image as cover': { kind: 'video_url', url: 'https://cdn.example/a.mp4', cover: byUrl(0) },
	'video_id, a file as cover': { kind: 'video_url', url: 'https://cdn.example/a.mp4', cover: byBytes(0) },
	multiple_image_base64: { kind: 'carousel', cards: [{ image: byBytes(0) }, { image: byBytes(1), ...texts }] },
};
const requests: [string, Partial<PublishRequest>][] = [
	['with every field', { sectionId: '77', dominantColor: '#6e7874' }],
	['with as little as may be', { sectionId: null, link: null, title: null, description: null, altText: null }],
	['with texts as long as may be', { title: 'ä'.repeat(100), description: 'ä'.repeat(800), altText: 'ä'.repeat(500), link: `https://shop.example/${'a'.repeat(2048 - 21)}` }],
];

function bodyOf(request: Partial<PublishRequest>): { media_source: { source_type: string } } {
	const { content } = parsed(request);
	const kept = new Map(hashesOf(content.media).map((sha256) => [sha256, FILES[Number(sha256[0])]!]));
	return JSON.parse(pinBody(content, content.link, kept, '123456789').toString()) as never;
}

const cases = Object.entries(kinds).flatMap(([kind, media]) => requests.map(([how, request]) => [kind, how, { ...request, media }] as const));

if (isHere) {
	it.each(cases)('the request of a Pin of kind %s, %s, is as Pinterest describes it', (kind, _how, request) => {
		const body = bodyOf(request), [type] = kind.split(',') as [string];
		expect(body.media_source.source_type).toBe(type);
		const { media_source: source, ...rest } = body;
		const schema = sourceSchema(type);
		expect([...faults('PinCreate', rest), ...unnamed('PinCreate', body), ...faults(schema, source), ...unnamed(schema, source)]).toEqual([]);
	});

	it('the registration of a video is as Pinterest describes it', () => {
		const body = JSON.parse(REGISTRATION.toString()) as object;
		expect([...faults('MediaUploadCreate', body), ...unnamed('MediaUploadCreate', body)]).toEqual([]);
	});

	it('a request that is not as Pinterest describes it is found out', () => {
		const source = { source_type: 'multiple_image_urls', items: [{ url: 1, alt: 'Hat' }] };
		expect(faults(sourceSchema(source.source_type), source)).toEqual([
			'PinMediaSourceImagesURL/items must NOT have fewer than 2 items', 'PinMediaSourceImagesURL/items/0/url must be string',
		]);
		expect(unnamed(sourceSchema(source.source_type), source)).toEqual(['PinMediaSourceImagesURLItem has no alt']);
		expect(faults('PinCreate', { board_id: 'Summer', title: 'a'.repeat(101) })).toHaveLength(2);
	});
} else {
	// What cannot be looked at is said, not left out.
	it.skip('requests are not compared with Pinterest\'s description: ../shared/facts/pinterest-openapi.subset.json is not here', () => undefined);
}

it('a carousel carries the title, description and link of each image that has them, in order', () => {
	const items = (type: string) => (bodyOf({ media: kinds[type]! }).media_source as unknown as { items: object[] }).items;
	expect(items('multiple_image_urls')).toEqual([{ url: 'https://cdn.example/0.jpg', ...texts }, { url: 'https://cdn.example/1.jpg' }]);
	expect(items('multiple_image_base64')).toEqual([FILES[0]!, FILES[1]!].map((file, n) => ({ content_type: 'image/png', data: file.toString('base64'), ...(n === 1 ? texts : {}) })));
});
