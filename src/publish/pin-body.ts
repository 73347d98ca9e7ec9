import { assertNever } from '../job/assert-never';
import type { Card, Image, Media, PinContent, Video } from '../job/job';

/** Kept bytes by their sha256. */
export type Kept = ReadonlyMap<string, Buffer>;

/** The body of POST /pins (Pinterest API 5.23 description, 2026-11). `kept` has the bytes that the content refers to, `mediaId` names its video. */
export function pinBody(content: PinContent, link: string | null, kept: Kept, mediaId?: string): Buffer {
	const body = {
		board_id: content.boardId,
		board_section_id: content.sectionId ?? undefined,
		title: content.title ?? undefined,
		description: content.description ?? undefined,
		link: link ?? undefined,
		alt_text: content.altText ?? undefined,
		dominant_color: content.dominantColor ?? undefined,
		media_source: mediaSource(content.media, kept, mediaId),
	};
	return Buffer.from(JSON.stringify(body));
}

function mediaSource(media: Media, kept: Kept, mediaId?: string): object {
	switch (media.kind) {
		case 'image_url':
		case 'image_base64': return { source_type: media.kind, ...imageSource(media, kept) };
		case 'carousel': return carouselSource(media.cards, kept);
		case 'video_url': return videoSource(media, kept, mediaId);
		// A record of a later version is never sent as something else.
		default: return assertNever(media);
	}
}

function videoSource({ url, cover }: Video, kept: Kept, mediaId?: string): object {
	if (mediaId === undefined) throw new TypeError(`The video ${url} was not handed over.`);
	return { source_type: 'video_id', media_id: mediaId, ...coverOf(cover, kept) };
}

function coverOf(cover: Video['cover'], kept: Kept): object {
	switch (cover.kind) {
		case 'frame': return { cover_image_key_frame_time: cover.atSeconds };
		case 'image_url': return { cover_image_url: cover.url };
		case 'image_base64': return { cover_image_content_type: cover.contentType, cover_image_data: bytesOf(cover.sha256, kept).toString('base64') };
		default: return assertNever(cover);
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
