import type { IncomingMessage } from 'node:http';
import { isEngineError } from '../errors';
import { assertNever } from '../job/assert-never';
import type { Image, Media } from '../job/job';
import { imagesOf } from '../job/media';
import { MAX_IMAGE_BYTES, megabytes } from '../job/media-limits';
import { guardedGet, type AddressGuard } from './guarded-get';
import { fileOf } from './media';
import type { Kept } from './pin-body';

/** Media without addresses and the bytes that it refers to, or why it cannot be so. */
export type AsFiles = { ok: true; media: Media; kept: Kept } | { ok: false; message: string };

/** For all images of a Pin together, ms: its worker does nothing else meanwhile. */
const LOAD_MS = 20_000;
const HEAD_MS = 10_000;
// Pinterest takes files as JPEG or PNG only; some servers give what is asked for.
const HEADERS = { accept: 'image/jpeg, image/png, */*;q=0.1', 'accept-encoding': 'identity' };

/**
 * Loads the images that a Pin names by address, as `guard` allows, and puts their bytes in place of the addresses. They are held until the request
 * has been sent, and kept nowhere. All of them together may be as large as one image. Never rejects.
 */
export async function asFiles(media: Media, guard: AddressGuard, limits = { loadMs: LOAD_MS, maxBytes: MAX_IMAGE_BYTES }): Promise<AsFiles> {
	const signal = AbortSignal.timeout(limits.loadMs);
	const kept = new Map<string, Buffer>(), files = new Map<string, File>();
	let left = limits.maxBytes;
	for (const image of imagesOf(media)) {
		if (image.kind !== 'image_url') continue;
		const loaded = files.get(image.url) ?? await loadImage(image.url, guard, signal, left);
		if ('message' in loaded) return { ok: false, message: loaded.message };
		left -= loaded.image.bytes;
		if (left < 0) return { ok: false, message: `The images have more than ${megabytes(limits.maxBytes)} together.` };
		files.set(image.url, loaded);
		kept.set(loaded.image.sha256, loaded.content);
	}
	const asFile = (image: Image): Image => (image.kind === 'image_url' ? files.get(image.url)!.image : image);
	return { ok: true, media: withImages(media, asFile), kept };
}

interface File {
	image: ReturnType<typeof fileOf>;
	content: Buffer;
}

function withImages(media: Media, asFile: (image: Image) => Image): Media {
	switch (media.kind) {
		case 'image_url':
		case 'image_base64': return asFile(media);
		case 'carousel': return { ...media, cards: media.cards.map((card) => ({ ...card, image: asFile(card.image) })) };
		case 'video_url': return media;
		default: return assertNever(media);
	}
}

async function loadImage(address: string, guard: AddressGuard, signal: AbortSignal, maxBytes: number): Promise<File | { message: string }> {
	const got = await guardedGet(address, guard, { headers: HEADERS, headMs: HEAD_MS, byProxy: true, signal });
	if (got.kind !== 'answer') return { message: got.kind === 'proxied' ? 'It would be loaded through a proxy.' : got.message };
	try {
		const { response, host } = got;
		if (response.statusCode !== 200) return { message: `${host} answered ${response.statusCode}.` };
		const content = await bytesOf(response, maxBytes);
		if (content === null) return { message: `${host} gives more than ${megabytes(maxBytes)}.` };
		return { image: fileOf(content), content };
	} catch (error) {
		if (isEngineError(error)) return { message: error.message };
		return { message: signal.aborted ? `${got.host} took too long.` : `${got.host} ended the file early.` };
	} finally {
		got.close();
	}
}

/** Null when there is more of it than may be. What a server says of the length is no limit to what it sends. */
async function bytesOf(response: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
	if (Number(response.headers['content-length'] ?? 0) > maxBytes) return null;
	const parts: Buffer[] = [];
	let bytes = 0;
	for await (const part of response as AsyncIterable<Buffer>) {
		bytes += part.length;
		if (bytes > maxBytes) return null;
		parts.push(part);
	}
	return Buffer.concat(parts);
}
