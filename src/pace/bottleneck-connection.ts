// Bottleneck 2.19.5 misunderstands Redis 7 and trusts each worker's clock; nothing newer is coming. This file mends the
// few methods through which a connection reaches Redis. Its tests show the failures without it.
import Bottleneck from 'bottleneck';

/** What of an ioredis client is used here; not lazy, without keyPrefix: Bottleneck waits for a "ready" of its duplicate. */
export interface RedisClient {
	readonly status: string;
	on(event: 'ready' | 'error', listener: (error?: unknown) => void): unknown;
	eval(script: string, keyCount: number, ...args: string[]): Promise<unknown>;
	hmget(key: string, ...fields: string[]): Promise<(string | null)[]>;
	disconnect(): void;
}

type Answer = (error: Error | null, reply?: unknown) => void;
interface Limiter { channel(): string; channel_client(): string }

/** Internals of Bottleneck's IORedisConnection, as of 2.19.5 (pinned). */
export interface Connection {
	ready: Promise<unknown>;
	subscriber: { subscribe(channel: string): Promise<unknown>; unsubscribe(channel: string): Promise<unknown> };
	limiters: Record<string, Limiter>;
	terminated: boolean;
	on(event: 'error', listener: (error: unknown) => void): void;
	disconnect(flush?: boolean): Promise<void>;
	__scriptArgs__(name: string, id: string, args: unknown[], answer: Answer): unknown[];
	__scriptFn__(name: string): (...args: unknown[]) => unknown;
	__addLimiter__(limiter: Limiter): Promise<unknown>;
	__removeLimiter__(limiter: Limiter): void;
}

/** Redis 7 puts `ERR ` before the words of `redis.error_reply`, and Bottleneck compares the whole. */
const MISREAD = /^ERR (?=(?:SETTINGS_KEY_NOT_FOUND|UNKNOWN_CLIENT|OVERWEIGHT:))/;

/** A connection as Bottleneck makes it: not to be used with Redis 7 before `mend`. */
export function openConnection(client: RedisClient): Connection {
	// Given `Redis`, Bottleneck does not look for an ioredis of its own.
	return new Bottleneck.IORedisConnection({ client, Redis: client.constructor }) as unknown as Connection;
}

/**
 * Mends a connection whose `ready` has resolved and that has no limiter yet. The time of Redis replaces the worker's in
 * every script; the words Bottleneck waits for are given back to it; a subscription that fails is an error, and one that
 * ends while Redis is away is no unhandled rejection.
 */
export function mend(connection: Connection, redisNow: () => number, onError: (error: unknown) => void): void {
	const scriptArgs = connection.__scriptArgs__.bind(connection);
	connection.__scriptArgs__ = (name, id, [, ...args], answer) =>
		scriptArgs(name, id, [redisNow(), ...args], (error, reply) => answer(error && understood(error), reply));

	connection.__addLimiter__ = (limiter) => Promise.all(channelsOf(limiter).map(async (channel) => {
		await connection.subscriber.subscribe(channel);
		connection.limiters[channel] = limiter;
	}));

	connection.__removeLimiter__ = (limiter) => {
		for (const channel of channelsOf(limiter)) {
			delete connection.limiters[channel];
			if (!connection.terminated) connection.subscriber.unsubscribe(channel).catch(onError);
		}
	};
}

/** From now on whoever asks for a token over this connection hears that there is none; what was asked before is answered. */
export function drawNoMore(connection: Connection): void {
	const scriptFn = connection.__scriptFn__.bind(connection);
	connection.__scriptFn__ = (name) => (name === 'register' ? (...args) => (args.at(-1) as Answer)(null, [0]) : scriptFn(name));
}

function channelsOf(limiter: Limiter): string[] {
	return [limiter.channel(), limiter.channel_client()];
}

function understood(error: Error): Error {
	error.message = error.message.replace(MISREAD, '');
	return error;
}
