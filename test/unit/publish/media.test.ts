import { imageOf, MAX_IMAGE_BYTES, sniffImage } from '../../../src/publish/media';

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
		{ what: 'a JPEG with markers that stand alone', bytes: jpeg(`ffd0 ff01 ${frame('ffc0')}`), is: { width: 300, height: 400 } },
	])('is read of $what', ({ bytes, is }) => {
		expect(sniffImage(bytes)).toMatchObject(is);
	});

	it.each([
		{ what: 'nothing', bytes: Buffer.alloc(0) },
		{ what: 'a GIF', bytes: Buffer.from('GIF89a..........................') },
		{ what: 'a WebP', bytes: Buffer.from('RIFF....WEBPVP8 ................') },
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

	it.each([
		{ what: 'larger', bytes: Buffer.alloc(MAX_IMAGE_BYTES + 1), code: 'media_too_large' },
		{ what: 'of another kind', bytes: Buffer.from('GIF89a'), code: 'invalid_request' },
	])('is refused when it is $what', ({ bytes, code }) => {
		expect(() => imageOf(bytes)).toThrow(expect.objectContaining({ code }));
	});
});
