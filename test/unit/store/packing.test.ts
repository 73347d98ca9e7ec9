import fc from 'fast-check';
import { packed, unpacked } from '../../../src/store/packing';

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

	it('is text of one byte a character, and never longer than what it was', () => {
		fc.assert(fc.property(contents, (json) => {
			const text = packed(json);
			return Buffer.byteLength(text) <= Buffer.byteLength(json) && (text === json || /^1[\w+/]+=*$/.test(text));
		}));
		expect(packed('{}')).toBe('{}');
	});

	it('takes two thirds of the content of a usual Pin', () => {
		expect(packed(CONTENT).length).toBeLessThan(0.65 * CONTENT.length);
	});

	it('is read for as long as it is kept: the dictionary stays as it is', () => {
		expect(unpacked('1lZOxbsMgEIZf5ZTZtVpkTDp1jtShW2cChwHbkBgMtqW8e5VKaVy5GbqfdPf9/3cP1tPqlVG639MXRrenXFsrceL9qcN7V51x6J6CNkN8+8uBFcD7dRS+RwsYnZxRbpg+fUIHxsGHH+LY8K6AzINGCTEbgSUcHCiTEIJZMBQQ0EXIJmrjIGYPks+h/FcWNyF/0MgzqddYtxf4bQpju+KxLdjxXPlmOR9dsHQR9zT7oZ0oq5ZAiDj1nVvlI9LRGJ50tlZppOMmnDp61VbMihTrgcy4EowjV3Y8tz6oqZkl2V0uXw==')).toBe(CONTENT);
	});
});
