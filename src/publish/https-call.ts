import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { onProxyRefusal, proxyTunnel } from './proxy';

/** How far a request got: no usable connection, connection and TLS up with nothing written, first byte handed over. */
export type Reached = 'nothing' | 'connected' | 'sent';

export interface CallRequest {
	method: 'GET' | 'POST';
	url: string;
	headers: Record<string, string>;
	body?: Buffer;
	/** An answer's body is cut after this many bytes. */
	maxBytes: number;
	/** Certificates to trust beside the usual ones, PEM. */
	ca?: string;
}

/** A status line came. `complete` is false when the body ended early: reset, deadline, or longer than allowed. */
export interface CallAnswer {
	kind: 'answer';
	status: number;
	headers: http.IncomingHttpHeaders;
	body: Buffer;
	complete: boolean;
}

/** No status line came. Node's code and syscall alone do not tell whether the request left; `reached` does. */
export interface CallFault {
	kind: 'fault';
	reached: Reached;
	code: string;
	syscall: string | null;
	message: string;
}

export type CallEnd = CallAnswer | CallFault;

export interface SendOptions {
	/** Asked in the same tick in which the first byte is written; false sends nothing (`send_refused`). */
	before(): boolean;
	/** From now to the last byte of the answer. */
	deadlineMs: number;
}

/** A connection that is up, with nothing written yet. One call: either `send` or `abandon`. */
export interface PreparedCall {
	kind: 'prepared';
	send(options: SendOptions): Promise<CallEnd>;
	abandon(): void;
}

/**
 * Connects, through a proxy if the environment names one, with TLS if the URL says so, and writes nothing yet. Each call
 * has a connection of its own: a reset of a kept one could not be told from a reset after the server had read the request.
 */
export function prepare(request: CallRequest, connectMs: number): Promise<PreparedCall | CallFault> {
	return new Promise((resolve) => new Call(request, connectMs, resolve));
}

/** A call whose repetition is harmless (a read): connects and sends. */
export async function callAtOnce(request: CallRequest, deadlineMs: number): Promise<CallEnd> {
	const startedAt = performance.now();
	const call = await prepare(request, deadlineMs);
	if (call.kind === 'fault') return call;
	return call.send({ before: () => true, deadlineMs: deadlineMs - (performance.now() - startedAt) });
}

class Call implements PreparedCall {
	readonly kind = 'prepared';
	private readonly connecting = new AbortController();
	private request: http.ClientRequest | null = null;
	private reached: Reached = 'nothing';
	private ended: CallEnd | null = null;
	private answerSoFar: (() => CallAnswer) | null = null;
	private timer: NodeJS.Timeout | null = null;
	private onSent: ((end: CallEnd) => void) | null = null;

	constructor(
		private readonly asked: CallRequest,
		connectMs: number,
		private readonly onPrepared: (call: PreparedCall | CallFault) => void,
	) {
		this.expectWithin(connectMs, 'connect_timeout');
		try {
			this.open();
		} catch (error) {
			this.fail(error as Error); // a URL, header or proxy setting that Node refuses
		}
	}

	abandon(): void {
		this.fail(fault('abandoned', 'Nothing was sent.'));
	}

	send({ before, deadlineMs }: SendOptions): Promise<CallEnd> {
		return new Promise((resolve) => {
			this.onSent = resolve;
			if (this.ended) return resolve(this.ended);
			this.expectWithin(deadlineMs, 'response_timeout');
			// No await from here to end(): what was true at the check must be true at the write.
			if (!this.writable()) return this.fail(fault('connection_closed', 'The connection closed before the request.'));
			this.compose();
			if (!before()) return this.fail(fault('send_refused', 'The time to send had passed.'));
			this.reached = 'sent';
			this.request?.socket?.uncork();
			this.request?.end();
		});
	}

