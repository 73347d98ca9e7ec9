import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SendTap, Victim } from './trouble';

/** One of the programs beside this file, running in a process of its own. */
class Program {
	/** What it said on stdout, oldest first. */
	readonly lines: string[] = [];
	/** The end of what it said on stderr. */
	stderr = '';
	/** Resolves when it is gone and all it said has been read. */
	readonly gone: Promise<void>;

	private constructor(private readonly child: ChildProcess) {
		createInterface(child.stdout!).on('line', (line) => this.lines.push(line));
		child.stderr!.on('data', (text: Buffer) => { this.stderr = (this.stderr + text.toString()).slice(-4000); });
		const endWithUs = () => child.kill('SIGKILL');
		process.once('exit', endWithUs);
		this.gone = once(child, 'close').then(() => { process.removeListener('exit', endWithUs); });
	}

	/** Starts `name` (a file of this folder) with these settings. */
	static start(name: string, settings: object): Program {
		const child = spawn(process.execPath, [join(__dirname, name)], { stdio: ['pipe', 'pipe', 'pipe'] });
		// One that is killed before it has read its settings leaves a broken pipe; its end says the same.
		child.stdin.on('error', (error: NodeJS.ErrnoException) => { if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') throw error; });
		child.stdin.end(JSON.stringify(settings));
		return new Program(child);
	}

	get isAlive(): boolean {
		return this.child.exitCode === null && this.child.signalCode === null;
	}

	signal(signal: NodeJS.Signals): void {
		if (this.isAlive) this.child.kill(signal);
	}
}

/** A program that somebody starts again whenever it was killed: with what its settings are then. */
export class ProgramRuns implements Victim {
	private readonly runs: Program[] = [];
	private ended = false;

	constructor(readonly tap: SendTap, private readonly name: string, private readonly settings: (saidSoFar: string[]) => object) {}

	start(): void {
		this.runs.push(Program.start(this.name, this.settings(this.lines)));
	}

	/** All that its runs have said on stdout, oldest first. */
	get lines(): string[] {
		return this.runs.flatMap(({ lines }) => lines);
	}

	/** Resolves once it has said this line; rejects when it ended instead. */
	async said(line: string, withinMs = 20_000): Promise<void> {
		const deadline = performance.now() + withinMs;
		while (!this.lines.includes(line)) {
			if (!this.last.isAlive || performance.now() > deadline) throw new Error(`${this.name} did not say "${line}": ${this.last.stderr}`);
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	}

	signal(signal: NodeJS.Signals): void {
		this.last.signal(signal);
	}

	async restart(): Promise<void> {
		await this.last.gone;
		if (!this.ended) this.start();
	}

	/** Whether it went by itself: nobody starts it again. */
	isDone(): boolean {
		return this.ended || !this.last.isAlive;
	}

	/** Resolves when it has gone by itself; it is killed after `withinMs`. */
	async finished(withinMs: number): Promise<void> {
		const late = setTimeout(() => this.signal('SIGKILL'), withinMs);
		await this.last.gone;
		clearTimeout(late);
	}

	/** Ends it on the spot and for good, frozen or not. */
	async end(): Promise<void> {
		this.ended = true;
		this.runs.at(-1)?.signal('SIGKILL');
		await this.runs.at(-1)?.gone;
	}

	private get last(): Program {
		return this.runs.at(-1)!;
	}
}
