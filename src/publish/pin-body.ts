import { assertNever } from '../job/assert-never';
import type { Card, Image, Media, PinContent } from '../job/job';

/** Kept bytes by their sha256. */
export type Kept = ReadonlyMap<string, Buffer>;

/** The body of POST /pins (Pinterest API 5.23 description, 2026-11). `kept` has the bytes that the content refers to. */
export function pinBody(content: PinContent, link: string | null, kept: Kept): Buffer {
	const body = {
		board_id: content.boardId,
		board_section_id: content.sectionId ?? undefined,
		title: content.title ?? undefined,
		description: content.description ?? undefined,
		link: link ?? undefined,
		alt_text: content.altText ?? undefined,
		dominant_color: content.dominantColor ?? undefined,
		media_source: mediaSource(content.media, kept),
	};
	return Buffer.from(JSON.stringify(body));
}

function mediaSource(media: Media, kept: Kept): object {
	switch (media.kind) {
		case 'image_url':
		case 'image_base64': return { source_type: media.kind, ...imageSource(media, kept) };
		case 'carousel': return carouselSource(media.cards, kept);
		case 'video_url': throw new TypeError('Videos are not published yet.');
		// A record of a later version is never sent as something else.
		default: return assertNever(media);
	}
}

function carouselSource(cards: Card[], kept: Kept): object {
	const isByUrl = cards.every(({ image }) => image.kind === 'image_url');
	const items = cards.map(({ image, title, description, link }) => ({
		...imageSource(image, kept), title: title ?? undefined, description: description ?? undefined, link: link ?? undefined,
	}));
	return { source_type: isByUrl ? 'multiple_image_urls' : 'multiple_image_base64', items };
}

function imageSource(image: Image, kept: Kept): object {
	switch (image.kind) {
		case 'image_url': return { url: image.url };
		case 'image_base64': return { content_type: image.contentType, data: bytesOf(image.sha256, kept).toString('base64') };
		default: return assertNever(image);
	}
}

function bytesOf(sha256: string, kept: Kept): Buffer {
	const bytes = kept.get(sha256);
	if (!bytes) throw new TypeError(`The bytes of image ${sha256} are missing.`);
	return bytes;
}
