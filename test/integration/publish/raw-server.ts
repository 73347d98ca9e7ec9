import net from 'node:net';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { CERTIFICATE, CERTIFICATE_KEY } from '../../support/certificate';

export interface RawServer {
	url: string;
	port: number;
	/** What clients wrote, in order; after TLS. */
	received(): string;
	connections(): number;
	close(): Promise<void>;
}

/** What a server does with a new connection. `whole` runs when a request with its body is there. */
export interface RawBehaviour {
	onConnection?(socket: net.Socket): void;
	whole?(socket: net.Socket, request: string): void;
}

/** A TCP or TLS server that speaks no HTTP of its own, so that a test can break the line at any byte. */
export async function rawServer(behaviour: RawBehaviour, secure = false): Promise<RawServer> {
	const sockets = new Set<net.Socket>();
	let received = '', connections = 0;
	const serve = (socket: net.Socket): void => {
		let request = '';
		socket.on('error', () => socket.destroy()); // resets are what these tests are about
		socket.on('data', (part) => {
			received += part.toString();
			request += part.toString();
			if (isWhole(request)) behaviour.whole?.(socket, request);
		});
		behaviour.onConnection?.(socket);
	};
	const server = secure ? tls.createServer({ cert: CERTIFICATE, key: CERTIFICATE_KEY }, serve) : net.createServer(serve);
	server.on('tlsClientError', () => undefined);
	server.prependListener('connection', (socket: net.Socket) => {
		connections += 1;
		lines.set(nameOf(socket), socket);
		sockets.add(socket.on('close', () => sockets.delete(socket)));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `${secure ? 'https' : 'http'}://127.0.0.1:${port}`,
		port,
		received: () => received,
		connections: () => connections,
		close: () => {
			for (const socket of sockets) socket.destroy();
			return new Promise((resolve) => server.close(() => resolve()));
		},
	};
}

const lines = new Map<string, net.Socket>();
const nameOf = (socket: net.Socket): string => `${socket.localPort} ${socket.remotePort}`;

/** Resets the TCP connection under a socket; TLS sockets cannot do it themselves. */
export function reset(socket: net.Socket): void {
	lines.get(nameOf(socket))?.resetAndDestroy();
}

export function answer(status: number, body: string, headers = ''): string {
	return `HTTP/1.1 ${status} X\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
}

function isWhole(request: string): boolean {
	const head = request.indexOf('\r\n\r\n');
	if (head < 0) return false;
	const length = Number(/content-length: (\d+)/i.exec(request)?.[1] ?? 0);
	return request.length >= head + 4 + length;
}

/** Starts such servers for the tests of a file; each is closed when the test that asked for it has ended. */
export function serving(): (behaviour: RawBehaviour, secure?: boolean) => Promise<RawServer> {
	const servers: RawServer[] = [];
	afterEach(async () => {
		await Promise.all(servers.splice(0).map((server) => server.close()));
	});
	return async (behaviour, secure = false) => {
		const server = await rawServer(behaviour, secure);
		servers.push(server);
		return server;
	};
}
