import type { Redis } from 'ioredis';
import { AccountStore } from '../../../src/store/accounts';
import { openClient } from '../../../src/store/connection';
import { Namespace } from '../../../src/store/namespace';
import { Pacer, type PacerOptions } from '../../../src/pace/pacer';
import { PACE_PRESETS } from '../../../src/pace/presets';
import { openRedis, redisSettings } from '../../support/redis';

// A minute of Pinterest takes a second here: 100 writes a second is the limit, 80 are used.
const TIME_FACTOR = 60;

/** The standard pace, without a cap on how many are under way unless the test names one. */
export const pace = (change = {}) => ({ ...PACE_PRESETS.standard, concurrent: 50, ...change });

const ended: (() => Promise<unknown> | void)[] = [];

/** Ended after the test, last first. */
export const afterwards = (end: () => Promise<unknown> | void) => void ended.push(end);

/** Ends what the test has begun. */
export async function endAll(): Promise<void> {
	for (const end of ended.splice(0).reverse()) await end();
}

export function aPacer(namespace: string, change: Partial<Omit<PacerOptions, 'client'>> & { url?: string; client?: Redis } = {}) {
	const { url, client = openClient(url ? { url } : redisSettings(), 'test-pacer', { queue: true, lazy: false }) as Redis, ...options } = change;
	const memory = change.memory ?? aMemory(namespace, url);
	const lines: Record<string, unknown>[] = [];
	const pacer = new Pacer({ client, namespace, appPace: null, timeFactor: TIME_FACTOR, log: (line) => lines.push(line), ...options, memory });
	afterwards(() => pacer.stop());
	return Object.assign(pacer, { client, events: () => lines.map((line) => line.event) });
}

/** What all workers of the namespace know of its accounts. */
export function aMemory(name: string, url?: string): AccountStore {
	const namespace = new Namespace({ redis: url ? { url } : redisSettings(), name, horizonMs: 1000 });
	afterwards(() => namespace.close());
	return new AccountStore(namespace);
}

export function aRedis(): Redis {
	const redis = openRedis();
	afterwards(() => redis.disconnect());
	return redis;
}

/** Asks for as many slots at once, evenly, and answers when each was granted, ms. */
export async function grants(pacers: Pacer[], count: number): Promise<number[]> {
	const at: number[] = [];
	const share = count / pacers.length;
	await Promise.all(pacers.flatMap((pacer) => Array.from({ length: share }, () => pacer.slot('acme', async () => void at.push(performance.now())))));
	return at.sort((a, b) => a - b);
}

/** Resolves once `work` runs in a slot of the account, to the end of that slot. */
export function holding(pacer: Pacer, work: () => Promise<unknown>): Promise<{ ended: Promise<unknown> }> {
	return new Promise((resolve) => {
		const slot: Promise<unknown> = pacer.slot('acme', () => {
			queueMicrotask(() => resolve({ ended: slot }));
			return work();
		});
	});
}

export const never = () => new Promise<void>(() => undefined);
