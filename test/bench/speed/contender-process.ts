import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Deed, Deeds } from './child';
import type { ContenderSettings } from './contender';

interface Answer {
	id: number;
	answer?: unknown;
	error?: string;
}

/** One contender in a process of its own, so that what it spends is its own. */
export class ContenderProcess {
	private readonly child: ChildProcess;
	private readonly waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
	private readonly gone: Promise<unknown>;
	private asked = 0;

	constructor(settings: ContenderSettings) {
		this.child = fork(settings.folder ? join(settings.folder, 'test/bench/speed/child.js') : join(__dirname, 'child.js'), [JSON.stringify(settings)], { execArgv: ['--enable-source-maps'] });
		this.child.on('message', ({ id, answer, error }: Answer) => {
			const asker = this.waiting.get(id);
			this.waiting.delete(id);
			if (error === undefined) asker?.resolve(answer);
			else asker?.reject(new Error(`${settings.contender}: ${error}`));
		});
		const endWithUs = () => this.child.kill('SIGKILL');
		process.once('exit', endWithUs);
		this.gone = once(this.child, 'exit').then(([code, signal]) => {
			process.removeListener('exit', endWithUs);
			for (const { reject } of this.waiting.values()) reject(new Error(`The process of ${settings.contender} ended with ${signal ?? code}.`));
		});
	}

	/** Has it do something and answers what came of it. */
	ask<D extends Deed>(deed: D, ...[what]: Parameters<Deeds[D]>): Promise<Awaited<ReturnType<Deeds[D]>>> {
		const id = ++this.asked;
		return new Promise((resolve, reject) => {
			this.waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
			this.child.send({ id, deed, what });
		});
	}

	/** Ends it in order. */
	async end(): Promise<void> {
		if (this.child.connected) {
			await this.ask('end').catch(() => undefined);
			this.child.disconnect();
		}
		await this.gone;
	}
}
