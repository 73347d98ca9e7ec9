import { connect, type Socket } from 'node:net';
import { Sandbox, type AccountView, type SandboxOptions } from '../../../src/sandbox';

/** A clock that stands until the test moves it. */
export function aClock(start = '2026-11-02T10:00:00Z') {
	let at = Date.parse(start);
	return { now: () => at, move: (ms: number) => void (at += ms) };
}

export const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]).toString('base64');

/** What an answer holds is what the tests are about; they say it in their expectations. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export interface Got {
	status: number;
	headers: Headers;
	body: Json;
}

/** A sandbox and somebody who calls it with the token of its first account. */
export class World {
	private constructor(readonly sandbox: Sandbox) {}

	static async start(options: SandboxOptions = {}): Promise<World> {
		return new World(await Sandbox.start({ accounts: ['shop', 'other'], ...options }));
	}

	get control() {
		return this.sandbox.control;
	}

	get shop(): AccountView {
		return this.control.account('shop');
	}

	get board(): string {
		return this.shop.boards[0]!.id;
	}

	/** The body of a valid Pin. */
	aPin(change: object = {}): Record<string, unknown> {
		const media_source = { source_type: 'image_url', url: 'https://cdn.example.com/a.jpg' };
		return { board_id: this.board, title: 'Sandals', link: 'https://example.com/sandals', media_source, ...change };
	}

	async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Got> {
		const authorization = `Bearer ${headers.token ?? this.shop.accessToken}`;
		const response = await fetch(`${this.sandbox.origin}${path}`, {
			method,
			headers: { authorization, 'content-type': 'application/json' },
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		const text = await response.text();
		return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : null };
	}

	post(change: object = {}, headers?: Record<string, string>): Promise<Got> {
		return this.call('POST', '/v5/pins', this.aPin(change), headers);
	}

	get(path: string): Promise<Got> {
		return this.call('GET', path);
	}

	/** Sends a Pin through a bare socket and tells what came back until the connection ended, and how it ended. */
	async raw(change: object = {}): Promise<{ text: string; end: 'reset' | 'closed'; ms: number }> {
		const body = JSON.stringify(this.aPin(change));
		const head = ['POST /v5/pins HTTP/1.1', 'Host: sandbox', `Authorization: Bearer ${this.shop.accessToken}`, `Content-Length: ${body.length}`];
		return talk(this.sandbox.port, `${head.join('\r\n')}\r\n\r\n${body}`);
	}

	async stop(): Promise<void> {
		await this.sandbox.stop();
	}
}

/** Writes to the port and listens until the end. */
export async function talk(port: number, text: string): Promise<{ text: string; end: 'reset' | 'closed'; ms: number }> {
	const startedAt = performance.now();
	const socket: Socket = connect(port, '127.0.0.1');
	const chunks: Buffer[] = [];
	socket.on('data', (chunk) => chunks.push(chunk));
	socket.write(text);
	const end = await new Promise<'reset' | 'closed'>((resolve, reject) => {
		socket.once('end', () => resolve('closed'));
		socket.once('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? resolve('reset') : reject(error)));
	});
	socket.destroy();
	return { text: Buffer.concat(chunks).toString(), end, ms: performance.now() - startedAt };
}
