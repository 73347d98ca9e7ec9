import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';

/** A command as Redis carried it out. `at` is epoch ms, with fractions, on the clock of Redis. */
export interface Command {
	at: number;
	/** Called by a script rather than by a client. */
	inScript: boolean;
	argv: string[];
}

/** Sees every command that a Redis carries out. */
export class Monitor {
	private readonly nonces = new Map<string, () => void>();

	private constructor(private readonly url: string, private readonly socket: Socket) {}

	static async of(url: string, take: (command: Command) => void): Promise<Monitor> {
		const { port, hostname } = new URL(url);
		const socket = connect(Number(port), hostname);
		await once(socket, 'connect');
		const monitor = new Monitor(url, socket);
		// What a killed server leaves is the end of the log, not a fault of it.
		socket.on('error', () => socket.destroy());
		createInterface(socket).on('line', (line) => {
			const command = commandOf(line);
			if (!command) return;
			take(command);
			monitor.nonces.get(command.argv[1] ?? '')?.();
		});
		socket.write('MONITOR\r\n');
		return monitor;
	}

	/** Resolves once everything that Redis has done until now was seen. */
	async caughtUp(): Promise<void> {
		const redis = new Redis(this.url), nonce = randomBytes(8).toString('hex');
		const seen = new Promise<void>((resolve) => this.nonces.set(nonce, resolve));
		await redis.ping(nonce);
		redis.disconnect();
		await seen;
		this.nonces.delete(nonce);
	}

	stop(): void {
		this.socket.destroy();
	}
}

/** A line of MONITOR: +1795479840.498729 [0 lua] "HSET" "key" "field" "value"; null for what is none. */
export function commandOf(line: string): Command | null {
	const [, time, source, quoted] = /^\+([\d.]+) \[\d+ (\S+)\] (.*)$/.exec(line) ?? [];
	if (time === undefined || quoted === undefined) return null;
	return { at: Number(time) * 1000, inScript: source === 'lua', argv: (quoted.match(/"(?:[^"\\]|\\.)*"/g) ?? []).map(unquoted) };
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b' };

/** Redis writes bytes beyond ASCII as \xHH. */
function unquoted(text: string): string {
	const bytes = text.slice(1, -1).replace(/\\(?:x([0-9a-f]{2})|(.))/g, (_all, hex: string | undefined, char: string) =>
		hex === undefined ? ESCAPES[char] ?? char : String.fromCharCode(parseInt(hex, 16)));
	return Buffer.from(bytes, 'latin1').toString('utf8');
}
