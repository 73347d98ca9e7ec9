import { type Client, type RedisSettings, openClient } from './connection';

/** What a script wrote that others may be waiting for. */
export interface WakeListener {
	/** A job of this account became due earlier than was known; at this instant. */
	work(lane: string, account: string, at: number): void;
	/** An event was written, or a delivery may be due. */
	events(): void;
	/** Somebody asked to have this account's token checked. */
	check?(account: string): void;
	/** Signals may have been missed, or everything changed: look everywhere. */
	all(): void;
}

const KEEP_ALIVE_MS = 10_000;

/** Listens to what other processes wrote. A signal is a hint: whoever waits also looks by itself now and then. */
export class Signals {
	private client: Client | null = null;
	private readonly listeners = new Set<WakeListener>();

	constructor(
		private readonly settings: RedisSettings,
		private readonly prefix: string,
		private readonly hear: (counter: number, runId: string) => void,
	) {}

	listen(listener: WakeListener): () => void {
		this.listeners.add(listener);
		this.client ??= this.open();
		return () => this.listeners.delete(listener);
	}

	close(): void {
		this.listeners.clear();
		this.client?.disconnect();
	}

	private open(): Client {
		const client = openClient(this.settings, `${this.prefix}signals`.replaceAll(/[{}]/g, ''), { keepAliveMs: KEEP_ALIVE_MS });
		// ioredis would subscribe again only to what it had been confirmed.
		client.on('ready', () => {
			client.subscribe(`${this.prefix}wake`).then(() => this.each((listener) => listener.all()), () => client.disconnect(true));
		});
		client.on('message', (_channel: string, message: string) => this.tell(message));
		client.connect().catch(() => undefined);
		return client;
	}

	private tell(message: string): void {
		const [told = '', kind, ...rest] = message.split(' ');
		const [counter, runId = ''] = told.split(':');
		// Knowing what others were told makes this process a witness of their writes too.
		this.hear(Number(counter), runId);
		if (kind === 'events') return this.each((listener) => listener.events());
		if (kind === 'check') return this.each((listener) => listener.check?.(rest.join(' ')));
		const [lane = '', at, ...account] = rest;
		// The app, or the accounts of a client.
		if (account[0]?.startsWith('@')) return this.each((listener) => listener.all());
		this.each((listener) => listener.work(lane, account.join(' '), Number(at)));
	}

	private each(call: (listener: WakeListener) => void): void {
		for (const listener of this.listeners) call(listener);
	}
}
