import type { Redis } from 'ioredis';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { quantile } from '../figure';
import { ScriptTimes } from '../scale/script-times';
import { Bout, WARM_UP, type PerJob } from './bout';
import { bytesByKind } from './key-bytes';
import { BOARDS, FIRST } from './lifecycle';
import { commandCounts } from './meter';
import { say } from './part';
import { withRedis } from './rig';

interface AloneOptions {
	/** Writes a profile of each process while it does what is measured. */
	profile: boolean;
	jobs: number;
	accounts: number;
	/** `enqueue` alone; what was put in is not worked off then. */
	only?: string;
}

const PROFILES = resolve('.bench/speed');

/** For whoever makes the engine faster or smaller: what one round costs it, script by script and key by key, without BullMQ and without bounds. */
export async function alone({ profile, jobs, accounts, only }: AloneOptions): Promise<number> {
	await mkdir(PROFILES, { recursive: true });
	const { way, concurrency } = FIRST.engine;
	const fileOf = (what: string) => (profile ? `${PROFILES}/${what}.cpuprofile` : undefined);
	await withRedis({ appendonly: false }, (redis, redisUrl) => Bout.with(redis, { contender: 'engine', redisUrl, accounts, boards: BOARDS, concurrency }, async (bout) => {
		for (const what of only === 'enqueue' ? ['enqueue'] as const : ['enqueue', 'work'] as const) {
			const times = await ScriptTimes.begin(redis), before = await commandCounts(redis);
			const cost = what === 'enqueue' ? await bout.enqueue(jobs, way, fileOf(what)) : await bout.work(jobs, fileOf(what));
			say(`${what}: ${costText(cost)}${profile ? `; ${fileOf(what)}` : ''}`);
			say(`  ${commandsText(before, await commandCounts(redis), jobs)}`);
			for (const [script, all] of await times.end()) {
				const total = all.reduce((sum, ms) => sum + ms, 0);
				say(`  ${script.padEnd(14)} ${String(all.length).padStart(6)} ×, p50 ${quantile(all, 0.5).toFixed(2)}, p99 ${quantile(all, 0.99).toFixed(2)}, longest ${all.at(-1)!.toFixed(2)} ms, ${(1000 * total / jobs).toFixed(0)} µs a job`);
			}
			await sayBytes(redis, `${what}: bytes a job`, jobs + WARM_UP);
		}
		if (only === 'enqueue') return;
		await bout.worker.ask('bury');
		await sayBytes(redis, 'tombstones: bytes a job', jobs + WARM_UP);
	}));
	return 0;
}

/** Below this a kind of key is not worth a line, bytes a job. */
const LEAST_BYTES = 1;

async function sayBytes(redis: Redis, what: string, jobs: number): Promise<void> {
	const kinds = (await bytesByKind(redis)).map(([kind, bytes]) => [kind, bytes / jobs] as const).filter(([, each]) => each >= LEAST_BYTES);
	say(`${what}: ${kinds.map(([kind, each]) => `${kind} ${Math.round(each)}`).join(', ')}`);
}

/** Fewer than this a job are not worth a word. */
const LEAST_COMMANDS = 0.1;

function commandsText(before: Map<string, number>, after: Map<string, number>, jobs: number): string {
	const each = [...after].map(([name, count]) => [name, (count - (before.get(name) ?? 0)) / jobs] as const).filter(([, count]) => count >= LEAST_COMMANDS);
	return each.sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} ${count.toFixed(1)}`).join(', ');
}

function costText({ perSecond, redisUs, nodeUs, calls, commands }: PerJob): string {
	return `${Math.round(perSecond)} jobs a second; a job: ${Math.round(redisUs)} µs of Redis, ${Math.round(nodeUs)} µs of Node, ${calls.toFixed(2)} scripts, ${commands.toFixed(1)} commands`;
}
