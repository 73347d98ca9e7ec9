import fc from 'fast-check';
import { legible, packed, unpacked } from '../../../src/store/packing';

const CONTENT = JSON.stringify({
	content: {
		boardId: '549755885175', link: 'https://shop.example/products/linen-shirt?utm_source=pinterest', title: 'Linen shirt, undyed',
		description: 'Woven in Portugal, washed twice. In five sizes, sent within two days.', media: { kind: 'image_url', url: 'https://cdn.shop.example/2026/linen-shirt.jpg' },
	},
	source: 'row-77', fingerprint: { boardId: 'elaw4ogzqbnsj5zc', link: 'mrkx574zs22cpmln', title: 'cvbiiavhwjjfhe5u', description: '6tofk47jcvt6r2ye', media: 'aeafjuqkosfxgyd2' },
});

const text = fc.string({ unit: 'binary', maxLength: 300 });
const contents = fc.dictionary(text, fc.oneof(text, fc.constantFrom('board', 'link', 'https://shop.example/'), fc.integer(), fc.constant(null))).map((content) => JSON.stringify(content));

describe('what is packed', () => {
	it('is given back as it was, whatever it says', () => {
		fc.assert(fc.property(contents, (json) => unpacked(packed(json)) === json), { numRuns: 500 });
	});

	it('is never longer than what it was', () => {
		fc.assert(fc.property(contents, (json) => Buffer.byteLength(packed(json)) <= Buffer.byteLength(json)));
		expect(packed('{}')).toBe('{}');
	});

	it('takes half of the content of a usual Pin', () => {
		expect(packed(CONTENT).length).toBeLessThan(0.5 * CONTENT.length);
	});

	it('is told from any text among the answers of Redis', () => {
		fc.assert(fc.property(text, fc.integer(), contents, (said, number, json) => {
			const kept = packed(json), bytes = (one: string | Buffer) => Buffer.from(one as string);
			expect(legible([bytes(said), [number, null, bytes(kept)], Buffer.alloc(0)])).toEqual([bytes(said).toString(), [number, null, kept], '']);
		}));
	});

	it('is read for as long as it is kept: the dictionary stays as it is, also that of an earlier build', () => {
		expect(unpacked(Buffer.from('gJWTsW7DIBCGX+WU2bVaZEw6dY7UoVtnAocB25AYDLalvHuVSmlcuRm6n3T3/f93D9bT6pVRut/TF0a3p1xbK3Hi/anDe1edceiegjZDfPvLgRXA+3UUvkcLGJ2cUW6YPn1CB8bBhx/i2PCugMyDRgkxG4ElHBwokxCCWTAUENBFyCZq4yBmD5LPofxXFjchf9DIM6nXWLcX+G0KY7visS3Y8Vz5ZjkfXbB0Efc0+6GdKKuWQIg49Z1b5SPS0RiedLZWaaTjJpw6etVWzIoU64HMuBKMI1d2PLc+qKmZJdldLl8=', 'base64'))).toBe(CONTENT);
		expect(unpacked('1lZOxbsMgEIZf5ZTZtVpkTDp1jtShW2cChwHbkBgMtqW8e5VKaVy5GbqfdPf9/3cP1tPqlVG639MXRrenXFsrceL9qcN7V51x6J6CNkN8+8uBFcD7dRS+RwsYnZxRbpg+fUIHxsGHH+LY8K6AzINGCTEbgSUcHCiTEIJZMBQQ0EXIJmrjIGYPks+h/FcWNyF/0MgzqddYtxf4bQpju+KxLdjxXPlmOR9dsHQR9zT7oZ0oq5ZAiDj1nVvlI9LRGJ50tlZppOMmnDp61VbMihTrgcy4EowjV3Y8tz6oqZkl2V0uXw==')).toBe(CONTENT);
	});
});