	private open(): void {
		const { url, method, headers, ca } = this.asked;
		const target = new URL(url);
		const agent = proxyTunnel(url, this.connecting.signal) ?? false;
		const open = target.protocol === 'https:' ? https.request : http.request;
		// Without end() Node opens the connection and keeps the head of the request back.
		const request = open(target, { method, headers: this.withLength(headers), agent, ...(ca && { ca }) });
		this.request = request;
		request.on('error', (error) => this.fail(error));
		onProxyRefusal(request, (error) => this.fail(error));
		request.on('socket', (socket) => this.whenConnected(socket, target.protocol === 'https:'));
		request.on('response', (response) => this.read(response));
		request.on('close', () => {
			if (!this.answerSoFar) this.fail(fault('ECONNRESET', 'The connection closed without an answer.'));
		});
	}

	private withLength(headers: Record<string, string>): Record<string, string> {
		return this.asked.body ? { ...headers, 'content-length': String(this.asked.body.length) } : headers;
	}

	private whenConnected(socket: Socket, secure: boolean): void {
		const ready = (): void => {
			if (this.ended) return;
			this.reached = 'connected';
			if (this.timer) clearTimeout(this.timer);
			this.onPrepared(this);
		};
		if (secure) socket.once('secureConnect', ready);
		else if (socket.connecting) socket.once('connect', ready);
		else ready(); // a tunnel is connected when it is handed over
	}

	/** Puts the request together and keeps it here: between the check and the kernel is only the handing over, however long the body. */
	private compose(): void {
		this.request?.socket?.cork();
		if (this.asked.body) this.request?.write(this.asked.body);
	}

	private writable(): boolean {
		const socket = this.request?.socket;
		return !!socket && socket.writable && !socket.destroyed;
	}

	/** Whether bytes of the request wait here for the other side to take them. */
	private isLeaving(): boolean {
		return this.reached === 'sent' && (this.request?.socket?.writableLength ?? 0) > 0;
	}

	private read(response: http.IncomingMessage): void {
		const parts: Buffer[] = [];
		let size = 0;
		const asItIs = (): CallAnswer => ({
			kind: 'answer', status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts), complete: response.complete,
		});
		this.answerSoFar = asItIs;
		response.on('data', (part: Buffer) => {
			size += part.length;
			if (size > this.asked.maxBytes) return this.end({ ...asItIs(), complete: false });
			parts.push(part);
		});
		for (const event of ['end', 'error', 'close']) response.on(event, () => this.end(asItIs()));
	}

	private expectWithin(ms: number, code: string): void {
		if (this.timer) clearTimeout(this.timer);
		const end = (): void => this.fail(fault(code, `No end within ${Math.round(ms)} ms.`));
		// After a freeze the answer may be in already: one turn of the event loop before giving up lets it be read. In that
		// turn the rest of a body would leave as well, too late: such a request has no answer yet.
		const giveUp = (): void => (this.isLeaving() ? end() : void setImmediate(end));
		this.timer = setTimeout(giveUp, Math.max(0, ms));
	}

	private fail(error: NodeJS.ErrnoException): void {
		if (this.answerSoFar) return this.end(this.answerSoFar());
		// A name with several addresses fails with one error for each, and an empty message over all of them.
		const { code, name, syscall, message } = 'errors' in error ? (error as { errors: [NodeJS.ErrnoException] }).errors[0] : error;
		this.end({ kind: 'fault', reached: this.reached, code: code ?? name, syscall: syscall ?? null, message });
	}

	private end(end: CallEnd): void {
		if (this.ended) return;
		this.ended = end;
		if (this.timer) clearTimeout(this.timer);
		const connected = this.reached !== 'nothing';
		if (!connected) this.connecting.abort();
		this.request?.destroy();
		if (!connected && end.kind === 'fault') this.onPrepared(end);
		this.onSent?.(end);
	}
}

function fault(code: string, message: string): NodeJS.ErrnoException {
	return Object.assign(new Error(message), { code });
}
