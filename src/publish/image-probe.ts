import type { IncomingMessage } from 'node:http';
import { assertNever } from '../job/assert-never';
import type { Probed } from '../job/preflight';
import { contentTypeOf, guardedGet, type AddressGuard } from './guarded-get';
import { sniffImage } from './media';

const TIMEOUT_MS = 5000;
const READ_BYTES = 64 * 1024;
// What Pinterest takes first: a server that gives what is asked for shall not be refused for another type.
const HEADERS = { accept: 'image/jpeg, image/png, image/gif, image/webp, image/*;q=0.5', range: `bytes=0-${READ_BYTES - 1}` };

/** Looks at the begin of what stands at an address: is it an image that Pinterest could fetch? Never rejects; `signal` ends it as `unreachable`. */
export async function probeImage(address: string, guard: AddressGuard, signal?: AbortSignal): Promise<Probed> {
	const got = await guardedGet(address, guard, { headers: HEADERS, headMs: TIMEOUT_MS, byProxy: false, signal });
	switch (got.kind) {
		case 'answer': return read(got.response, got.close);
		case 'forbidden': return got;
		case 'misled':
		case 'no_answer': return { kind: 'unreachable', message: got.message };
		case 'proxied': return { kind: 'unchecked' };
		default: return assertNever(got);
	}
}

function read(response: IncomingMessage, close: () => void): Promise<Probed> {
	const { statusCode: status = 0, headers } = response;
	return new Promise((resolve) => {
		const end = (probed: Probed): void => {
			clearTimeout(timer);
			close();
			resolve(probed);
		};
		const timer = setTimeout(() => end({ kind: 'unreachable', message: `no answer within ${TIMEOUT_MS / 1000} s` }), TIMEOUT_MS);
		if (status !== 200 && status !== 206) return end({ kind: 'refused', status });
		const contentType = contentTypeOf(response);
		const chunks: Buffer[] = [];
		let length = 0;
		const done = () => end(judged(contentType, sizeOf(headers), Buffer.concat(chunks), response.complete || length >= READ_BYTES));
		response.on('data', (chunk: Buffer) => {
			chunks.push(chunk);
			length += chunk.length;
			if (length >= READ_BYTES) done();
		});
		for (const event of ['end', 'close', 'error']) response.once(event, done);
	});
}

/** What the header of the file says goes before what the server says of it. `enough`: no more of it would tell more. */
function judged(contentType: string | null, bytes: number | null, head: Buffer, enough: boolean): Probed {
	if (head.length === 0 && enough) return { kind: 'no_image', contentType: 'an empty file' };
	const facts = sniffImage(head);
	if (facts) return { kind: 'image', bytes, ...facts };
	if (!enough) return { kind: 'unreachable', message: 'the answer ended before the image began' };
	const named = contentType?.startsWith('image/') ? contentType : isLongJpeg(head) ? 'image/jpeg' : null;
	if (named) return { kind: 'image', contentType: named, bytes, width: null, height: null };
	return { kind: 'no_image', contentType };
}

/** Colour profiles and previews may fill more than is read here, so that the size comes later. */
const isLongJpeg = (head: Buffer): boolean => head.length >= READ_BYTES && head.toString('latin1', 0, 3) === '\xff\xd8\xff';

function sizeOf({ 'content-range': range, 'content-length': length }: IncomingMessage['headers']): number | null {
	const whole = /\/(\d+)$/.exec(range ?? '')?.[1] ?? (range ? undefined : length);
	return whole === undefined ? null : Number(whole);
}
