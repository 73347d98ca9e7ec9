import { createServer, request, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Dice } from '../../support/dice';

export interface Troubles {
	/** Chance that a call reaches its target twice. */
	duplicate: number;
	/** Chance that the sender is answered an error; half of these calls have reached their target. */
	error: number;
}

const NONE: Troubles = { duplicate: 0, error: 0 };

/** An HTTP way from a sender to the `target` of a path that breaks calls, doubles them, and can be closed; it does nothing of it unless told. */
export class UnreliableWay {
	troubles: Troubles = NONE;
	/** Nobody gets through. */
	isClosed = false;
	/** Calls that the target has and has not answered. */
	underWay = 0;
	readonly calls = { all: 0, doubled: 0, refused: 0, answerLost: 0, closed: 0 };
	private readonly copies = new Set<Promise<unknown>>();

	private constructor(private readonly server: Server, private readonly target: (path: string) => string, private readonly dice: Dice) {
		server.on('request', (incoming, response) => {
			const chunks: Buffer[] = [];
			incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
			incoming.on('end', () => void this.pass({ method: incoming.method!, path: incoming.url!, headers: incoming.headers, body: Buffer.concat(chunks) }, response));
		});
	}

	static async start(target: (path: string) => string, seed = 1): Promise<UnreliableWay> {
		const way = new UnreliableWay(createServer(), target, new Dice(seed));
		await new Promise<void>((resolve) => way.server.listen(0, '127.0.0.1', resolve));
		return way;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
		await Promise.allSettled(this.copies);
	}

	private async pass(call: Call, response: ServerResponse): Promise<void> {
		this.calls.all++;
		if (this.isClosed) {
			this.calls.closed++;
			return void response.destroy();
		}
		const fails = this.dice.hits(this.troubles.error), arrives = this.dice.hits(0.5), politely = this.dice.hits(0.5);
		if (this.dice.hits(this.troubles.duplicate)) this.double(call, this.dice.hits(0.5) ? 0 : this.dice.between(50, 500));
		if (fails && !arrives) {
			this.calls.refused++;
			return politely ? void response.writeHead(503).end('busy') : void response.destroy();
		}
		const answer = await this.forward(call);
		if (!answer) return void response.destroy();
		if (!fails) return void response.writeHead(answer.status, answer.headers).end(answer.body);
		this.calls.answerLost++;
		return politely ? void response.writeHead(500).end('broken') : void response.destroy();
	}

	private double(call: Call, afterMs: number): void {
		this.calls.doubled++;
		const copy: Promise<unknown> = sleep(afterMs).then(() => this.forward(call)).finally(() => this.copies.delete(copy));
		this.copies.add(copy);
	}

	/** Null when nobody answers. */
	private forward({ method, path, headers: { host: _, ...headers }, body }: Call): Promise<Answer | null> {
		this.underWay++;
		return new Promise<Answer | null>((resolve) => {
			const sent = request(new URL(path, this.target(path)), { method, headers, agent: false }, (answer) => {
				const chunks: Buffer[] = [];
				answer.on('data', (chunk: Buffer) => chunks.push(chunk));
				answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: withoutTransport(answer.headers), body: Buffer.concat(chunks) }));
				answer.on('error', () => resolve(null));
			});
			sent.on('error', () => resolve(null));
			sent.end(body);
		}).finally(() => this.underWay--);
	}
}

interface Answer {
	status: number;
	headers: IncomingHttpHeaders;
	body: Buffer;
}

/** What belongs to one connection alone. */
function withoutTransport({ connection: _, 'keep-alive': __, 'transfer-encoding': ___, 'content-length': ____, ...headers }: IncomingHttpHeaders): IncomingHttpHeaders {
	return headers;
}

interface Call {
	method: string;
	path: string;
	headers: IncomingHttpHeaders;
	body: Buffer;
}
