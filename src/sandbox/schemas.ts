import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';

/** The body of POST /pins, once it is valid. */
export interface PinBody {
	board_id: string;
	board_section_id?: string | null;
	title?: string | null;
	description?: string | null;
	alt_text?: string | null;
	link?: string | null;
	dominant_color?: string | null;
	parent_pin_id?: string | null;
	media_source: MediaSource;
}

export type MediaSource =
	| { source_type: 'image_url'; url: string }
	| { source_type: 'image_base64'; content_type: string; data: string }
	| { source_type: 'multiple_image_urls'; items: { url: string }[] }
	| { source_type: 'multiple_image_base64'; items: { content_type: string; data: string }[] }
	| VideoSource;

export interface VideoSource {
	source_type: 'video_id';
	media_id: string;
	cover_image_url?: string;
	cover_image_data?: string;
	cover_image_content_type?: string;
	cover_image_key_frame_time?: number;
}

// Limits: Pinterest API 5.23 description (2026-11). board_id and media_source are not required there, but by the server.
const text = (maxLength: number) => ({ type: 'string', maxLength, nullable: true });
const id = { type: 'string', pattern: '^\\d+$' };
const bytes = {
	content_type: { type: 'string', enum: ['image/jpeg', 'image/png'] },
	data: { type: 'string', pattern: '^[a-zA-Z0-9+/=]+$' },
};
const perImage = { title: { type: 'string' }, description: { type: 'string' }, link: { type: 'string' } };
const object = (properties: object, required: string[]) => ({ type: 'object', properties, required });
const several = (properties: object, required: string[]) => ({
	items: { type: 'array', minItems: 2, maxItems: 5, items: object({ ...properties, ...perImage }, required) },
	index: { type: 'integer', minimum: 0 },
});

const mediaSources: Record<MediaSource['source_type'], object> = {
	image_url: object({ url: { type: 'string' }, is_standard: { type: 'boolean' } }, ['url']),
	image_base64: object({ ...bytes, is_standard: { type: 'boolean' } }, ['content_type', 'data']),
	multiple_image_urls: object(several({ url: { type: 'string' } }, ['url']), ['items']),
	multiple_image_base64: object(several(bytes, ['content_type', 'data']), ['items']),
	video_id: object(
		{
			media_id: id,
			cover_image_url: { type: 'string' },
			cover_image_data: { type: 'string' },
			cover_image_content_type: bytes.content_type,
			cover_image_key_frame_time: { type: 'integer', minimum: 0 },
		},
		['media_id'],
	),
};

const pin = object(
	{
		board_id: id,
		board_section_id: { ...id, nullable: true },
		title: text(100),
		description: text(800),
		alt_text: text(500),
		link: text(2048),
		dominant_color: { type: 'string', pattern: '^#[0-9A-Fa-f]{6}$', nullable: true },
		parent_pin_id: { ...id, nullable: true },
		sponsor_id: { ...id, nullable: true },
		media_source: object({ source_type: { type: 'string', enum: Object.keys(mediaSources) } }, ['source_type']),
	},
	['board_id', 'media_source'],
);

const ajv = new Ajv({ verbose: true });
const validPin = ajv.compile(pin);
const validSources = new Map(Object.entries(mediaSources).map(([type, schema]) => [type, ajv.compile(schema)]));
const validMedia = ajv.compile(object({ media_type: { type: 'string', enum: ['video'] } }, ['media_type']));
const validPageSize = ajv.compile({ type: 'integer', minimum: 1, maximum: 250 });

/** What Pinterest would say against the body of POST /pins; null when it is valid. */
export function pinFault(body: unknown): string | null {
	// The source by its own schema: the errors of a oneOf over all of them would say nothing.
	return complaint(validPin, body) ?? sourceFault((body as PinBody).media_source);
}

/** The same for POST /media. */
export const mediaFault = (body: unknown): string | null => complaint(validMedia, body);

/** The same for the page_size of a listing. */
export const pageSizeFault = (size: number): string | null => complaint(validPageSize, size);

function sourceFault(source: MediaSource): string | null {
	return complaint(validSources.get(source.source_type)!, source);
}

function complaint(valid: ValidateFunction, value: unknown): string | null {
	return valid(value) ? null : wording(valid.errors![0]!);
}

/** The words of Python's jsonschema, which Pinterest's answers show (observed in public code, 2026-11). */
function wording({ keyword, params, data, message }: ErrorObject): string {
	const shown = typeof data === 'string' ? `'${data.slice(0, 80)}'` : (JSON.stringify(data) ?? 'None').slice(0, 80);
	switch (keyword) {
		case 'pattern':
			return `${shown} does not match '${params.pattern as string}'`;
		case 'maxLength':
			return `${shown} is too long, constraint: maxLength=${params.limit as number}`;
		case 'maxItems':
		case 'minItems':
			return `the list has the wrong length, constraint: ${keyword}=${params.limit as number}`;
		case 'required':
			return `'${params.missingProperty as string}' is a required property`;
		case 'enum':
			return `${shown} is not one of [${(params.allowedValues as string[]).map((value) => `'${value}'`).join(', ')}]`;
		case 'type':
			return `${shown} is not of type '${String(params.type)}'`;
		default:
			return `${shown} ${message}`;
	}
}
