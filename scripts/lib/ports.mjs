import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A TCP port of 127.0.0.1 that nobody listened on a moment ago. */
export function freePort() {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const { port } = server.address();
			server.close(() => resolve(port));
		});
	});
}

/** Asks `isReady` every 25 ms until it is true; gives up after `timeoutMs` or as soon as `gaveUp` names a reason. */
export async function waitUntil(isReady, { what, timeoutMs = 10_000, gaveUp = () => undefined }) {
	const deadline = Date.now() + timeoutMs;
	while (!(await isReady())) {
		const reason = gaveUp();
		if (reason) throw new Error(`${what}: ${reason}`);
		if (Date.now() > deadline) throw new Error(`${what}: not ready after ${timeoutMs / 1000} s`);
		await sleep(25);
	}
}

/** Whether a Redis answers PING on this port of 127.0.0.1; one that still loads its data does not count. */
export function answersPing(port) {
	return new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1');
		const finish = (answer) => {
			socket.destroy();
			resolve(answer);
		};
		socket.setTimeout(1000, () => finish(false));
		for (const end of ['error', 'close']) socket.once(end, () => finish(false));
		socket.once('data', (data) => finish(data.toString().startsWith('+PONG')));
		socket.once('connect', () => socket.write('PING\r\n'));
	});
}
