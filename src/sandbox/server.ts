import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refuse } from './answers';
import { serve } from './api';
import { Control } from './control';
import { controlPrefix, steer } from './control-routes';
import { Exchange } from './exchange';
import type { SandboxOptions } from './options';
import { hash } from './random';
import { State } from './state';

/** A stand-in for Pinterest API v5 on a real port. Everything it knows is in memory and gone with it. */
export class Sandbox {
	/** Steers it and reads its ledger. */
	readonly control: Control;

	private constructor(
		private readonly state: State,
		private readonly server: Server,
		/** Base URL of the API, `http://127.0.0.1:4010/v5`. */
		readonly url: string,
		readonly port: number,
	) {
		this.control = new Control(state);
	}

	/** Listens; rejects when the port is taken or an option makes no sense. */
	static async start(options: SandboxOptions = {}): Promise<Sandbox> {
		const state = new State(options);
		const host = options.host ?? '127.0.0.1';
		const server = createServer((request, response) => void answer(state, request, response));
		// A call may hang for as long as a fault wants it to.
		server.requestTimeout = 0;
		await new Promise<void>((resolve, reject) => {
			server.once('error', reject).listen(options.port ?? 0, host, resolve);
		});
		const { port } = server.address() as AddressInfo;
		state.origin = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
		return new Sandbox(state, server, `${state.origin}/v5`, port);
	}

	/** Origin of the server, without the `/v5`. */
	get origin(): string {
		return this.state.origin;
	}

	/** Closes the port and every connection, hanging ones included. */
	async stop(): Promise<void> {
		const closed = new Promise((resolve) => this.server.close(resolve));
		this.server.closeAllConnections();
		await closed;
	}
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
	if (request.url?.startsWith(`${controlPrefix}/`)) return control(state, request, response);
	// By its own clock, which need not be ours.
	response.setHeader('Date', new Date(state.now).toUTCString());
	const exchange = begin(state, request, response);
	try {
		await serve(state, exchange);
	} catch (error) {
		// A client that leaves in the middle of its body is an everyday thing; anything else is our own mistake.
		if (request.destroyed && !request.complete) return exchange.abandon();
		console.error(error);
		exchange.finish(refuse.crashed());
	}
}

function begin(state: State, request: IncomingMessage, response: ServerResponse): Exchange {
	const { now, settings, ledger } = state;
	const [path, query] = (request.url ?? '/').split('?', 2);
	// What a consent page is asked with is nobody's business.
	const isPage = path!.startsWith('/oauth');
	const record = ledger.begin({
		at: now,
		method: request.method ?? '',
		path: query === undefined || isPage ? path! : `${path}?${query}`,
		requestId: String(parseInt(hash(settings.seed, 'rid', state.ledger.calls.length, now).slice(0, 13), 16)),
	});
	const exchange = new Exchange(request, response, settings.hangMs / settings.timeFactor, record);
	void exchange.closed.then(() => {
		record.ms = state.now - record.at;
	});
	return exchange;
}

const maxControlBytes = 64 * 1024 * 1024;

async function control(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		length += chunk.length;
		if (length > maxControlBytes) return void response.writeHead(413).end();
		chunks.push(chunk);
	}
	const url = new URL(request.url ?? '/', 'http://sandbox');
	const { status, body } = steer(new Control(state), request.method ?? '', url, Buffer.concat(chunks));
	response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
