import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log';
import { rightsFor, toGrant } from './acl';
import { type Client, type RedisSettings, openClient } from './connection';
import { configOf, Greeting, ready } from './greeting';
import { reportOf, type RedisReport } from './inspect';
import { isRefusedFlag, isRepeatable, isUnknownScript, translated } from './redis-errors';
import { prefixOf } from './keys';
import { legible } from './packing';
import { type Script, script } from './scripts';
import { Signals, type WakeListener } from './signals';

export type { RedisReport, WakeListener };

export interface NamespaceOptions {
	redis: RedisSettings;
	/** The hash tag of every key; one Pinterest app. */
	name: string;
	/** Who this process is among the workers; a random id otherwise. */
	id?: string;
	/** How long after a suspected rollback every send is preceded by a read, ms; `policy.horizonMs`. */
	horizonMs: number;
	/** Between two heartbeats of a worker, ms; when nobody wrote for longer, Redis was away. 20 s by default. */
	heartbeatMs?: number;
	/** How long a call is repeated while Redis is away, ms; 10 s by default, a node's enqueue takes 4 s. */
	deadlineMs?: number;
	/** The clock of the scripts, epoch ms; tests only, Redis' own otherwise. */
	clock?: () => number;
	/** Told of what is suspicious: a rollback, a slow or failing connection. */
	log?: Log;
}

export interface CallOptions {
	/** For tests of repeated calls; a random one otherwise. */
	operation?: string;
	/** On the connection for large values, so that scripts do not wait behind them. */
	bulk?: boolean;
}

const COMMAND_TIMEOUT_MS = 2000;
const BULK_TIMEOUT_MS = 30_000;

/** One namespace on one Redis: runs scripts once however often their answer is lost, and notices when Redis forgot. */
export class Namespace {
	/** Starts every key; `{name}` is the hash tag, so that all keys of the namespace live on one node of a Cluster. */
	readonly prefix: string;
	/** Under which this process is registered if it works: only then its jobs may be sent. */
	readonly id: string;
	private readonly client: Client;
	private readonly greeting: Greeting;
	private readonly signals: Signals;
	private bulkClient: Client | null = null;
	private told = 0;
	private offsetMs = 0;
	private bare = false;
	private readonly closing = new AbortController();
	private lastAnswerAt = 0;

	constructor(readonly options: NamespaceOptions) {
		this.prefix = prefixOf(options.name);
		this.id = options.id ?? randomOperation();
		// Every call under way may wait for the same connection.
		setMaxListeners(0, this.closing.signal);
		this.client = openClient(options.redis, `pj:${options.name}:store`, { commandTimeoutMs: COMMAND_TIMEOUT_MS });
		this.greeting = new Greeting(this.client, (args) => this.evaluate(this.client, 'attach', randomOperation(), args), { ...options, id: this.id }, this.closing.signal);
		this.signals = new Signals(options.redis, this.prefix, (counter, runId) => { if (runId === this.greeting.runId) this.hear(counter); });
	}

	/** Epoch ms on the store's clock, as of the last answer; the local clock before the first one. */
	now(): number {
		return this.options.clock?.() ?? Date.now() + this.offsetMs;
	}

	/** Connects and checks the namespace: `redis_unavailable`, `namespace_newer`. Not needed: every call does. */
	async open(): Promise<void> {
		await this.repeated(false, () => Promise.resolve());
	}

	/**
	 * Runs a script that writes. While Redis is away it is repeated under the same operation id until the deadline, so that it
	 * has its effect once; then `redis_unavailable`, and the effect may have happened.
	 */
	async run<T>(name: string, args: (string | number | Buffer)[], options: CallOptions = {}): Promise<T> {
		const operation = options.operation ?? randomOperation(), askedAt = Date.now();
		return this.repeated(options.bulk ?? false, (client) => this.evaluate(client, name, operation, args, askedAt) as Promise<T>);
	}

	/** Runs a script that only reads. */
	async query<T>(name: string, args: (string | number)[]): Promise<T> {
		return this.repeated(false, (client) => this.send(client, name, args) as Promise<T>);
	}

	/** Reads; `read` may be called again. */
	async read<T>(read: (client: Client) => Promise<T>, options: CallOptions = {}): Promise<T> {
		return this.repeated(options.bulk ?? false, read);
	}

	/** Calls back on every signal until the returned function is called; reconnects by itself. */
	listen(listener: WakeListener): () => void {
		return this.signals.listen(listener);
	}

