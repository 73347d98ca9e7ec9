import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Row } from './contender';
import type { Verdict } from './judge';

/** What a run is, beside its shards. */
export interface RunFacts {
	mode: 'short' | 'full';
	seed: number;
	timeFactor: number;
	/** Names the state of `src/` and of the bench: shards of two states are not one run. */
	sourceHash: string;
	machine: string;
	versions: string;
	date: string;
}

const ROOT = join('.bench', 'faults');

/** One run in its folder: what was finished is there, whatever became of the process. */
export class Run {
	private constructor(readonly folder: string, readonly facts: RunFacts) {}

	/** The run of this seed; without a seed the latest of its mode that fits and was not finished; else a new one. */
	static async open(facts: Omit<RunFacts, 'seed' | 'machine' | 'date'> & { seed?: number; fresh: boolean }): Promise<Run> {
		const { fresh, ...wanted } = facts;
		const fits = (run: Run) => run.facts.mode === facts.mode && run.facts.sourceHash === facts.sourceHash && run.facts.timeFactor === facts.timeFactor
			&& (facts.seed ?? run.facts.seed) === run.facts.seed;
		const known = fresh ? undefined : Run.all().findLast((run) => fits(run) && (facts.seed !== undefined || !run.isFinished));
		if (known) return known;
		const seed = facts.seed ?? Date.now() % 1_000_000;
		const date = new Date().toISOString();
		const run = new Run(join(ROOT, String(seed), date.replace(/\D/g, '').slice(0, 14)), { ...wanted, seed, date, machine: machine() });
		await mkdir(run.folder, { recursive: true });
		await run.save('run', run.facts);
		return run;
	}

	/** Every run there is, oldest first. */
	static all(): Run[] {
		if (!existsSync(ROOT)) return [];
		const folders = readdirSync(ROOT).flatMap((seed) => readdirSync(join(ROOT, seed)).map((date) => join(ROOT, seed, date)));
		return folders.filter((folder) => existsSync(join(folder, 'run.json')))
			.map((folder) => new Run(folder, JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as RunFacts))
			.sort((a, b) => a.facts.date.localeCompare(b.facts.date));
	}

	get isFinished(): boolean {
		return existsSync(join(this.folder, 'finished.json'));
	}

	async finish(): Promise<void> {
		await this.save('finished', { at: new Date().toISOString() });
	}

	/** The folder of a shard's history. */
	async shardFolder(name: string): Promise<string> {
		const folder = join(this.folder, `shard-${name}`);
		await mkdir(folder, { recursive: true });
		return folder;
	}

	/** The shards that were finished, in the order of their names. */
	get shards(): string[] {
		return readdirSync(this.folder).filter((name) => name.startsWith('shard-') && existsSync(join(this.folder, name, 'result.json'))).map((name) => name.slice(6)).sort();
	}

	get verdicts(): Verdict[] {
		return this.shards.map((name) => this.read<Verdict>(join(`shard-${name}`, 'result'))!);
	}

	get peers(): Row[] {
		return readdirSync(this.folder).filter((name) => name.startsWith('peer-')).map((name) => this.read<Row>(name.replace(/\.json$/, ''))!);
	}

	read<T>(name: string): T | undefined {
		const file = join(this.folder, `${name}.json`);
		return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) as T : undefined;
	}

	async save(name: string, value: unknown): Promise<void> {
		await writeFile(join(this.folder, `${name}.json`), `${JSON.stringify(value, null, '\t')}\n`);
	}
}

function machine(): string {
	const { model } = cpus()[0] ?? { model: 'unknown processor' };
	return `${cpus().length} × ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${process.arch}`;
}
