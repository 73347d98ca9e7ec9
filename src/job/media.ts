import { assertNever } from './assert-never';
import type { Image, Media } from './job';

/** The images of a Pin, in their order; of a video its cover. */
export function imagesOf(media: Media): Image[] {
	switch (media.kind) {
		case 'image_url':
		case 'image_base64': return [media];
		case 'carousel': return media.cards.map(({ image }) => image);
		case 'video_url': return media.cover.kind === 'frame' ? [] : [media.cover];
		default: return assertNever(media);
	}
}

/** The addresses that Pinterest fetches for a Pin, each once. */
export function addressesOf(media: Media): string[] {
	return [...new Set(imagesOf(media).flatMap((image) => (image.kind === 'image_url' ? [image.url] : [])))];
}

/** The hashes of the bytes that a Pin needs, each once. */
export function hashesOf(media: Media): string[] {
	return [...new Set(imagesOf(media).flatMap((image) => (image.kind === 'image_base64' ? [image.sha256] : [])))];
}
