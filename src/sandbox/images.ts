import { createHash } from 'node:crypto';
import { refuse, type Answer } from './answers';
import { webAddressOf } from './web-address';

/** What can be wrong with an image; `fine` overrules a mark in the URL. */
export type ImageVerdict = 'fine' | 'broken' | 'too-small' | 'unreachable' | 'our-end' | 'other-size';

const answers: Record<Exclude<ImageVerdict, 'fine' | 'other-size'>, () => Answer> = {
	broken: refuse.imageBroken,
	'too-small': refuse.imageTooSmall,
	unreachable: refuse.imageUnreachable,
	'our-end': refuse.ourEnd,
};
const maxImageBytes = 20 * 1024 * 1024;
const signatures: Record<string, Buffer> = {
	'image/jpeg': Buffer.from([0xff, 0xd8, 0xff]),
	'image/png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
};

/** Judges images without a network: a URL by marks in it or by what was said of it, bytes by their signature. */
export class Images {
	private readonly said = new Map<string, { verdict: ImageVerdict; times: number }>();

	/** From now on, for `times` fetches (default: always), the URL is so. */
	say(url: string, verdict: ImageVerdict, times = Infinity): void {
		this.said.set(url, { verdict, times });
	}

	/** The refusal that fetching this URL leads to; null when all is well. */
	fetchFault(url: string): Answer | null {
		return faultOf(this.verdictOn(url));
	}

	/** The same for the images of a carousel, which must be of one size besides. */
	carouselFault(urls: string[]): Answer | null {
		const verdicts = urls.map((url) => this.verdictOn(url));
		const fault = verdicts.map(faultOf).find((refusal) => refusal !== null) ?? null;
		return fault ?? sizesFault(verdicts.map((verdict) => (verdict === 'other-size' ? 'another' : 'usual')));
	}

	private verdictOn(url: string): ImageVerdict {
		const said = this.said.get(url);
		if (said && said.times > 0) {
			said.times -= 1;
			return said.verdict;
		}
		const address = webAddressOf(url);
		if (!address) return 'unreachable';
		const { hostname, pathname } = address;
		const marks = [...Object.keys(answers), 'other-size'] as Exclude<ImageVerdict, 'fine'>[];
		return marks.find((mark) => `${hostname}${pathname}`.includes(mark)) ?? 'fine';
	}
}

const faultOf = (verdict: ImageVerdict): Answer | null => (verdict === 'fine' || verdict === 'other-size' ? null : answers[verdict]());

const sizesFault = (sizes: string[]): Answer | null => (new Set(sizes).size > 1 ? refuse.imageSizesDiffer() : null);

/** The refusal that the bytes of a carousel lead to. Sizes are compared as far as a PNG tells them in its begin. */
export function carouselBytesFault(images: { content_type: string; data: string }[]): Answer | null {
	const fault = images.map(bytesFault).find((refusal) => refusal !== null) ?? null;
	return fault ?? sizesFault(images.filter(({ content_type: type }) => type === 'image/png').map(({ data }) => Buffer.from(data.slice(0, 40), 'base64').toString('hex', 16, 24)));
}

/** The refusal that these bytes lead to; null when they are an image of the type they claim. */
export function bytesFault({ content_type, data }: { content_type: string; data: string }): Answer | null {
	const image = Buffer.from(data, 'base64');
	const signature = signatures[content_type];
	const isImage = signature !== undefined && image.subarray(0, signature.length).equals(signature);
	return isImage && image.length <= maxImageBytes ? null : refuse.imageBroken();
}

/** sha256 of what the base64 text stands for, hexadecimal. */
export const bytesSha256 = (data: string): string => createHash('sha256').update(Buffer.from(data, 'base64')).digest('hex');
