import { prefixOf } from '../../src/store/keys';
import { Monitor, type Command } from './monitor';
import { ScriptLog, type ScriptRecord } from './script-log';

/** A right to send that was given. Epoch ms on the clock of Redis. */
export interface Permit {
	jobId: string;
	at: number;
	sendBy: number;
}

/**
 * Writes down every send permit of a namespace as Redis gives it, whoever asked and whether or not the answer arrived, and
 * what else its scripts did. One of them sees one run of Redis: after a restart a new one is needed.
 */
export class PermitRecorder {
	readonly permits: Permit[] = [];
	private readonly log: ScriptLog;
	private readonly job: string;
	private monitor: Monitor | null = null;

	private constructor(namespace: string) {
		this.log = new ScriptLog(namespace);
		this.job = `${prefixOf(namespace)}job:`;
	}

	static async of(url: string, namespace: string): Promise<PermitRecorder> {
		const recorder = new PermitRecorder(namespace);
		recorder.monitor = await Monitor.of(url, (command) => recorder.take(command));
		return recorder;
	}

	/** What the scripts did so far. */
	get scripts(): ScriptRecord {
		this.log.close();
		return this.log.record;
	}

	/** Resolves once everything that Redis has done until now is on record. */
	async caughtUp(): Promise<void> {
		await this.monitor?.caughtUp();
	}

	stop(): void {
		this.monitor?.stop();
	}

	private take(command: Command): void {
		this.log.take(command);
		const { at, inScript, argv: [name, key = '', field, value, ...more] } = command;
		// begin-send.lua is the only script that writes this field alone.
		const isPermit = inScript && name === 'HSET' && key.startsWith(this.job) && field === 'sendBy' && more.length === 0;
		if (isPermit) this.permits.push({ jobId: key.slice(this.job.length), at: Math.floor(at), sendBy: Number(value) });
	}
}
