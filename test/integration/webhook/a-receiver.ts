import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A POST as it arrived. */
export interface Arrived {
	headers: Record<string, string>;
	raw: Buffer;
	type: string;
	data: { id: string; seq: number; [name: string]: unknown };
}

export type Answer = (response: ServerResponse, call: Arrived, request: IncomingMessage) => void | Promise<void>;

/** Answers with this status. */
export const status = (code: number, text = '', headers: Record<string, string> = {}): Answer => (response) => void response.writeHead(code, headers).end(text);

/** A real HTTP endpoint that keeps what it is sent and answers as the test says. */
export class EventEndpoint {
	readonly calls: Arrived[] = [];
	answer: Answer = status(200);
	/** Answered at this moment, and at most so far. */
	open = 0;
	mostOpen = 0;
	connections = 0;

	private constructor(private readonly server: Server) {
		server.on('connection', () => this.connections++);
		server.on('request', (request, response) => void this.take(request, response));
	}

	static async start(): Promise<EventEndpoint> {
		const endpoint = new EventEndpoint(createServer());
		await new Promise<void>((resolve) => endpoint.server.listen(0, '127.0.0.1', resolve));
		return endpoint;
	}

	get origin(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	/** What arrived, as `job seq` in the order of arrival. */
	get seen(): string[] {
		return this.calls.map(({ data }) => `${data.id} ${data.seq}`);
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
		this.mostOpen = Math.max(this.mostOpen, ++this.open);
		response.once('close', () => this.open--);
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const raw = Buffer.concat(chunks);
		const call = { headers: request.headers as Record<string, string>, raw, ...(JSON.parse(raw.toString()) as Pick<Arrived, 'type' | 'data'>) };
		this.calls.push(call);
		await this.answer(response, call, request);
	}
}
