import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { prefixOf } from '../../src/store/keys';
import { script } from '../../src/store/scripts';
import type { Command } from './monitor';

/** One call of a script by its operation id, however often it was sent. */
export interface Operation {
	id: string;
	script: string;
	asked: number;
	/** How often it changed anything. */
	effects: number;
}

/** A job's lease as a script left it. `before` is what stood then; null when the log began later than the lease. */
export interface LeaseChange {
	jobId: string;
	at: number;
	by: string;
	fence: string;
	until: number;
	before: { fence: string; until: number } | null;
}

/** Somebody wanted to change a job by right of a fence that was no longer valid; `standing` was. */
export interface StaleFence {
	jobId: string;
	at: number;
	by: string;
	fence: string;
	standing: string;
	/** Whether the job was changed all the same. */
	changed: boolean;
}

/** What the scripts of a namespace did. Plain data: logs of several servers or shards may be joined end to end. */
export interface ScriptRecord {
	operations: Operation[];
	leases: LeaseChange[];
	stale: StaleFence[];
}

/** A script that runs: all that Redis reports until the next call is its doing. */
interface Running {
	name: string;
	operation: Operation;
	at: number;
	/** What it was called with: of one job several, when a worker ends its own attempt together with the lease it took over. */
	fences: [jobId: string, fence: string][];
	/** Job id → the fence that stood when the script began, of the jobs it has changed. */
	changed: Map<string, string | undefined>;
}

const scriptNames = readdirSync(join(__dirname, '../../src/store/lua')).filter((file) => file.endsWith('.lua')).map((file) => file.slice(0, -4));

/** Reads from MONITOR which operations had an effect, how leases went from hand to hand, and who came with an old fence. */
export class ScriptLog {
	readonly record: ScriptRecord = { operations: [], leases: [], stale: [] };
	private readonly names = new Map(scriptNames.flatMap((name) => [false, true].map((bare) => [script(name, bare).sha, name])));
	private readonly operations = new Map<string, Operation>();
	private readonly standing = new Map<string, { fence: string; until: number }>();
	private readonly prefix: string;
	private running: Running | null = null;

	constructor(namespace: string) {
		this.prefix = prefixOf(namespace);
	}

	take({ at, inScript, argv }: Command): void {
		if (inScript) return this.write(argv);
		this.close();
		const [command = '', text = '', , meta, id = '', clock, , , ...args] = argv;
		if (!/^eval(sha)?$/i.test(command) || meta !== `${this.prefix}meta`) return;
		const name = this.names.get(command.length === 4 ? createHash('sha1').update(text).digest('hex') : text);
		if (name === undefined || clock === undefined) return;
		this.running = { name, operation: this.operation(id, name), at: Number(clock) || at, fences: fencesOf(name, args), changed: new Map() };
	}

	/** The last call is over. */
	close(): void {
		const { running } = this;
		this.running = null;
		if (!running) return;
		const byRight = (jobId: string) => running.fences.some(([id, fence]) => id === jobId && fence === running.changed.get(jobId));
		for (const [jobId, fence] of running.fences) {
			const changed = running.changed.has(jobId);
			const standing = changed ? running.changed.get(jobId) : this.standing.get(jobId)?.fence;
			if (standing === undefined || standing === fence) continue;
			this.record.stale.push({ jobId, at: running.at, by: running.name, fence, standing, changed: changed && !byRight(jobId) });
		}
	}

	private operation(id: string, name: string): Operation {
		const known = this.operations.get(id) ?? { id, script: name, asked: 0, effects: 0 };
		if (known.asked === 0) {
			this.operations.set(id, known);
			this.record.operations.push(known);
		}
		known.asked += 1;
		return known;
	}

	private write([command = '', key = '', ...rest]: string[]): void {
		const { running } = this;
		if (!running || !key.startsWith(this.prefix)) return;
		const name = key.slice(this.prefix.length);
		if (command === 'SET' && name === `op:${running.operation.id}`) running.operation.effects += 1;
		if (command === 'HSET' && name.startsWith('job:')) this.change(running, name.slice(4), rest);
	}

	private change({ name, at, changed }: Running, jobId: string, flat: string[]): void {
		const field = (wanted: string) => flat.find((_, i) => i % 2 === 1 && flat[i - 1] === wanted);
		const before = this.standing.get(jobId) ?? null;
		if (!changed.has(jobId)) changed.set(jobId, before?.fence);
		// A new record leaves out what is empty, so also that nobody has it.
		const isNew = name === 'enqueue';
		const fence = field('fence') ?? (isNew ? '' : before?.fence), until = field('leaseEnd') ?? (isNew ? '0' : undefined);
		if (fence === undefined || until === undefined) return;
		const after = { fence, until: Number(until) };
		this.standing.set(jobId, after);
		this.record.leases.push({ jobId, at, by: name, ...after, before });
	}
}

/** Which fences a call comes with: pairs of job and fence, or the `owned` of each change. */
function fencesOf(name: string, args: string[]): Running['fences'] {
	const pairs = (from: number) => args.flatMap((id, i): Running['fences'] => (i >= from && (i - from) % 2 === 0 ? [[id, args[i + 1] ?? '']] : []));
	switch (name) {
		case 'begin-send': return args.flatMap((id, i): Running['fences'] => (i % 4 === 1 ? [[id, args[i + 1]!]] : []));
		case 'begin-write': return [[args[0]!, args[1]!]];
		case 'extend': return pairs(1);
		case 'give-back': return pairs(0);
		case 'settle': return pairs(1).map(([json]) => JSON.parse(json) as { id: string; owned: string }).map(({ id, owned }) => [id, owned]);
		default: return [];
	}
}
