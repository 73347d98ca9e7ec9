import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVICES_CERTIFICATE, SERVICES_KEY } from './services-certificate';

export interface ServiceRequest {
	host: string;
	method: string;
	/** Without the query. */
	path: string;
	query: Record<string, string>;
	headers: http.IncomingHttpHeaders;
	/** JSON and forms as objects, anything else as its text; null when there was none. */
	body: unknown;
	/** Whether a handler answered it; what nobody answers gets a 502. */
	answered: boolean;
}

/** `json`, `bytes` or `text`; 200 unless `status` says otherwise. */
export interface ServiceAnswer {
	status?: number;
	headers?: Record<string, string>;
	json?: unknown;
	bytes?: Buffer;
	text?: string;
}

export type ServiceHandler = (request: ServiceRequest) => ServiceAnswer | Promise<ServiceAnswer>;

/**
 * The Internet as n8n's own nodes reach it, on this machine: a proxy that ends TLS itself and answers in the names of Slack,
 * Airtable, Shopify and others. Whatever nobody plays is refused with a 502 and recorded, so that nothing leaves the machine.
 *
 *     const services = useServices();
 *     const { n8n, open } = useWorlds(() => services.env);
 *     services.on('slack.com', () => ({ json: { ok: true } }));
 */
export class Services {
	private readonly handlers = new Map<string, ServiceHandler>();
	private readonly seen: ServiceRequest[] = [];
	private readonly folder = mkdtempSync(join(tmpdir(), 'pinterest-jobs-services-'));
	private readonly sockets = new Set<Socket>();
	private readonly secure = https.createServer({ cert: SERVICES_CERTIFICATE, key: SERVICES_KEY }, (request, response) => void this.serve(request, response));
	private readonly proxy = http.createServer((request, response) => void this.serve(request, response));

	async start(): Promise<void> {
		writeFileSync(this.authorityPath, SERVICES_CERTIFICATE);
		this.proxy.on('connection', (socket: Socket) => this.sockets.add(socket.on('close', () => this.sockets.delete(socket))));
		this.proxy.on('connect', (request: http.IncomingMessage, socket: Socket, head: Buffer) => this.tunnel(request.url ?? '', socket, head));
		this.secure.on('tlsClientError', () => undefined);
		await new Promise<void>((resolve) => this.proxy.listen(0, '127.0.0.1', resolve));
	}

	async stop(): Promise<void> {
		for (const socket of this.sockets) socket.destroy();
		await new Promise((resolve) => this.proxy.close(resolve));
		rmSync(this.folder, { recursive: true, force: true });
	}

	/** What an n8n needs in its environment to reach the services, and only them. */
	get env(): Record<string, string> {
		const url = `http://127.0.0.1:${(this.proxy.address() as AddressInfo).port}`;
		return { HTTPS_PROXY: url, HTTP_PROXY: url, NO_PROXY: '127.0.0.1,localhost', NODE_EXTRA_CA_CERTS: this.authorityPath };
	}

	/** Answers for a host from now on; `*.shop.example` for all below it. A second handler replaces the first. */
	on(host: string, handler: ServiceHandler): void {
		this.handlers.set(host, handler);
	}

	/** What has been asked so far, of one host or of all, the oldest first. */
	requests(host?: string): ServiceRequest[] {
		return host === undefined ? [...this.seen] : this.seen.filter((request) => request.host === host);
	}

	/** Forgets what was asked; the handlers stay. */
	forget(): void {
		this.seen.length = 0;
	}

	private get authorityPath(): string {
		return join(this.folder, 'authority.pem');
	}

	private tunnel(target: string, socket: Socket, head: Buffer): void {
		const host = target.replace(/:\d+$/, '');
		socket.on('error', () => socket.destroy());
		if (!this.handlerOf(host)) {
			this.seen.push({ host, method: 'CONNECT', path: '/', query: {}, headers: {}, body: null, answered: false });
			socket.end('HTTP/1.1 502 Nobody plays this host\r\nconnection: close\r\n\r\n');
			return;
		}
		socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
		if (head.length > 0) socket.unshift(head);
		this.secure.emit('connection', socket);
	}

	private async serve(incoming: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
		const request = await requestOf(incoming);
		const handler = this.handlerOf(request.host);
		this.seen.push({ ...request, answered: handler !== undefined });
		try {
			answer(response, handler ? await handler(request) : { status: 502, text: `Nobody plays ${request.host}.` });
		} catch (error) {
			answer(response, { status: 500, text: String(error) });
		}
	}

	private handlerOf(host: string): ServiceHandler | undefined {
		return this.handlers.get(host) ?? this.handlers.get(host.replace(/^[^.]+/, '*'));
	}
}

/** Services for the tests of a `describe`; ask for them before the n8n that uses them. */
export function useServices(): Services {
	const services = new Services();
	beforeAll(() => services.start());
	afterAll(() => services.stop());
	return services;
}

async function requestOf(incoming: http.IncomingMessage): Promise<ServiceRequest> {
	// Through a proxy a plain request names the whole address; a request in a tunnel only the path.
	const url = new URL(incoming.url ?? '/', `https://${incoming.headers.host ?? 'nowhere'}`);
	const parts: Buffer[] = [];
	for await (const part of incoming) parts.push(part as Buffer);
	return {
		host: url.hostname, method: incoming.method ?? 'GET', path: url.pathname, query: Object.fromEntries(url.searchParams),
		headers: incoming.headers, body: bodyOf(Buffer.concat(parts).toString(), incoming.headers['content-type'] ?? ''), answered: true,
	};
}

function bodyOf(text: string, type: string): unknown {
	if (text === '') return null;
	if (type.includes('json')) return JSON.parse(text) as unknown;
	return type.includes('x-www-form-urlencoded') ? Object.fromEntries(new URLSearchParams(text)) : text;
}

function answer(response: http.ServerResponse, { status = 200, headers = {}, json, bytes, text = '' }: ServiceAnswer): void {
	response.writeHead(status, { 'content-type': json === undefined ? 'text/plain' : 'application/json; charset=utf-8', ...headers });
	response.end(json === undefined ? bytes ?? text : JSON.stringify(json));
}
