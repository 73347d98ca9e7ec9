import { PermitRecorder, type Permit } from '../../support/permits';
import type { ScriptRecord } from '../../support/script-log';

/** Looks on at every run of every Redis of a shard. */
export class Observer {
	private readonly recorders: { port: number; recorder: PermitRecorder }[] = [];

	constructor(private readonly namespace: string) {}

	/** Resolves once nothing that this server does from now on is missed. A new run of a server needs a new call. */
	async attach(port: number): Promise<void> {
		const recorder = await PermitRecorder.of(`redis://127.0.0.1:${port}`, this.namespace);
		this.recorders.push({ port, recorder });
		await recorder.caughtUp();
	}

	get permits(): Permit[] {
		return this.recorders.flatMap(({ recorder }) => recorder.permits).sort((a, b) => a.at - b.at);
	}

	get scripts(): ScriptRecord {
		const records = this.recorders.map(({ recorder }) => recorder.scripts);
		return {
			operations: records.flatMap(({ operations }) => operations),
			leases: records.flatMap(({ leases }) => leases),
			stale: records.flatMap(({ stale }) => stale),
		};
	}

	stop(): void {
		for (const { recorder } of this.recorders) recorder.stop();
	}
}
