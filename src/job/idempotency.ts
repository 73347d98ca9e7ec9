import { canonicalMediaUrl, canonicalUrl, hostOf, signsInPath } from './canonical-url';
import { canonicalJson, hash32 } from './hash';
import { assertNever } from './assert-never';
import type { Image, Job, Media, Video } from './job';

/** What names an intention and says what it holds: a parsed request and a job both have it. */
export type Intention = Pick<Job, 'account' | 'source' | 'userKey' | 'assetId' | 'content' | 'scheduledAt'>;

/** Fields whose change makes other content. Metadata, labels, deadlines and where it came from do not: they make no other Pin. */
export const CONTENT_FIELDS = [
	'boardId', 'sectionId', 'link', 'title', 'description', 'altText', 'dominantColor', 'media', 'scheduledAt',
] as const;

/** The job's id: `pj_` and 26 characters. The same intention gives the same id, whoever enqueues it and when. */
export function keyOf(intention: Intention): string {
	return `pj_${hash32(canonicalJson(identityOf(intention)))}`;
}

/** What a key is made of: the record it belongs to, else the user's own key, else what is published. */
export function identityOf({ account, source, userKey, assetId, content, scheduledAt }: Intention): Record<string, unknown> {
	if (source !== null) return { v: 1, account, source };
	if (userKey !== null) return { v: 1, account, key: userKey };
	return {
		v: 1, account,
		board: content.boardId, section: content.sectionId,
		link: content.link === null ? null : canonicalUrl(content.link),
		creative: creativeOf(content.media, assetId),
		...(scheduledAt !== null && { scheduledAt: toTheMinute(scheduledAt) }),
	};
}

/**
 * The ids under which this content would be enqueued again, its own aside: what a corrected job claims as aliases, so that
 * a second run of the corrected sheet finds it. In the form the job was made in: a record or a key goes on naming it.
 */
export function derivedIds(intention: Intention, id: string): string[] {
	const derived = keyOf(intention);
	return derived === id ? [] : [derived];
}

/** What tells one creative from another: the user's name for it, else its bytes, else its address. */
export function creativeOf(media: Media, assetId: string | null): string {
	if (assetId !== null) return `asset:${assetId}`;
	switch (media.kind) {
		case 'image_url': return `url:${canonicalMediaUrl(media.url)}`;
		case 'image_base64': return `sha256:${media.sha256}`;
		// In another order they are another creative. No part has a blank in it.
		case 'carousel': return `carousel:${media.cards.map(({ image }) => creativeOf(image, null)).join(' ')}`;
		case 'video_url': return `url:${canonicalMediaUrl(media.url)}`;
		default: return assertNever(media);
	}
}

/** The content fields in which two intentions differ, sorted: how each is written does not count. Of a record whose content is gone from Redis all are other. */
export function differingFields(one: Intention, other: Intention): string[] {
	const [a, b] = [comparable(one), comparable(other)];
	return CONTENT_FIELDS.filter((field) => a[field] !== b[field]).sort();
}

function comparable({ content, assetId, scheduledAt }: Intention): Record<(typeof CONTENT_FIELDS)[number], string | null> {
	return {
		boardId: content.boardId,
		sectionId: content.sectionId,
		link: content.link === null ? null : canonicalUrl(content.link),
		title: content.title,
		description: content.description,
		altText: content.altText,
		dominantColor: content.dominantColor,
		media: comparableMedia(content.media, assetId),
		scheduledAt: scheduledAt === null ? null : toTheMinute(scheduledAt),
	};
}

/** What is said at the images of a carousel is content too, whatever names the images. */
function comparableMedia(media: Media | undefined, assetId: string | null): string | null {
	if (media === undefined) return null;
	if (media.kind === 'video_url') return comparableVideo(media, assetId);
	if (media.kind !== 'carousel') return comparableImage(media, assetId);
	const cards = media.cards.map(({ image, title, description, link }) => [
		assetId === null ? comparableImage(image, null) : '', title, description, link === null ? null : canonicalUrl(link),
	]);
	return canonicalJson([assetId, ...cards]);
}

/** Its cover is content too, whatever names the video. */
function comparableVideo(video: Video, assetId: string | null): string {
	const { cover } = video;
	const before = cover.kind === 'frame' ? `frame:${cover.atSeconds}` : comparableImage(cover, null);
	return canonicalJson([comparableFile(video, assetId), before]);
}

function comparableImage(image: Image, assetId: string | null): string {
	return image.kind === 'image_url' ? comparableFile(image, assetId) : creativeOf(image, assetId);
}

/** An address that is new at each reading must not look like new content: of such a host only the name counts. */
function comparableFile(file: Video | Extract<Image, { url: string }>, assetId: string | null): string {
	return assetId === null && signsInPath(file.url) ? `host:${hostOf(file.url)}` : creativeOf(file, assetId);
}

/** Seconds and milliseconds of a schedule are chance, not intention. */
function toTheMinute(at: number): string {
	return `${new Date(at).toISOString().slice(0, 16)}Z`;
}
