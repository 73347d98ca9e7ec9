import type { RedisSettings } from './connection';

export interface NamespaceOptions {
	redis: RedisSettings;
	/** The hash tag of every key; one Pinterest app. */
	name: string;
	/** How long after a suspected rollback every send is preceded by a read, ms; `policy.horizonMs`. */
	horizonMs: number;
	/** How long a call is repeated while Redis is away, ms; 10 s by default, a node's enqueue takes 4 s. */
	deadlineMs?: number;
	/** The clock of the scripts, epoch ms; tests only, Redis' own otherwise. */
	clock?: () => number;
	/** Told of what is suspicious: a rollback, a slow or failing connection. */
	log?: (line: Record<string, unknown>) => void;
}

/** What a script wrote that others may be waiting for. */
export interface WakeListener {
	/** A job of this account became due earlier than was known; at this instant. */
	work(lane: string, account: string, at: number): void;
	/** An event was written, or a delivery became due. */
	events(): void;
	/** Signals may have been missed: look everywhere. */
	all(): void;
}

export interface RedisReport {
	version: string | null;
	aof: boolean | null;
	appendfsync: string | null;
	evictionPolicy: string | null;
	usedMemory: number | null;
	maxMemory: number | null;
	quarantineUntil: number | null;
}

/** One namespace on one Redis: runs scripts once however often their answer is lost, and notices when Redis forgot. */
export class Namespace {
	constructor(readonly options: NamespaceOptions) {}

	/** Epoch ms on the store's clock, as of the last answer; the local clock before the first one. */
	now(): number { throw new Error('soon'); }

	/** Connects and checks the namespace: `redis_unavailable`, `namespace_newer`. Not needed: every call does. */
	async open(): Promise<void> { throw new Error('soon'); }

	/** Calls back on every signal until the returned function is called; reconnects by itself. */
	listen(_listener: WakeListener): () => void { throw new Error('soon'); }

	/** What health and `doctor` show; what Redis does not tell is null. */
	async inspect(): Promise<RedisReport> { throw new Error('soon'); }

	/** Closes every connection; calls under way reject with `redis_unavailable`. */
	async close(): Promise<void> { throw new Error('soon'); }
}
