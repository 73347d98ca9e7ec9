import { createHash } from 'node:crypto';
import { refuse, type Answer } from './answers';

/** What can be wrong with an image; `fine` overrules a mark in the URL. */
export type ImageVerdict = 'fine' | 'broken' | 'too-small' | 'unreachable' | 'our-end';

const answers: Record<Exclude<ImageVerdict, 'fine'>, () => Answer> = {
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
		const verdict = this.verdictOn(url);
		return verdict === 'fine' ? null : answers[verdict]();
	}

	private verdictOn(url: string): ImageVerdict {
		const said = this.said.get(url);
		if (said && said.times > 0) {
			said.times -= 1;
			return said.verdict;
		}
		if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return 'unreachable';
		const { hostname, pathname } = new URL(url);
		const marks = Object.keys(answers) as (keyof typeof answers)[];
		return marks.find((mark) => `${hostname}${pathname}`.includes(mark)) ?? 'fine';
	}
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
