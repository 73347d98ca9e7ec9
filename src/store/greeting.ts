import type { Log } from '../log';
import { serverOf, type Client } from './connection';
import { prefixOf, RECORD_VERSION } from './keys';
import { isRefusal, NotReady } from './redis-errors';

interface Options {
	name: string;
	id: string;
	heartbeatMs?: number;
	log?: Log;
}

const PATIENCE_MS = 250;

/** Greets the namespace after every (re)connect, before anything else is asked of it: did this Redis forget something? */
export class Greeting {
	private greeted = false;
	private underWay: Promise<void> | null = null;
	/** The run of the server that was greeted last; '' before the first one. */
	runId = '';
	/** What the connection failed with last; it says more than that nobody answers. */
	private failure: Error | null = null;

	constructor(
		private readonly client: Client,
		private readonly attach: (args: (string | number)[]) => Promise<unknown>,
		private readonly options: Options,
		private readonly closed: AbortSignal,
	) {
		client.on('error', (error: Error) => { this.failure = error; }).on('ready', () => {
			this.failure = null;
			// Others wait for what this process has to tell of a restart. Should it fail, the next call greets.
			if (this.runId !== '') this.done().catch(() => undefined);
		});
		// On a Cluster a node that fails over shows as a new node.
		for (const sign of ['close', '+node']) client.on(sign, () => { this.greeted = false; });
	}

	/** Resolves once the connection is up and greeted; rejects after a moment, so that each caller minds its own deadline. */
	async done(): Promise<void> {
		// A half-open connection is given up some time before it says so.
		if (this.client.status !== 'ready') this.greeted = false;
		// Also while the greeting is under way: what it would notice, nobody else would.
		while (!this.greeted || this.underWay) {
			this.underWay ??= this.greet().finally(() => { this.underWay = null; });
			await this.underWay;
		}
	}

	private async greet(): Promise<void> {
		await ready(this.client, Date.now() + PATIENCE_MS, this.closed).catch((error: unknown) => {
			throw error instanceof NotReady ? new NotReady(this.failure) : error;
		});
		// From here on a new loss of the connection asks for a new greeting.
		this.greeted = true;
		try {
			const [lookUntil, runId, lifted] = await this.attach([
				RECORD_VERSION, await this.durability(), this.options.heartbeatMs ?? 20_000, this.runId, this.options.id,
			]) as [number, string, number];
			this.runId = runId;
			if (lifted === 1) this.options.log?.({ level: 'info', event: 'redis.intact', namespace: this.options.name });
			if (lookUntil > 0) this.options.log?.({ level: 'warn', event: 'redis.quarantine', namespace: this.options.name, until: lookUntil });
		} catch (error) {
			this.greeted = false;
			throw error;
		}
	}

	/** How often an append-only file is synced: always, everysec or no; '' when Redis does not tell, as hosted ones often forbid CONFIG. */
	private async durability(): Promise<string> {
		return await configOf(this.client, `${prefixOf(this.options.name)}meta`, 'appendfsync') ?? '';
	}
}

/** One setting of the server that has this key; null when it is unknown or CONFIG is forbidden. */
export async function configOf(client: Client, key: string, name: string): Promise<string | null> {
	try {
		const answer = await (await serverOf(client, key)).call('CONFIG', 'GET', name) as string[];
		return answer[1] ?? null;
	} catch (error) {
		if (error instanceof Error && error.name === 'ReplyError') return null;
		throw error;
	}
}

/** Resolves when commands can be sent; rejects with `NotReady` at the deadline or when `closed`, and at once when Redis refuses us. */
export async function ready(client: Client, deadline: number, closed: AbortSignal): Promise<void> {
	if (closed.aborted) throw new NotReady(null);
	if (client.status === 'ready') return;
	if (client.status === 'wait') client.connect().catch(() => undefined);
	await new Promise<void>((resolve, reject) => {
		const done = (settle: () => void) => {
			clearTimeout(timer);
			client.off('ready', onReady).off('error', onError);
			closed.removeEventListener('abort', fail);
			settle();
		};
		const fail = () => done(() => reject(new NotReady(null)));
		const onReady = () => done(resolve);
		const onError = (error: Error) => { if (isRefusal(error)) done(() => reject(error)); };
		const timer = setTimeout(fail, Math.max(0, deadline - Date.now()));
		client.on('ready', onReady).on('error', onError);
		// A client that was waiting to reconnect ends without an event.
		closed.addEventListener('abort', fail);
	});
}
