import { EngineError } from '../errors';

/** What the first bytes of an image say. */
export interface ImageFacts {
	contentType: 'image/jpeg' | 'image/png';
	width: number;
	height: number;
}

/** Largest image that may be published, bytes. Pinterest states none for the API; 20 MB is what publishers report (2026-11). */
export const MAX_IMAGE_BYTES = 20 * 1024 * 1024;

/** The facts of a JPEG or PNG, read from its header alone; null for anything else, or a header that is cut. */
export function sniffImage(bytes: Buffer): ImageFacts | null {
	return sniffPng(bytes) ?? sniffJpeg(bytes);
}

/** The facts of an image that may be published; throws `media_too_large`, or `invalid_request` when it is neither JPEG nor PNG. */
export function imageOf(bytes: Buffer): ImageFacts {
	if (bytes.length > MAX_IMAGE_BYTES) {
		const megabytes = (bytes.length / 1024 / 1024).toFixed(1);
		throw new EngineError('media_too_large', { message: `The image has ${megabytes} MB.`, hint: 'Use an image of at most 20 MB.' });
	}
	const image = sniffImage(bytes);
	if (!image) {
		// Pinterest API 5.23 description: image_base64 takes image/jpeg and image/png only (2026-11).
		throw new EngineError('invalid_request', {
			message: `The binary data is not a JPEG or PNG image (${bytes.length} bytes).`,
			hint: 'Convert the image to JPEG or PNG first, for example with the Edit Image node.',
		});
	}
	return image;
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function sniffPng(bytes: Buffer): ImageFacts | null {
	if (bytes.length < 24 || !bytes.subarray(0, 8).equals(PNG_SIGNATURE) || bytes.toString('latin1', 12, 16) !== 'IHDR') return null;
	return withSize('image/png', bytes.readUInt32BE(16), bytes.readUInt32BE(20));
}

/** Walks the segments of a JPEG up to the frame header, which has the size. */
function sniffJpeg(bytes: Buffer): ImageFacts | null {
	if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return null;
	let at = 2;
	while (at + 9 <= bytes.length && bytes[at] === 0xff) {
		const marker = bytes[at + 1] ?? 0;
		if (isFrameHeader(marker)) return withSize('image/jpeg', bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5));
		const standsAlone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
		if (marker === 0xff) at += 1; // fill byte
		else at += standsAlone ? 2 : 2 + bytes.readUInt16BE(at + 2);
	}
	return null;
}

/** SOF0 to SOF15, without the tables (DHT, JPG, DAC) that share their numbers. */
function isFrameHeader(marker: number): boolean {
	return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function withSize(contentType: ImageFacts['contentType'], width: number, height: number): ImageFacts | null {
	return width > 0 && height > 0 ? { contentType, width, height } : null;
}
