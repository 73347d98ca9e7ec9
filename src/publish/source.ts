import type { IncomingMessage } from 'node:http';
import { assertNever } from '../job/assert-never';
import { failureOf, ourFailure } from '../job/classify';
import { MAX_VIDEO_BYTES, megabytes } from '../job/media-limits';
import type { Failure } from '../job/outcome';
import { contentTypeOf, guardedGet, type AddressGuard, type Got } from './guarded-get';
import { kindOf } from './media';

/** A video that is being loaded from its address; nothing of it is held here but its first bytes. */
export interface Source {
	/** The whole file, first bytes included; throws `SourceBroken` when it ends early. To be read once. */
	stream: AsyncIterable<Buffer>;
	/** Bytes, as its server says; the stream has exactly so many. */
	length: number;
	contentType: string | null;
	head: Buffer;
	close(): void;
}

export type Opened = { ok: true; source: Source } | { ok: false; failure: Failure };

export interface SourceLimits {
	/** From the begin of a call to the head of its answer. */
	headMs: number;
	/** Without a byte, while somebody waits for one. */
	idleMs: number;
	maxBytes: number;
}

const LIMITS: SourceLimits = { headMs: 10_000, idleMs: 60_000, maxBytes: MAX_VIDEO_BYTES };

/** The address stopped giving the file before its end. */
export class SourceBroken extends Error {
	constructor(readonly failure: Failure) {
		super(failure.facts.message);
	}
}

/** Opens the video at an address for reading, if it is one and its length is told. Never rejects. */
export async function openSource(address: string, guard: AddressGuard, signal: AbortSignal, limits: SourceLimits = LIMITS): Promise<Opened> {
	const headers = { accept: 'video/*', 'accept-encoding': 'identity' };
	const got = await guardedGet(address, guard, { headers, headMs: limits.headMs, byProxy: true, signal });
	if (got.kind !== 'answer') return { ok: false, failure: failureOfGot(got) };
	const opened = await judged(got, limits);
	if (!opened.ok) got.close();
	return opened;
}

type Answered = Got & { kind: 'answer' };

function failureOfGot(got: Exclude<Got, Answered>): Failure {
	switch (got.kind) {
		case 'forbidden': return ourFailure('video_address_forbidden', got.message);
		case 'misled': return ourFailure('video_refused', got.message);
		case 'no_answer': return unreachable(got.code, got.message);
		case 'proxied': return ourFailure('video_unreachable', 'It would be loaded through a proxy.');
		default: return assertNever(got);
	}
}

function unreachable(code: string, message: string): Failure {
	return failureOf({ kind: 'fault', endpoint: 'source', reached: 'nothing', code, syscall: null, message }, 0);
}

/** What is a video, with everything storage has to be told of it. */
async function judged(got: Answered, limits: SourceLimits): Promise<Opened> {
	const { response, host } = got;
	const { statusCode: status = 0, headers } = response;
	const refused = (message: string): Opened => ({ ok: false, failure: ourFailure('video_refused', message) });
	if (status !== 200) return { ok: false, failure: answered(status, host) };
	const contentType = contentTypeOf(response);
	if (contentType !== null && !VIDEO_TYPES.test(contentType)) return refused(`${host} gives ${contentType}, not a video.`);
	const length = lengthOf(headers['content-length']);
	if (length === null) return { ok: false, failure: ourFailure('video_length_unknown', `${host} does not say how long the file is.`) };
	if (length > limits.maxBytes) return { ok: false, failure: ourFailure('video_too_large', `The video has ${megabytes(length)}.`) };
	try {
		const stream = wholeOf(response, host, length, limits.idleMs);
		const { first, head } = await begun(stream);
		if (!isVideo(head)) return refused(`${host} gives ${kindOf(head) === 'empty' ? 'an empty file' : `no MP4, MOV or M4V (${kindOf(head)})`}.`);
		return { ok: true, source: { stream: joined(first, stream), length, contentType, head, close: got.close } };
	} catch (error) {
		if (error instanceof SourceBroken) return { ok: false, failure: error.failure };
		throw error;
	}
}

// S3 says binary/octet-stream of what it was told nothing of. A server that says nothing is believed: the first bytes tell.
const VIDEO_TYPES = /^(video\/.+|application\/(octet-stream|mp4)|binary\/octet-stream)$/;

/** Headers of a stranger have no say in anything here. */
function answered(status: number, host: string): Failure {
	const failure = failureOf({ kind: 'answer', endpoint: 'source', status, headers: {}, body: '', complete: true }, 0);
	return { ...failure, facts: { ...failure.facts, message: `${host} answered ${status}.` } };
}

function lengthOf(header: string | undefined): number | null {
	return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : null;
}

/** MP4, MOV and M4V by their first box; HEIC and AVIF have the same and are images. */
const isVideo = (head: Buffer): boolean => head.toString('latin1', 4, 8) === 'ftyp' && kindOf(head) === 'video';

const HEAD_BYTES = 12;
const KEPT_HEAD_BYTES = 256;

/** Reads until the kind of the file can be told. */
async function begun(stream: AsyncGenerator<Buffer>): Promise<{ first: Buffer[]; head: Buffer }> {
	const first: Buffer[] = [];
	for (let bytes = 0; bytes < HEAD_BYTES;) {
		const next = await stream.next();
		if (next.done) break;
		first.push(next.value);
		bytes += next.value.length;
	}
	return { first, head: Buffer.concat(first).subarray(0, KEPT_HEAD_BYTES) };
}

async function* joined(first: Buffer[], rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
	yield* first.splice(0);
	yield* rest;
}

/** All bytes of the answer, or `SourceBroken`. The clock runs only while somebody waits: a slow taker is not the giver's fault. */
async function* wholeOf(response: IncomingMessage, host: string, length: number, idleMs: number): AsyncGenerator<Buffer> {
	const parts = (response as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
	const idle = Object.assign(new Error(`${host} gave nothing for ${idleMs / 1000} s.`), { code: 'idle_timeout' });
	for (let left = length; left > 0;) {
		const timer = setTimeout(() => response.destroy(idle), idleMs);
		const next = await parts.next().catch((error: NodeJS.ErrnoException) => {
			throw new SourceBroken(error === idle ? unreachable('idle_timeout', idle.message) : ended(host, length - left, length));
		}).finally(() => clearTimeout(timer));
		if (next.done) throw new SourceBroken(ended(host, length - left, length));
		left -= next.value.length;
		yield next.value;
	}
}

function ended(host: string, bytes: number, length: number): Failure {
	return unreachable('cut', `${host} ended the file after ${megabytes(bytes)} of ${megabytes(length)}.`);
}
