import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A bad network between a client and a server on this machine. */
export class TcpProxy {
	/** Replies that were lost. */
	lost = 0;
	private losing: string | null = null;
	private silent = false;
	private refusing = false;
	private readonly sockets = new Set<Socket>();

	private constructor(private readonly server: Server, private readonly target: number) {}

	static async to(target: number): Promise<TcpProxy> {
		const server = createServer();
		const proxy = new TcpProxy(server, target);
		server.on('connection', (client) => proxy.join(client));
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return proxy;
	}

	get port(): number {
		return (this.server.address() as AddressInfo).port;
	}

	/** The next request that holds this text is carried out, but its reply never comes: the connection is reset instead. */
	loseReplyTo(text: string): void {
		this.losing = text;
	}

	/** Nothing gets through any more and nobody is told; a connection that met this stays half open for ever. */
	silence(): void {
		this.silent = true;
	}

	/** Connections end and new ones are refused, until `heal`. */
	refuse(): void {
		this.refusing = true;
		this.cut();
	}

	/** New connections are as good as any. */
	heal(): void {
		this.silent = this.refusing = false;
	}

	/** Ends every connection. */
	cut(): void {
		for (const socket of this.sockets) socket.destroy();
	}

	async close(): Promise<void> {
		this.cut();
		this.server.close();
		await once(this.server, 'close');
	}

	private join(client: Socket): void {
		if (this.refusing) return void client.destroy();
		const server = connect(this.target, '127.0.0.1');
		let dead = false;
		let losesReply = false;
		const end = () => {
			client.destroy();
			server.destroy();
		};
		for (const socket of [client, server]) {
			this.sockets.add(socket);
			socket.on('error', end).on('close', () => {
				this.sockets.delete(socket);
				end();
			});
		}
		client.on('data', (request) => {
			dead ||= this.silent;
			if (dead) return;
			if (this.losing !== null && request.includes(this.losing)) {
				this.losing = null;
				losesReply = true;
			}
			server.write(request);
		});
		server.on('data', (reply) => {
			dead ||= this.silent;
			if (dead) return;
			if (!losesReply) return void client.write(reply);
			this.lost += 1;
			client.resetAndDestroy();
		});
	}
}
