import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { getProxyForUrl } from 'proxy-from-env';
import { onProxyRefusal, proxyTunnel } from './proxy';
import { urlOf } from '../job/url';

/** What keeps a fetch of somebody's address out of the operator's own network. */
export interface AddressGuard {
	lookup: LookupFunction;
	admits(address: string | undefined): boolean;
	/** Whether the host of an address is one of the operator's own, or stands there as a special address. */
	refusesHost(url: URL): string | null;
	trusts(url: URL): boolean;
}

/** Admits no address at all. */
export const NOWHERE: AddressGuard = {
	lookup: (host, _options, answer) => answer(Object.assign(new Error(`${host} is not loaded from here.`), { code: 'EADDRREFUSED' }), '', 0),
	admits: () => false,
	refusesHost: () => 'No address is loaded from here.',
	trusts: () => false,
};

export interface GetOptions {
	headers: Record<string, string>;
	/** From the begin of each call to the head of its answer. */
	headMs: number;
	/** Through the proxy that the environment names; who may be reached is its business then. Otherwise nobody is called. */
	byProxy: boolean;
	signal?: AbortSignal;
}

/** The head of an answer whose body has not been read, or why there is none. */
export type Got =
	| { kind: 'answer'; host: string; response: IncomingMessage; close(): void }
	| { kind: 'forbidden'; message: string }
	/** It leads to no address, or to one after another. */
	| { kind: 'misled'; message: string }
	| { kind: 'no_answer'; code: string; message: string }
	| { kind: 'proxied' };

const REDIRECTS = 3;

/**
 * GETs what stands at an address that a stranger may have given. The address, and each one it redirects to, is looked at as it
 * is written, at every answer of its name's lookup, and at the peer of the connected socket before anything is sent.
 */
export async function guardedGet(address: string, guard: AddressGuard, options: GetOptions): Promise<Got> {
	let url = urlOf(address);
	if (!url) return { kind: 'misled', message: 'It is no address.' };
	for (let hops = 0; hops <= REDIRECTS; hops++) {
		if (url.protocol !== 'https:' && url.protocol !== 'http:') return { kind: 'misled', message: `It redirects to ${url.protocol}` };
		if (!options.byProxy && getProxyForUrl(url.href)) return { kind: 'proxied' };
		const forbidden = guard.refusesHost(url);
		if (forbidden) return { kind: 'forbidden', message: forbidden };
		const got = await begin(url, guard, options);
		const location = got.kind === 'answer' ? redirectOf(got.response) : null;
		if (location === null || got.kind !== 'answer') return got;
		got.close();
		url = urlOf(location, url);
		if (!url) return { kind: 'misled', message: 'It redirects to no address.' };
	}
	return { kind: 'misled', message: `It redirects more than ${REDIRECTS} times.` };
}

/** What an answer says that it is, without parameters. */
export function contentTypeOf({ headers }: IncomingMessage): string | null {
	return headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? null;
}

function redirectOf({ statusCode: status = 0, headers }: IncomingMessage): string | null {
	return status >= 300 && status < 400 && headers.location ? headers.location : null;
}

function begin(url: URL, guard: AddressGuard, { headers, headMs, signal }: GetOptions): Promise<Got> {
	const secure = url.protocol === 'https:', trusted = guard.trusts(url), connecting = new AbortController();
	return new Promise<Got>((resolve) => {
		const tunnel = proxyTunnel(url.href, connecting.signal);
		const send = secure ? httpsRequest : httpRequest;
		const request = send(url, {
			agent: tunnel ?? false, headers: { 'user-agent': 'n8n-nodes-pinterest-jobs', ...headers }, ...(trusted || tunnel ? {} : { lookup: guard.lookup }), ...(signal && { signal }),
		});
		const end = (got: Got): void => {
			clearTimeout(timer);
			if (got.kind !== 'answer') {
				connecting.abort();
				request.destroy();
			}
			resolve(got);
		};
		const failed = (code: string, message: string): void => end({ kind: 'no_answer', code, message });
		const timer = setTimeout(() => failed('head_timeout', `no answer within ${headMs / 1000} s`), headMs);
		request.on('error', (error: NodeJS.ErrnoException) => {
			if (error.code === 'EADDRREFUSED') return end({ kind: 'forbidden', message: `${url.hostname} is not an address of the public internet.` });
			failed(error.code ?? error.name, signal?.aborted ? 'no answer in time' : error.message || 'no connection');
		});
		onProxyRefusal(request, ({ code, message }) => failed(code!, message));
		if (tunnel) request.end();
		else request.on('socket', (socket: Socket) => socket.once(secure ? 'secureConnect' : 'connect', () => {
			if (trusted || guard.admits(socket.remoteAddress)) request.end();
			else end({ kind: 'forbidden', message: `${url.host} leads to ${socket.remoteAddress}, which is not an address of the public internet.` });
		}));
		request.on('response', (response) => end({ kind: 'answer', host: url.host, response, close: () => void request.destroy() }));
	}).catch((error: NodeJS.ErrnoException) => ({ kind: 'no_answer', code: error.code ?? error.name, message: error.message })); // a URL or proxy setting that Node refuses
}
