import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface Mail {
	to: string[];
	/** Headers and body as they were sent. */
	text: string;
}

/** A mail server on this machine that takes everything and sends nothing on. */
export class MailServer {
	readonly mails: Mail[] = [];
	private readonly server = createServer((socket) => this.serve(socket));

	async start(): Promise<number> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		return (this.server.address() as AddressInfo).port;
	}

	stop(): Promise<unknown> {
		return new Promise((resolve) => this.server.close(resolve));
	}

	private serve(socket: Socket): void {
		let rest = '', to: string[] = [], data: string[] | null = null;
		const say = (line: string) => socket.write(`${line}\r\n`);
		socket.on('error', () => undefined);
		socket.on('data', (chunk) => {
			const lines = (rest + chunk.toString('utf8')).split('\r\n');
			rest = lines.pop()!;
			for (const line of lines) {
				if (data && line !== '.') data.push(line.replace(/^\.\./, '.'));
				else if (data) {
					this.mails.push({ to, text: data.join('\n') });
					[to, data] = [[], null];
					say('250 taken');
				} else if (/^rcpt to:/i.test(line)) say(`250 ${to.push(/<(.*)>/.exec(line)?.[1] ?? '')}`);
				else if (/^data/i.test(line)) [data] = [[], say('354 go on')];
				else if (/^quit/i.test(line)) socket.end('221 bye\r\n');
				else say('250 yes');
			}
		});
		say('220 mail.example');
	}
}
