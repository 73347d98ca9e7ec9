import { EngineError, isEngineError } from '../errors';
import type { Card, Image, Media, Video } from './job';
import { MAX_IMAGE_BYTES, megabytes } from './media-limits';
import { refuse, shown, textField, urlField } from './request-fields';

/** An image of a carousel as it is given. */
export type GivenCard = Pick<Card, 'image'> & Partial<Card>;

/** A video as it is given: without a cover its first frame is shown before it plays. */
export type GivenVideo = Pick<Video, 'kind' | 'url'> & Partial<Video>;

/** What a caller gives to be shown: an image, two to five of them, or a video. */
export type GivenMedia = Image | { kind: 'carousel'; cards: GivenCard[] } | GivenVideo;

type Fields = Partial<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? value : {});

/** What the Pin shows. */
export function mediaField(value: unknown): Media {
	const media = fieldsOf(value);
	if (media.kind === 'video_url') return video(media);
	return media.kind === 'carousel' ? carousel(media.cards) : image(media);
}

function image(media: Fields): Image {
	if (media.kind === 'image_url') return { kind: 'image_url', url: imageUrl(media.url) };
	if (media.kind === 'image_base64') return imageBytes(media);
	return refuse('media', 'The image is missing.', 'Give an image URL or the name of a binary property that holds the image.');
}

function imageUrl(value: unknown): string {
	const url = urlField(value, 'media', 'Image URL');
	if (url === null) return refuse('media', 'The image URL is empty.', 'Give the public, direct address of the image.');
	const ending = endingOf(url, /\.(mp4|mov|m4v|webm|mkv|avi|svg|pdf|psd|html?)$/i);
	if (ending === null) return url;
	const isVideo = /^(mp4|mov|m4v|webm|mkv|avi)$/.test(ending);
	return refuse('media', `Pinterest does not take .${ending} as an image.`, isVideo ? 'For a video choose Video URL.' : 'Give the direct address of a JPEG, PNG or WebP image.');
}

function endingOf(url: string, endings: RegExp): string | null {
	return endings.exec(new URL(url).pathname)?.[1]?.toLowerCase() ?? null;
}

/** A worker streams it to Pinterest when its time comes. */
function video(media: Fields): Video {
	const url = urlField(media.url, 'media', 'Video URL');
	if (url === null) return refuse('media', 'The video URL is empty.', 'Give the public, direct address of the video.');
	const ending = endingOf(url, /\.(jpe?g|png|gif|webp|heic|avif|bmp|tiff?|svg|pdf|html?|m3u8|mpd)$/i);
	if (ending === 'm3u8' || ending === 'mpd') refuse('media', `A .${ending} is a list of parts of a video.`, 'Give the direct address of one file (MP4, MOV or M4V).');
	if (ending !== null) refuse('media', `Video URL ends in .${ending}, which is no video.`, 'Give the direct address of an MP4, MOV or M4V file; for an image choose an image instead.');
	return { kind: 'video_url', url, cover: cover(media.cover) };
}

// Pinterest API 5.23 description: cover_image_key_frame_time is a whole number of seconds; past the end the last frame is used (2026-11).
function cover(value: unknown): Video['cover'] {
	if (value === undefined || value === null) return { kind: 'frame', atSeconds: 0 };
	const given = fieldsOf(value);
	if (given.kind !== 'frame') return coverImage(given);
	const { atSeconds } = given;
	if (typeof atSeconds === 'number' && Number.isInteger(atSeconds) && atSeconds >= 0 && atSeconds <= MOST_SECONDS) return { kind: 'frame', atSeconds };
	return refuse('media', 'Cover at Second is not a whole number of seconds.', 'Give the second of the frame to show before the video plays, 0 for the first.');
}

/** Longer than any video that Pinterest takes. */
const MOST_SECONDS = 24 * 3600;

function coverImage(given: Fields): Image {
	try {
		return image(given);
	} catch (error) {
		throw said(error, (message) => `The cover of the video: ${message}`);
	}
}

// Pinterest API 5.23 description: image_base64 takes image/jpeg and image/png only (2026-11).
function imageBytes({ sha256, contentType, bytes }: Fields): Image {
	if (contentType !== 'image/jpeg' && contentType !== 'image/png') {
		return refuse('media', `Pinterest refuses uploads of type ${shown(String(contentType))}.`, 'Convert the image to JPEG or PNG, or give a public image URL.');
	}
	if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) {
		return refuse('media', 'The uploaded image has no valid SHA-256.', 'Hand the bytes over first, and use what that returns.');
	}
	if (typeof bytes !== 'number' || !Number.isInteger(bytes) || bytes < 1) return refuse('media', 'The image is empty.', 'Give a JPEG or PNG file.');
	if (bytes > MAX_IMAGE_BYTES) refuse('media', `The image has ${megabytes(bytes)}.`, 'Use an image of at most 20 MB.');
	return { kind: 'image_base64', sha256, contentType, bytes };
}

// Pinterest API 5.23 description: 2 to 5 images, all by URL or all as bytes; texts and link of each are optional (2026-11).
const LEAST_CARDS = 2, MOST_CARDS = 5;

function carousel(value: unknown): Media {
	const given = Array.isArray(value) ? value : [];
	if (given.length < LEAST_CARDS || given.length > MOST_CARDS) {
		const way = given.length === 1 ? 'For one image choose an image instead of a carousel.' : 'Leave some out, or spread them over several Pins.';
		refuse('media', `The carousel has ${given.length} ${given.length === 1 ? 'image' : 'images'}.`, `A carousel has 2 to 5 images. ${given.length > 0 ? way : 'Give their URLs or files.'}`);
	}
	const cards = given.map((one, i) => card(fieldsOf(one), i + 1));
	if (new Set(cards.map((one) => one.image.kind)).size > 1) {
		refuse('media', 'The carousel has images by URL and images as files.', 'Pinterest takes one or the other: give all as URLs, or all as files (HTTP Request reads a file from a URL).');
	}
	const total = cards.reduce((sum, one) => sum + (one.image.kind === 'image_base64' ? one.image.bytes : 0), 0);
	// All of it goes in one request, and a longer one than that of one large image would not end within a lease.
	if (total > MAX_IMAGE_BYTES) refuse('media', `The images of the carousel have ${megabytes(total)} together.`, 'Use at most 20 MB for all of them, or give their URLs.');
	return { kind: 'carousel', cards };
}

// No lengths are stated for the texts of an image: those of a Pin hold (2026-11).
function card(given: Fields, n: number): Card {
	try {
		return {
			image: image(fieldsOf(given.image)),
			title: textField(given.title, 'media', 'Title', 100),
			description: textField(given.description, 'media', 'Description', 800),
			link: urlField(given.link, 'media', 'Link'),
		};
	} catch (error) {
		throw said(error, (message) => `Image ${n} of the carousel: ${message}`);
	}
}

/** The same refusal in other words, such as of which image it is. */
function said(error: unknown, words: (message: string) => string): unknown {
	return isEngineError(error) ? new EngineError(error.code, { ...error.details, message: words(error.message) }) : error;
}
