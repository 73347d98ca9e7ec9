import { createHash } from 'node:crypto';
import probe from 'probe-image-size/sync';
import { EngineError } from '../errors';
import { assertNever } from '../job/assert-never';
import type { Image } from '../job/job';
import { LEAST_PIXELS, MAX_IMAGE_BYTES, megabytes } from '../job/media-limits';

/** What the header of an image says. */
export interface ImageFacts {
	contentType: 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp';
	width: number;
	height: number;
}

/** An image that Pinterest takes as a file. */
export type FileFacts = ImageFacts & { contentType: 'image/jpeg' | 'image/png' };

const TYPES: Record<string, ImageFacts['contentType']> = { jpg: 'image/jpeg', png: 'image/png', gif: 'image/gif', webp: 'image/webp' };

/** The facts of an image of a type that Pinterest loads, read from its header alone; null for anything else, or a header that is cut. */
export function sniffImage(bytes: Buffer): ImageFacts | null {
	const found = probe(bytes), contentType = found && TYPES[found.type];
	return contentType ? { contentType, width: found.width, height: found.height } : null;
}

/** The image that these bytes are, by their hash; throws as `imageOf`. */
export function fileOf(bytes: Buffer): Extract<Image, { kind: 'image_base64' }> {
	const { contentType } = imageOf(bytes);
	return { kind: 'image_base64', sha256: createHash('sha256').update(bytes).digest('hex'), contentType, bytes: bytes.length };
}

/** The facts of an image that may be published as a file; throws `media_too_large`, or `invalid_request` when it is no JPEG or PNG of some size. */
export function imageOf(bytes: Buffer): FileFacts {
	const image = sniffImage(bytes);
	// What it is comes first: a smaller video would not do either.
	if (!image || !isForFiles(image)) throw refusalOf(bytes);
	if (bytes.length > MAX_IMAGE_BYTES) {
		throw new EngineError('media_too_large', { message: `The image has ${megabytes(bytes.length)}.`, hint: 'Use an image of at most 20 MB.' });
	}
	if (Math.min(image.width, image.height) < LEAST_PIXELS) {
		throw invalid(
			`The image has ${image.width} x ${image.height} pixels.`,
			`Pinterest refuses images with less than ${LEAST_PIXELS} pixels on a side. 1000 x 1500 pixels serve well.`,
		);
	}
	return image;
}

// Pinterest API 5.23 description: image_base64 takes image/jpeg and image/png only (2026-11).
const isForFiles = (image: ImageFacts): image is FileFacts => image.contentType === 'image/jpeg' || image.contentType === 'image/png';

const CONVERT = 'Convert it to JPEG or PNG first, for example with the Edit Image node';

function refusalOf(bytes: Buffer): EngineError {
	const kind = kindOf(bytes);
	switch (kind) {
		case 'empty': return invalid('The file is empty.', 'Look at what the node before this one has read: it is to be a JPEG or PNG image.');
		case 'video': return invalid(`The file is a video (${megabytes(bytes.length)}).`, 'Pinterest takes videos by their address: put it where it has a public one (S3, a CMS, a shop) and choose Video URL.');
		case 'GIF':
		case 'WebP': return invalid(`The file is a ${kind} image, and Pinterest takes files as JPEG or PNG only.`, `${CONVERT}, or give its public address as Image URL: from there Pinterest takes ${kind} too.`);
		case 'HEIC':
		case 'AVIF':
		case 'TIFF':
		case 'BMP': return invalid(`The file is ${kind === 'AVIF' ? 'an' : 'a'} ${kind} image, and Pinterest takes JPEG or PNG files only.`, 'Save it as JPEG or PNG first.');
		case 'web page': return invalid('The file is a web page, not an image.', 'Read the direct address of the image. A page often comes instead of an image that needs a login.');
		case 'image that is cut': return invalid(`The file begins as a JPEG or PNG image, but its size cannot be read (${bytes.length} bytes).`, 'It is cut or damaged: read or save it again.');
		case 'something else': return invalid(`The file is not a JPEG or PNG image (${bytes.length} bytes).`, `${CONVERT}.`);
		default: return assertNever(kind);
	}
}

const invalid = (message: string, hint: string) => new EngineError('invalid_request', { message, hint });

/** What the first bytes of a file that is no usable image say that it is. */
export function kindOf(bytes: Buffer) {
	const text = (from: number, to: number): string => bytes.toString('latin1', from, to);
	if (bytes.length === 0) return 'empty';
	// MP4, MOV, HEIC and AVIF are one container; its brand tells which.
	if (text(4, 8) === 'ftyp') return /^avi[fs]/.test(text(8, 12)) ? 'AVIF' : /^(hei|hev|mif1|msf1)/.test(text(8, 12)) ? 'HEIC' : 'video';
	if (/^(moov|mdat|wide|free)$/.test(text(4, 8)) || /^(1a45dfa3|464c5601|000001ba)/.test(bytes.toString('hex', 0, 4))) return 'video';
	if (text(0, 4) === 'RIFF') return text(8, 12) === 'WEBP' ? 'WebP' : text(8, 12) === 'AVI ' ? 'video' : 'something else';
	if (text(0, 4) === 'GIF8') return 'GIF';
	if (/^(II\*\0|MM\0\*)/.test(text(0, 4))) return 'TIFF';
	if (text(0, 2) === 'BM') return 'BMP';
	if (/^\s*<(!doctype html|html)/i.test(text(0, 200))) return 'web page';
	return bytes.subarray(0, 8).equals(PNG_SIGNATURE) || text(0, 3) === '\xff\xd8\xff' ? 'image that is cut' : 'something else';
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
