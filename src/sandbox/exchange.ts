import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { refuse, type Answer } from './answers';
import type { AppliedFault, Ending } from './faults';
import type { LedgerCall } from './ledger';
import type { PouredFile } from './routes/route';

/** One HTTP request and how it is ended, well or badly. */
export class Exchange {
	readonly url: URL;
	/** Resolves when the answer is out or the connection gone. */
	readonly closed: Promise<void>;

	constructor(
		readonly request: IncomingMessage,
		private readonly response: ServerResponse,
		/** How long a hanging call keeps its socket, ms. */
		private readonly hangMs: number,
		readonly record: LedgerCall,
	) {
		this.url = new URL(request.url ?? '/', 'http://sandbox');
		this.closed = new Promise((resolve) => response.once('close', resolve));
		void this.closed.then(() => {
			record.aborted = !response.writableFinished && record.fault === null;
		});
	}

	/** The whole body; null when it is longer than `maxBytes`; throws when the client leaves before its end. */
	async body(maxBytes: number): Promise<Buffer | null> {
		const chunks: Buffer[] = [];
		let length = 0;
		for await (const chunk of this.request as AsyncIterable<Buffer>) {
			length += chunk.length;
			// Read on to the end: a client that is still writing would see a reset instead of the 413.
			if (length <= maxBytes) chunks.push(chunk);
		}
		return length > maxBytes ? null : Buffer.concat(chunks);
	}

	/** Ends the exchange with the answer, or as the fault wants it. */
	finish(answer: Answer, fault: AppliedFault | null = null): void {
		// A refusal stands as it is: nothing was done whose answer could be lost.
		if (!fault || (fault.commits !== 'no' && answer.status >= 300)) return this.send(answer);
		this.record.fault = fault.name;
		this.spoil(answer, fault.ending);
	}

	/** Sends a file as fast as it is made and taken. */
	async pour({ status, headers, chunks, cutAt }: PouredFile): Promise<void> {
		this.record.status = status;
		this.response.writeHead(status, headers);
		let left = cutAt ?? Infinity;
		for await (const chunk of chunks) {
			if (this.response.destroyed) return;
			if (left < chunk.length) return void this.response.write(chunk.subarray(0, left), () => this.response.destroy());
			if (!this.response.write(chunk)) await Promise.race([once(this.response, 'drain'), this.closed]);
			left -= chunk.length;
		}
		this.response.end();
	}

	/** Waits, but not longer than the connection lives. */
	async linger(ms: number): Promise<void> {
		const gone = new AbortController();
		void this.closed.then(() => gone.abort());
		await sleep(ms, undefined, { ref: false, signal: gone.signal }).catch((error: Error) => {
			if (error.name !== 'AbortError') throw error;
		});
	}

	/** Ends the exchange without a word. */
	abandon(): void {
		this.response.destroy();
	}

	private send(answer: Answer): void {
		const { payload, headers } = this.rendered(answer);
		this.note(answer);
		this.response.writeHead(answer.status, headers).end(payload);
	}

	private spoil(answer: Answer, ending: Ending): void {
		switch (ending.kind) {
			case 'answer':
				return this.send({ ...ending, headers: { ...answer.headers, ...ending.headers } });
			case 'rateLimit':
				return this.send(refuse.rateLimit(answer.headers ?? {}));
			case 'noId':
				return this.send({ ...answer, body: { ...(answer.body as object), id: undefined } });
			case 'notJson':
				return this.send({ ...answer, body: '<html><body>502</body></html>', headers: { ...answer.headers, 'Content-Type': 'text/html' } });
			case 'cut':
				return this.half(answer, () => this.request.socket.destroy());
			case 'stall':
				return this.half(answer, () => this.hang());
			case 'hang':
				return this.hang();
			case 'close':
				this.request.socket.destroy();
				return;
			case 'reset':
				this.request.socket.resetAndDestroy();
				return;
		}
	}

	/** Promises the whole body in Content-Length and sends half of it. */
	private half(answer: Answer, then: () => void): void {
		const { payload, headers } = this.rendered(answer);
		this.note(answer);
		this.response.writeHead(answer.status, headers);
		this.response.write(payload.subarray(0, payload.length >> 1), then);
	}

	private hang(): void {
		const timer = setTimeout(() => this.request.socket.destroy(), this.hangMs).unref();
		this.request.socket.once('close', () => clearTimeout(timer));
	}

	private note(answer: Answer): void {
		this.record.status = answer.status;
		this.record.code = (answer.body as { code?: number } | null)?.code ?? null;
	}

	private rendered(answer: Answer): { payload: Buffer; headers: Record<string, string | number> } {
		const isText = typeof answer.body === 'string';
		const payload = Buffer.from(answer.body === undefined ? '' : isText ? (answer.body as string) : JSON.stringify(answer.body));
		return {
			payload,
			headers: {
				'Content-Type': 'application/json',
				'x-pinterest-rid': this.record.requestId,
				...answer.headers,
				...(answer.status === 204 ? {} : { 'Content-Length': payload.length }),
			},
		};
	}
}