	/** What health and `doctor` show; what Redis does not tell is null. */
	async inspect(): Promise<RedisReport> {
		const seen = await this.query<string[]>('inspect', []);
		return this.read((client) => reportOf(seen, (name) => configOf(client, this.key('meta'), name), this.now()));
	}

	/** The parts of `aclRule` that the user of this connection lacks; null where the server cannot tell. Without greeting, which may be what it has no right to. */
	async missingRights(): Promise<string[] | null> {
		const rights = rightsFor(this.options.name, this.options.redis);
		const ask = (client: Client) => this.send(client, 'rights', [JSON.stringify(rights.map(({ command }) => command)), this.key('meta')]) as Promise<number[] | null>;
		const refused = await this.repeated(false, ask, { greets: false });
		return refused && toGrant(refused.map((place) => rights[place - 1]!.rule));
	}

	key(...parts: (string | number)[]): string {
		return this.prefix + parts.join(':');
	}

	/** Closes every connection; calls under way reject with `redis_unavailable`. */
	async close(): Promise<void> {
		this.closing.abort();
		this.signals.close();
		for (const client of [this.client, this.bulkClient]) client?.disconnect();
	}

	private async repeated<T>(bulk: boolean, call: (client: Client) => Promise<T>, { greets = true } = {}): Promise<T> {
		const deadline = Date.now() + (this.options.deadlineMs ?? 10_000);
		for (let tries = 0; ; tries++) {
			try {
				if (greets) await this.greeting.done();
				const client = bulk ? this.bulk() : this.client;
				await ready(client, deadline, this.closing.signal);
				const answer = await call(client);
				this.lastAnswerAt = Date.now();
				return answer;
			} catch (error) {
				const pauseMs = Math.min(25 * 2 ** Math.min(tries, 5), 500);
				if (!isRepeatable(error) || this.closing.signal.aborted || Date.now() + pauseMs >= deadline) throw translated(error);
				this.doubt(error);
				await sleep(pauseMs);
			}
		}
	}

	/** One try of a script that writes; first tried at `askedAt`. */
	private async evaluate(client: Client, name: string, operation: string, args: (string | number | Buffer)[], askedAt = Date.now()): Promise<unknown> {
		const clock = this.options.clock?.() ?? '';
		const answer = await this.send(client, name, [operation, clock, this.told, this.options.horizonMs, ...args]) as [number, number, ...unknown[]];
		// What a run tells counts only once it was greeted: it is held against what the next one knows.
		if (client === this.client) this.hear(answer[0]);
		// The script ran between the two: what is known already stands unless that refutes it, so that one slow answer sets no clock back.
		this.offsetMs = Math.min(Math.max(this.offsetMs, answer[1] - Date.now()), answer[1] - askedAt);
		return answer.length === 3 ? answer[2] : answer.slice(2);
	}

	private async send(client: Client, name: string, args: (string | number | Buffer)[]): Promise<unknown> {
		const bare = this.bare;
		try {
			return await this.call(client, script(name, bare), args);
		} catch (error) {
			if (bare || !isRefusedFlag(error)) throw error;
			this.bare = true;
			return this.call(client, script(name, true), args);
		}
	}

	private async call(client: Client, { sha, text }: Script, args: (string | number | Buffer)[]): Promise<unknown> {
		try {
			return legible(await client.callBuffer('evalsha', sha, 1, this.key('meta'), ...args));
		} catch (error) {
			if (!isUnknownScript(error)) throw error;
			return legible(await client.callBuffer('eval', text, 1, this.key('meta'), ...args));
		}
	}

	private hear(counter: number): void {
		this.told = Math.max(this.told, counter);
	}

	/** A connection on which nothing was answered for as long as a command may take is half open: a new one is needed. */
	private doubt(error: unknown): void {
		const silent = Date.now() - this.lastAnswerAt > 0.9 * COMMAND_TIMEOUT_MS;
		const timedOut = error instanceof Error && error.message === 'Command timed out';
		if (!timedOut || !silent) return;
		this.options.log?.({ level: 'warn', event: 'redis.silent', namespace: this.options.name });
		this.client.disconnect(true);
	}

	private bulk(): Client {
		this.bulkClient ??= openClient(this.options.redis, `pj:${this.options.name}:bulk`, { commandTimeoutMs: BULK_TIMEOUT_MS });
		return this.bulkClient;
	}
}

function randomOperation(): string {
	return randomBytes(15).toString('base64url');
}
