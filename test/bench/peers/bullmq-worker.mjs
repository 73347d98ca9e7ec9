// A BullMQ worker as its documentation recommends it, as a process of its own. docs/benchmarks.md names the documents.
import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { postPin } from './post-pin.mjs';
import { settings } from './settings.mjs';

const { name, redisPort, url, tokens, timeoutMs, reconnectMs, worker: options } = await settings();
const log = (error) => process.stderr.write(`${error.message}\n`);
const connection = { host: '127.0.0.1', port: redisPort, retryStrategy: (times) => Math.max(Math.min(Math.exp(times), reconnectMs.most), reconnectMs.least) };

const queue = new Queue(name, { connection });
const worker = new Worker(name, publish, { connection, ...options });
for (const part of [queue, worker]) part.on('error', log);
process.on('uncaughtException', log);
process.on('unhandledRejection', log);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void close());
await worker.waitUntilReady();
process.stdout.write('ready\n');

async function publish({ data: { account, body } }) {
	const { kind, why, waitMs } = await postPin({ url, token: tokens[account], body }, timeoutMs);
	if (kind === 'published') return;
	if (kind === 'refused') throw new UnrecoverableError(`${kind}: ${why}`);
	if (waitMs > 0) {
		await queue.rateLimit(waitMs);
		throw Worker.RateLimitError();
	}
	throw new Error(`${kind}: ${why}`);
}

async function close() {
	await worker.close();
	await queue.close();
	process.exit(0);
}
