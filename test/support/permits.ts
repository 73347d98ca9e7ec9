import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { prefixOf } from '../../src/store/keys';

/** A right to send that was given. Epoch ms on the clock of Redis. */
export interface Permit {
	jobId: string;
	at: number;
	sendBy: number;
}

/** Writes down every send permit of a namespace as Redis gives it, whoever asked and whether or not the answer arrived. */
export class PermitRecorder {
	readonly permits: Permit[] = [];

	private constructor(private readonly socket: Socket) {}

	static async of(url: string, namespace: string): Promise<PermitRecorder> {
		const { port, hostname } = new URL(url);
		const socket = connect(Number(port), hostname);
		await once(socket, 'connect');
		const recorder = new PermitRecorder(socket);
		// A line of MONITOR: +1795479840.498729 [0 lua] "HSET" "pj:{name}:job:pj_…" "sendBy" "1795479840831"
		const job = `${prefixOf(namespace)}job:`.replace(/[{}]/g, '\\$&');
		// begin-send.lua is the only script that writes this field alone.
		const permit = new RegExp(`^\\+([\\d.]+) \\[.*\\] "HSET" "${job}([^"]+)" "sendBy" "(\\d+)"$`);
		createInterface(socket).on('line', (line) => {
			const [, time, jobId, sendBy] = permit.exec(line) ?? [];
			if (jobId) recorder.permits.push({ jobId, at: Math.floor(Number(time) * 1000), sendBy: Number(sendBy) });
		});
		socket.write('MONITOR\r\n');
		return recorder;
	}

	stop(): void {
		this.socket.destroy();
	}
}
