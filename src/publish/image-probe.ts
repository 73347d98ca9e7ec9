import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { getProxyForUrl } from 'proxy-from-env';
import type { Probed } from '../job/preflight';
import { sniffImage } from './media';

/** What keeps a probe out of the operator's own network. */
export interface AddressGuard {
	lookup: LookupFunction;
	admits(address: string | undefined): boolean;
	/** Whether the host of an address is one of the operator's own, or stands there as a special address. */
	refusesHost(url: URL): string | null;
	trusts(url: URL): boolean;
}

const TIMEOUT_MS = 5000;
const READ_BYTES = 64 * 1024;
const REDIRECTS = 3;

/** Looks at the begin of what stands at an address: is it an image that Pinterest could fetch? Never rejects. */
export async function probeImage(address: string, guard: AddressGuard): Promise<Probed> {
	let url = new URL(address);
	for (let hops = 0; hops <= REDIRECTS; hops++) {
		if (getProxyForUrl(url.href)) return { kind: 'unchecked' };
		const forbidden = guard.refusesHost(url);
		if (forbidden) return { kind: 'forbidden', message: forbidden };
		const answer = await begin(url, guard);
		if (!('redirect' in answer)) return answer;
		if (!URL.canParse(answer.redirect, url.href)) return { kind: 'unreachable', message: 'It redirects to no address.' };
		url = new URL(answer.redirect, url);
		if (url.protocol !== 'https:' && url.protocol !== 'http:') return { kind: 'unreachable', message: `It redirects to ${url.protocol}` };
	}
	return { kind: 'unreachable', message: `It redirects more than ${REDIRECTS} times.` };
}

type Begin = Probed | { redirect: string };

function begin(url: URL, guard: AddressGuard): Promise<Begin> {
	const secure = url.protocol === 'https:', trusted = guard.trusts(url);
	return new Promise((resolve) => {
		const send = secure ? httpsRequest : httpRequest;
		const request = send(url, {
			agent: false, headers: { accept: 'image/*', range: `bytes=0-${READ_BYTES - 1}`, 'user-agent': 'n8n-nodes-pinterest-jobs' }, ...(trusted ? {} : { lookup: guard.lookup }),
		});
		const end = (answer: Begin) => {
			clearTimeout(timer);
			request.destroy();
			resolve(answer);
		};
		const timer = setTimeout(() => end({ kind: 'unreachable', message: `no answer within ${TIMEOUT_MS / 1000} s` }), TIMEOUT_MS);
		request.on('error', (error) => end(isGuarded(error)
			? { kind: 'forbidden', message: `${url.hostname} is not an address of the public internet.` }
			: { kind: 'unreachable', message: error.message || 'no connection' }));
		request.on('socket', (socket: Socket) => socket.once(secure ? 'secureConnect' : 'connect', () => {
			if (trusted || guard.admits(socket.remoteAddress)) request.end();
			else end({ kind: 'forbidden', message: `${url.host} leads to ${socket.remoteAddress}, which is not an address of the public internet.` });
		}));
		request.on('response', (response) => read(response, end));
	});
}

function read(response: IncomingMessage, end: (answer: Begin) => void): void {
	const { statusCode: status = 0, headers } = response;
	if (status >= 300 && status < 400 && headers.location) return end({ redirect: headers.location });
	if (status !== 200 && status !== 206) return end({ kind: 'refused', status });
	const contentType = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? null;
	const chunks: Buffer[] = [];
	let length = 0;
	const done = () => end(judged(contentType, sizeOf(headers), Buffer.concat(chunks), response.complete));
	response.on('data', (chunk: Buffer) => {
		chunks.push(chunk);
		length += chunk.length;
		if (length >= READ_BYTES) done();
	});
	for (const event of ['end', 'close', 'error']) response.once(event, done);
}

/** What the header of the file says goes before what the server says of it. */
function judged(contentType: string | null, bytes: number | null, head: Buffer, complete: boolean): Probed {
	if (head.length === 0 && !complete) return { kind: 'unreachable', message: 'the answer ended before the image began' };
	if (head.length === 0) return { kind: 'no_image', contentType: 'an empty file' };
	const facts = sniffImage(head);
	if (facts) return { kind: 'image', bytes, ...facts };
	if (contentType?.startsWith('image/')) return { kind: 'image', contentType, bytes, width: null, height: null };
	return { kind: 'no_image', contentType };
}

function sizeOf({ 'content-range': range, 'content-length': length }: IncomingMessage['headers']): number | null {
	const whole = /\/(\d+)$/.exec(range ?? '')?.[1] ?? (range ? undefined : length);
	return whole === undefined ? null : Number(whole);
}

const isGuarded = (error: NodeJS.ErrnoException): boolean => error.code === 'EADDRREFUSED';
