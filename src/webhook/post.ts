import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { waitMsOf } from '../job/rate-headers';
import { redact } from '../job/redact';
import type { Tried } from '../store/subscription-contract';
import type { UrlGuard } from './url-guard';

/** What of an answer is read at most; its first 1,000 characters are kept. */
export const READ_BYTES = 16 * 1024;
const KEPT_CHARS = 1000;

/** The header of an answer that names the event which was taken. */
export const RECEIPT_HEADER = 'x-pinterest-jobs-receipt';

/** What became of one POST. `text` is the begin of the answer, secrets struck out; `receipt` what RECEIPT_HEADER says. */
export type PostAnswer =
	| { kind: 'answered'; status: number; retryAfterMs: number | null; text: string; receipt: string | null }
	| { kind: 'timeout' }
	| { kind: 'unreachable'; message: string };

export interface PostParts {
	guard: Pick<UrlGuard, 'check' | 'lookup' | 'admits'>;
	timeoutMs: number;
	now(): number;
}

/** Sends one POST: no redirect, no proxy, no reuse of a connection. Never rejects; ends within `timeoutMs`. */
export function post(target: string, headers: Record<string, string>, body: Buffer, parts: PostParts): Promise<PostAnswer> {
	const checked = parts.guard.check(target);
	if (!checked.ok) return Promise.resolve({ kind: 'unreachable', message: checked.reason });
	const { url, trusted } = checked;
	const secure = url.protocol === 'https:';
	return new Promise((resolve) => {
		const send = secure ? httpsRequest : httpRequest;
		// An agent of its own: Node's shared one may be told by the environment to use a proxy.
		const request = send(url, {
			method: 'POST', agent: false, headers: { ...headers, 'content-length': body.length }, ...(trusted ? {} : { lookup: parts.guard.lookup }),
		});
		// Once there is a status it is the answer: a body that breaks off or never ends changes nothing of it.
		let answer = (): PostAnswer | null => null;
		const end = (otherwise: PostAnswer) => {
			clearTimeout(timer);
			request.destroy();
			resolve(answer() ?? otherwise);
		};
		const timer = setTimeout(() => end({ kind: 'timeout' }), parts.timeoutMs);
		request.on('error', (error) => end({ kind: 'unreachable', message: messageOf(error) }));
		request.on('response', (response) => {
			const text = begin(response, () => end({ kind: 'timeout' }));
			answer = () => answered(response, text(), parts.now());
		});
		request.on('socket', (socket: Socket) => {
			socket.once(secure ? 'secureConnect' : 'connect', () => {
				// Nothing has been written yet.
				if (trusted || parts.guard.admits(socket.remoteAddress)) request.end(body);
				else end({ kind: 'unreachable', message: `Connected to ${socket.remoteAddress}, which is not an address of the public internet.` });
			});
		});
	});
}

// A name with several addresses, localhost for one, fails with one error for each and no message of its own.
function messageOf(error: Error): string {
	return error instanceof AggregateError ? error.errors.map((one) => (one as Error).message).join('; ') : error.message;
}

/** Collects the begin of an answer; calls `done` when that is read or no more is to come. */
function begin(response: IncomingMessage, done: () => void): () => string {
	const chunks: Buffer[] = [];
	let bytes = 0;
	response.on('data', (chunk: Buffer) => {
		chunks.push(chunk);
		bytes += chunk.length;
		if (bytes >= READ_BYTES) done();
	});
	for (const event of ['end', 'close', 'error']) response.once(event, done);
	return () => Buffer.concat(chunks).subarray(0, READ_BYTES).toString('utf8');
}

function answered(response: IncomingMessage, text: string, now: number): PostAnswer {
	const { date, 'retry-after': retryAfter, [RECEIPT_HEADER]: receipt } = response.headers;
	return {
		kind: 'answered', status: response.statusCode ?? 0, retryAfterMs: waitMsOf({ date, 'retry-after': retryAfter }, now), text: redact(text, KEPT_CHARS),
		receipt: typeof receipt === 'string' ? receipt : null,
	};
}

/** Whether who was asked has taken it. */
export function isTaken(answer: PostAnswer): boolean {
	return answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;
}

/** For the log: what came back, or why nothing did. */
export function triedOf(answer: PostAnswer, ms: number): Tried {
	return { status: answer.kind === 'answered' ? answer.status : null, ms: Math.round(ms), answer: answer.kind === 'answered' ? answer.text : noAnswer(answer) };
}

/** Why there is no answer. */
export function noAnswer(answer: Exclude<PostAnswer, { kind: 'answered' }>): string {
	return answer.kind === 'timeout' ? 'No answer in time.' : answer.message;
}
