import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface WorkerProcessOptions {
	/** Compiled `src/` (`compiledSource`). */
	source: string;
	redisUrl: string;
	namespace: string;
	timeFactor: number;
	/** The secret file with accounts, tokens, base URLs and paces. */
	accountsFile: string;
	signingSecret?: string;
	/** What is run with the arguments of `pinterest-jobs worker`; the command itself unless given. */
	program?: string;
	/** Added to the environment. */
	env?: Record<string, string>;
}

/** `pinterest-jobs worker` in a process of its own: to be killed, frozen and ended. */
export class WorkerProcess {
	/** What it logged, oldest first. */
	readonly lines: Record<string, unknown>[] = [];
	/** What it said otherwise; empty unless something is wrong. */
	stderr = '';
	private readonly gone: Promise<number | NodeJS.Signals>;
	private alive = true;

	private constructor(private readonly child: ChildProcess) {
		this.gone = once(child, 'exit').then(([code, signal]) => {
			this.alive = false;
			return (signal ?? code) as number | NodeJS.Signals;
		});
		createInterface(child.stdout!).on('line', (line) => this.lines.push(JSON.parse(line) as Record<string, unknown>));
		child.stderr!.on('data', (text: Buffer) => { this.stderr = (this.stderr + text.toString()).slice(-4000); });
		const endWithUs = () => child.kill('SIGKILL');
		process.once('exit', endWithUs);
		void this.gone.then(() => process.removeListener('exit', endWithUs));
	}

	static start({ source, redisUrl, namespace, timeFactor, accountsFile, signingSecret, program, env: more }: WorkerProcessOptions): WorkerProcess {
		const args = ['worker', '--accounts', accountsFile, '--redis', redisUrl, '--namespace', namespace, '--time-factor', String(timeFactor)];
		const env = { ...process.env, PINTEREST_JOBS_SIGNING_SECRET: signingSecret ?? '', ...more };
		return new WorkerProcess(spawn(process.execPath, [program ?? `${source}/bin/pinterest-jobs.js`, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] }));
	}

	get isAlive(): boolean {
		return this.alive;
	}

	/** Resolves once it works; rejects when it ended instead. */
	async started(withinMs = 20_000): Promise<void> {
		const deadline = performance.now() + withinMs;
		while (!this.lines.some(({ event }) => event === 'worker.started')) {
			if (!this.alive || performance.now() > deadline) throw new Error(`The worker did not start: ${this.stderr}`);
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	}

	/** Ends it on the spot, frozen or not. */
	async kill(): Promise<void> {
		this.signal('SIGKILL');
		await this.gone;
	}

	/** Stops it between two instructions; its sockets and its leases stay. */
	freeze(): void {
		this.signal('SIGSTOP');
	}

	thaw(): void {
		this.signal('SIGCONT');
	}

	/** Asks it to end as a process manager does; answers its exit code, or the signal that ended it. */
	async end(): Promise<number | NodeJS.Signals> {
		this.signal('SIGTERM');
		return this.gone;
	}

	signal(signal: NodeJS.Signals): void {
		if (this.alive) this.child.kill(signal);
	}
}
