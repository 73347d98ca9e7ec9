import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

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
	/** What is on its way more slowly, by where it goes. */
	private readonly slow = new Map<Socket, Promise<void>>();

	constructor(private readonly client: Socket, private readonly server: Socket, proxy: Pick<FaultProxy, 'tap'>) {
		for (const socket of [client, server]) socket.setNoDelay(true).on('error', () => this.end()).on('close', () => this.end());
		client.on('data', (chunk) => this.pass(chunk, server, () => proxy.tap.toServer?.(chunk, this)));
		server.on('data', (chunk) => this.pass(chunk, client, () => proxy.tap.toClient?.(chunk, this)));
	}

	reset(): void {
		if (!this.client.destroyed) this.client.resetAndDestroy();
		this.server.destroy();
	}

	private pass(chunk: Buffer, to: Socket, fateOf: () => Fate | undefined): void {
		if (this.dumb.has(to)) return;
		const fate = fateOf() ?? 'pass';
		if (fate === 'silence') this.dumb.add(to);
		else if (fate === 'reset') this.reset();
		else if (fate === 'tear') to.write(chunk.subarray(0, chunk.length >> 1), () => this.reset());
		else if (typeof fate === 'object' || this.slow.has(to)) this.passLater(chunk, to, typeof fate === 'object' ? fate.delayMs : 0);
		else if (!to.destroyed) to.write(chunk);
	}

	/** In order: what comes behind it waits for it, and no longer than that. */
	private passLater(chunk: Buffer, to: Socket, delayMs: number): void {
		const passed = Promise.all([sleep(delayMs), this.slow.get(to)]).then(() => {
			if (!to.destroyed) to.write(chunk);
			if (this.slow.get(to) === passed) this.slow.delete(to);
		});
		this.slow.set(to, passed);
	}

	/** What a client had said when it died still arrives, also when the way there was not open yet. */
	private end(): void {
		this.client.destroy();
		this.server.destroySoon();
	}
}
