import { MAX_IMAGE_BYTES } from '../../../src/job/media-limits';
import { imageOf, sniffImage } from '../../../src/publish/media';

const hex = (text: string): Buffer => Buffer.from(text.replace(/[^0-9a-f]/g, ''), 'hex');
const png = (width: string, height: string): Buffer => hex(`89504e470d0a1a0a 0000000d 49484452 ${width} ${height} 0802000000`);
/** Start, an APP0 segment of `length` bytes, then whatever follows. */
const jpeg = (rest: string, app0 = 'ffe0 0004 4a46'): Buffer => hex(`ffd8 ${app0} ${rest}`);
const frame = (marker: string): string => `${marker} 0011 08 0190 012c 03 012200 021101 031101`;

describe('what the header of an image says', () => {
	it.each([
		{ what: 'a PNG', bytes: png('000003e8', '000005dc'), is: { contentType: 'image/png', width: 1000, height: 1500 } },
		{ what: 'a baseline JPEG', bytes: jpeg(frame('ffc0')), is: { contentType: 'image/jpeg', width: 300, height: 400 } },
		{ what: 'a progressive JPEG', bytes: jpeg(frame('ffc2')), is: { contentType: 'image/jpeg', width: 300, height: 400 } },
		{ what: 'a JPEG whose tables come before its frame', bytes: jpeg(`ffc4 0004 0000 ffcc 0004 0000 ${frame('ffc0')}`), is: { width: 300, height: 400 } },
		{ what: 'a JPEG with fill bytes', bytes: jpeg(`ffff${frame('ffc0')}`), is: { width: 300, height: 400 } },
		{ what: 'a JPEG with a megabyte less a bit of metadata', bytes: jpeg(`${'ffe1fffd'.padEnd(0xffff * 2, '00')}`.repeat(15) + frame('ffc0')), is: { width: 300, height: 400 } },
		{ what: 'a GIF', bytes: Buffer.concat([Buffer.from('GIF89a'), hex('2c01 9001 00 00 00')]), is: { contentType: 'image/gif', width: 300, height: 400 } },
		{ what: 'a WebP', bytes: hex('52494646 16000000 57454250 56503820 0a000000 300100 9d012a 2c01 9001'), is: { contentType: 'image/webp', width: 300, height: 400 } },
		{ what: 'a JPEG with markers that stand alone', bytes: jpeg(`ffd0 ff01 ${frame('ffc0')}`), is: { width: 300, height: 400 } },
	])('is read of $what', ({ bytes, is }) => {
		expect(sniffImage(bytes)).toMatchObject(is);
	});

	it.each([
		{ what: 'nothing', bytes: Buffer.alloc(0) },
		{ what: 'a GIF that is cut', bytes: Buffer.from('GIF89a') },
		{ what: 'a WebP that is cut', bytes: Buffer.from('RIFF....WEBPVP8 ') },
		{ what: 'a TIFF', bytes: hex('49492a00 08000000 0200 0001 0300 01000000 2c010000 0101 0300 01000000 90010000 00000000') },
		{ what: 'a drawing', bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="300" height="400"></svg>') },
		{ what: 'HTML', bytes: Buffer.from('<!doctype html><title>Sign in</title>') },
		{ what: 'a cut PNG', bytes: png('000003e8', '000005dc').subarray(0, 20) },
		{ what: 'a PNG without its first chunk', bytes: hex('89504e470d0a1a0a 0000000d 49444154 00000001 00000001 00') },
		{ what: 'a PNG without width', bytes: png('00000000', '000005dc') },
		{ what: 'a JPEG without a frame', bytes: jpeg('ffd9') },
		{ what: 'a JPEG cut in its frame', bytes: jpeg(frame('ffc0')).subarray(0, 13) },
		{ what: 'a JPEG whose segment says it has no length', bytes: jpeg('ffe1 0000 ffe1 0000 ffe1 0000') },
	])('is nothing for $what', ({ bytes }) => {
		expect(sniffImage(bytes)).toBeNull();
	});
});

describe('an image to publish', () => {
	it('is taken up to the largest size', () => {
		const bytes = Buffer.concat([png('000003e8', '000005dc'), Buffer.alloc(MAX_IMAGE_BYTES)]).subarray(0, MAX_IMAGE_BYTES);
		expect(imageOf(bytes)).toMatchObject({ contentType: 'image/png' });
	});

	it('is taken down to the least size', () => {
		expect(imageOf(png('00000064', '00000064'))).toMatchObject({ width: 100, height: 100 });
	});

	const container = (brand: string): Buffer => Buffer.concat([hex('00000020'), Buffer.from(`ftyp${brand}`), Buffer.alloc(3 * 1024 * 1024)]);
	const convert = /Edit Image node, or give its public address as Image URL/;
	it.each<[what: string, bytes: Buffer, code: string, message: RegExp, hint: RegExp]>([
		['larger', Buffer.concat([png('000003e8', '000005dc'), Buffer.alloc(MAX_IMAGE_BYTES)]), 'media_too_large', /20\.0 MB/, /20 MB/],
		['too narrow', png('00000063', '000005dc'), 'invalid_request', /99 x 1500 pixels/, /less than 100 pixels/],
		['too low', png('000003e8', '00000063'), 'invalid_request', /1000 x 99 pixels/, /1000 x 1500/],
		['empty', Buffer.alloc(0), 'invalid_request', /empty/, /node before/],
		['a GIF', Buffer.from('GIF89a'), 'invalid_request', /a GIF image/, convert],
		['a WebP', Buffer.from('RIFF....WEBPVP8 '), 'invalid_request', /a WebP image/, convert],
		['a HEIC', container('heic'), 'invalid_request', /a HEIC image/, /Save it as JPEG/],
		['an AVIF', container('avif'), 'invalid_request', /an AVIF image/, /Save it as JPEG/],
		['a TIFF', hex('49492a00'), 'invalid_request', /a TIFF image/, /Save it as JPEG/],
		['a BMP', Buffer.from('BM....'), 'invalid_request', /a BMP image/, /Save it as JPEG/],
		['an MP4', container('isom'), 'invalid_request', /a video \(3\.0 MB\)/, /public one .* choose Video URL/],
		['an M4V', container('M4V '), 'invalid_request', /a video/, /choose Video URL/],
		['a MOV', container('qt  '), 'invalid_request', /a video/, /choose Video URL/],
		['an old MOV', Buffer.concat([hex('00000020'), Buffer.from('moov')]), 'invalid_request', /a video/, /choose Video URL/],
		['a WebM', hex('1a45dfa3 01000000'), 'invalid_request', /a video/, /choose Video URL/],
		['an AVI', Buffer.from('RIFF....AVI LIST'), 'invalid_request', /a video/, /choose Video URL/],
		['a sound', Buffer.from('RIFF....WAVEfmt '), 'invalid_request', /not a JPEG or PNG image \(16 bytes\)/, /Convert/],
		['a large video', Buffer.concat([container('isom'), Buffer.alloc(MAX_IMAGE_BYTES)]), 'invalid_request', /a video \(23\.0 MB\)/, /choose Video URL/],
		['a page', Buffer.from('\n<!DOCTYPE html><title>Sign in</title>'), 'invalid_request', /a web page/, /login/],
		['a cut PNG', png('000003e8', '000005dc').subarray(0, 20), 'invalid_request', /size cannot be read \(20 bytes\)/, /cut or damaged/],
		['a cut JPEG', jpeg(frame('ffc0')).subarray(0, 13), 'invalid_request', /size cannot be read/, /cut or damaged/],
		['something else', Buffer.from('%PDF-1.7'), 'invalid_request', /not a JPEG or PNG image \(8 bytes\)/, /Convert/],
	])('is refused when it is %s', (_what, bytes, code, message, hint) => {
		expect(() => imageOf(bytes)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string, hint: expect.stringMatching(hint) as string }));
	});
});
