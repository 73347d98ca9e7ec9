import { setTimeout as sleep } from 'node:timers/promises';
import { quantile, seconds, told, type Figure } from '../figure';
import type { ScaleRig, Usage } from './rig';
import { longestOf } from './script-times';

export interface ManyOptions {
	/** How long is watched while nothing is due, ms. */
	idleMs: number;
	/** Within this a job of every account is due, ms. */
	burstMs: number;
	/** How long a worker is left alone after its last job before it is watched again, ms. */
	restMs: number;
}

interface Idle {
	usage: Usage;
	workerCpu: number;
	redisCpu: number;
	commands: number;
}

interface Burst {
	startsMs: number[];
	/** Commands in Redis for each Pin, those inside scripts counted, without what is asked while nothing is due. */
	commands: number;
	workerCpuMs: number;
	redisCpuMs: number;
	longest: [script: string, ms: number];
}

/** Commands that publishing one Pin may take, whoever else the worker serves. */
const COMMANDS_A_PIN = 400;
/** How much more of something is no growth: a heap is never twice the same. */
const NO_GROWTH = 1.15;

/** One worker serves many accounts. What does it cost while nothing is due, while each has a job, and afterwards? */
export async function manyAccounts(rig: ScaleRig, accounts: string[], options: ManyOptions): Promise<Figure[]> {
	const startMs = await rig.worker();
	const calls = Object.entries(rig.calls()).map(([operation, count]) => `${operation} ${count}`).join(', ');
	// What was made for the start is gone by then.
	await sleep(options.restMs);
	const fresh = await idle(rig, options);
	const first = await burst(rig, accounts, { ...options, idleCommands: fresh.commands });
	const once = await idle(rig, options);
	await burst(rig, accounts, { ...options, idleCommands: once.commands });
	const twice = await idle(rig, options);
	return [
		told(`${accounts.length} accounts on one worker: until all were checked and listed`, `${seconds(startMs)} s; ${calls}`),
		told('… idle: worker', `${share(fresh.workerCpu)} of a core, ${Math.round(fresh.usage.rssMb)} MB RSS, ${Math.round(fresh.usage.heapMb)} MB heap, ${fresh.usage.timers} timers`),
		told('… idle: Redis', `${share(fresh.redisCpu)} of a core, ${Math.round(fresh.commands)} commands a second, ${Math.round(fresh.usage.redis.memoryMb)} MB`),
		told('… a job for each within', `${seconds(options.burstMs)} s: started p50 ${quantile(first.startsMs, 0.5)}, p99 ${quantile(first.startsMs, 0.99)}, latest ${first.startsMs.at(-1)} ms after it was due`),
		{ what: '… commands in Redis for each Pin', bound: `≤ ${COMMANDS_A_PIN}`, seen: String(Math.round(first.commands)), isKept: first.commands <= COMMANDS_A_PIN },
		told('… for each Pin', `${first.workerCpuMs.toFixed(1)} ms of the worker, ${first.redisCpuMs.toFixed(1)} ms of Redis`),
		told('… longest script', `\`${first.longest[0]}\`, ${first.longest[1].toFixed(1)} ms`),
		asBefore('… idle again: timers', fresh.usage.timers, once.usage.timers, twice.usage.timers),
		asBefore('… commands in Redis a second', fresh.commands, once.commands, twice.commands),
		told('… worker and Redis, of a core', `${share(once.workerCpu)} and ${share(once.redisCpu)}, then ${share(twice.workerCpu)} and ${share(twice.redisCpu)}`),
		// What a first job leaves behind of an account, such as its limiters' code, is not there before.
		asBefore('… heap of the worker, MB', once.usage.heapMb, twice.usage.heapMb),
		told('… RSS of the worker', [fresh, once, twice].map(({ usage }) => `${Math.round(usage.rssMb)} MB`).join(', ')),
		told('… keys, before', keysOf(fresh.usage)),
		told('… keys after a job for each', keysOf(once.usage)),
		told('… keys after two for each', keysOf(twice.usage)),
	];
}

async function idle(rig: ScaleRig, { idleMs }: ManyOptions): Promise<Idle> {
	const before = await rig.usage();
	await sleep(idleMs);
	const after = await rig.usage();
	const ms = after.at - before.at;
	return {
		usage: after, workerCpu: (after.cpuMs - before.cpuMs) / ms, redisCpu: (after.redis.cpuMs - before.redis.cpuMs) / ms,
		commands: (after.redis.commands - before.redis.commands) / ms * 1000,
	};
}

async function burst(rig: ScaleRig, accounts: string[], { burstMs, restMs, idleCommands }: ManyOptions & { idleCommands: number }): Promise<Burst> {
	const leadMs = 5000 + accounts.length, from = Date.now() + leadMs;
	const requests = accounts.flatMap((account, i) => rig.requests(account, [from + i * burstMs / accounts.length]));
	const already = await rig.succeeded();
	const ids = await rig.enqueue(requests);
	const before = await rig.usage(), times = await rig.scriptTimes();
	const starts = await rig.starts(ids, leadMs + 2 * burstMs + 60_000);
	for (const until = Date.now() + 60_000; await rig.succeeded() < already + ids.length && Date.now() < until; await sleep(100));
	const scripts = await times.end(), after = await rig.usage();
	await sleep(restMs);
	return {
		startsMs: ids.map((id, i) => starts.get(id)! - Date.parse(requests[i]!.scheduledAt as string)).sort((a, b) => a - b),
		commands: (after.redis.commands - before.redis.commands - idleCommands * (after.at - before.at) / 1000) / ids.length,
		workerCpuMs: (after.cpuMs - before.cpuMs) / ids.length, redisCpuMs: (after.redis.cpuMs - before.redis.cpuMs) / ids.length,
		longest: longestOf(scripts),
	};
}

function asBefore(what: string, before: number, ...after: number[]): Figure {
	// A handful of timers come and go with what happens to be due.
	const isKept = after.every((one) => one <= NO_GROWTH * before + 5);
	return { what, bound: 'as before', seen: [before, ...after].map((one) => String(Math.round(one))).join(', '), isKept };
}

function share(cpu: number): string {
	return `${(100 * cpu).toFixed(1)} %`;
}

function keysOf({ keys }: Usage): string {
	return [...keys].sort(([, a], [, b]) => b - a).filter(([, count]) => count > 10).map(([pattern, count]) => `\`${pattern}\` ${count}`).join(', ');
}
