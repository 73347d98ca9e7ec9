import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What becomes of a chunk: it goes on, at once or later; the connection is reset instead, or in its middle; or this way is
 * dumb from now on.
 */
export type Fate = 'pass' | 'reset' | 'tear' | 'silence' | { delayMs: number };

/** Sees every chunk before it goes on and says what becomes of it. */
export interface Tap {
	toServer?(chunk: Buffer, link: Link): Fate;
	toClient?(chunk: Buffer, link: Link): Fate;
}

/** A TCP proxy whose every chunk goes past a tap: for faults, and for striking at a known point of an exchange. */
export class FaultProxy {
	private readonly links = new Set<Link>();
	private refusing = false;

	private constructor(private readonly server: Server, private readonly target: number, public tap: Tap) {}

	static async to(target: number, tap: Tap = {}): Promise<FaultProxy> {
		const server = createServer();
		const proxy = new FaultProxy(server, target, tap);
		server.on('connection', (client) => proxy.join(client));
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return proxy;
	}

	get port(): number {
		return (this.server.address() as AddressInfo).port;
	}

	/** Resets every connection; new ones are as good as any. */
	cut(): void {
		for (const link of this.links) link.reset();
	}

	/** Connections end and new ones are refused, until `heal`. */
	refuse(): void {
		this.refusing = true;
		this.cut();
	}

	/** New connections are as good as any. */
	heal(): void {
		this.refusing = false;
	}

	async close(): Promise<void> {
		const closed = once(this.server, 'close');
		this.server.close();
		this.cut();
		await closed;
	}

	private join(client: Socket): void {
		if (this.refusing) return void client.on('error', () => client.destroy()).resetAndDestroy();
		const link = new Link(client, connect(this.target, '127.0.0.1'), this);
		this.links.add(link);
		client.once('close', () => this.links.delete(link));
	}
}

/** One connection through a proxy. */
export class Link {
	/** What a tap remembers of this connection. */
	note: string | null = null;
	private readonly dumb = new Set<Socket>();

	constructor(private readonly client: Socket, private readonly server: Socket, proxy: Pick<FaultProxy, 'tap'>) {
		for (const socket of [client, server]) socket.setNoDelay(true).on('error', () => this.end()).on('close', () => this.end());
		client.on('data', (chunk) => this.pass(chunk, client, server, () => proxy.tap.toServer?.(chunk, this)));
		server.on('data', (chunk) => this.pass(chunk, server, client, () => proxy.tap.toClient?.(chunk, this)));
	}

	reset(): void {
		if (!this.client.destroyed) this.client.resetAndDestroy();
		this.server.destroy();
	}

	private pass(chunk: Buffer, from: Socket, to: Socket, fateOf: () => Fate | undefined): void {
		if (this.dumb.has(to)) return;
		const fate = fateOf() ?? 'pass';
		if (fate === 'silence') this.dumb.add(to);
		else if (fate === 'reset') this.reset();
		else if (fate === 'tear') to.write(chunk.subarray(0, chunk.length >> 1), () => this.reset());
		else if (typeof fate === 'object') this.passLater(chunk, from, to, fate.delayMs);
		else if (!to.destroyed) to.write(chunk);
	}

	/** What comes behind it waits as well. */
	private passLater(chunk: Buffer, from: Socket, to: Socket, delayMs: number): void {
		from.pause();
		setTimeout(() => {
			if (!to.destroyed) to.write(chunk);
			from.resume();
		}, delayMs);
	}

	private end(): void {
		this.client.destroy();
		this.server.destroy();
	}
}
