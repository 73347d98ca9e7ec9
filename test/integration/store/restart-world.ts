import { rmSync, statSync, truncateSync } from 'node:fs';
import { AccountStore } from '../../../src/store/accounts';
import { JobStore } from '../../../src/store/job-store';
import type { Namespace } from '../../../src/store/namespace';
import { appendOnlyFileOf, startRedis, type RedisServer } from '../../support/redis';
import { aJob, policy, StoreWorld } from './store-world';

/** Registered for so long, a worker may send. */
export const ON_DISK_MS = 2000;
/** After a restart, workers may take so long to come back before sends go on. */
export const PENDING_MS = 2500;

export type Fsync = 'always' | 'everysec';

/** A process that publishes: registered long enough to be given permits. */
export interface Publishing {
	namespace: Namespace;
	jobs: JobStore;
	accounts: AccountStore;
}

/** A namespace on a Redis of its own that can be killed and forget; three jobs on three boards wait in it. */
export class RestartWorld extends StoreWorld {
	private constructor(private server: RedisServer, private readonly args: string[]) {
		super({}, server.url);
	}

	static async start(appendfsync: Fsync = 'everysec', args: string[] = []): Promise<RestartWorld> {
		const world = new RestartWorld(await startRedis({ appendfsync, args }), args);
		await world.put(aJob({ boardId: '1' }), aJob({ boardId: '2' }), aJob({ boardId: '3' }));
		return world;
	}

	/** Kills the server and starts it again on what it had written, or on its first `length` bytes. */
	async restart({ length, appendfsync = 'everysec', awayMs = 0 }: { length?: number; appendfsync?: Fsync; awayMs?: number } = {}): Promise<void> {
		if (length === undefined) await this.flushed();
		await this.server.kill();
		if (length !== undefined) truncateSync(this.appendOnlyFile(), length);
		this.time += awayMs;
		const { dir, port } = this.server;
		this.server = await startRedis({ appendfsync, dir, port, args: this.args });
	}

	/** How much Redis has written by now; what comes later may be cut off again. */
	async written(): Promise<number> {
		await this.flushed();
		return statSync(this.appendOnlyFile()).size;
	}

	/** A worker that registered and waited; `waits` false: that has only just registered. */
	async worker(namespace: Namespace = this.anotherClient(), waits = true): Promise<Publishing> {
		const worker = { namespace, jobs: new JobStore(namespace, policy), accounts: new AccountStore(namespace) };
		await this.beat(worker);
		if (!waits) return worker;
		this.time += ON_DISK_MS;
		await this.beat(worker);
		return worker;
	}

	/** A permit is given, sent on, and taken back by a power cut; whoever sent is gone. Answers the job. */
	async loseAPermit({ namespace, jobs }: Publishing): Promise<string> {
		const length = await this.written();
		const { jobs: [job] } = await jobs.claim('acme', 'publish', 1);
		expect(await jobs.beginSend(job!, 1000)).not.toBeNull();
		await namespace.close();
		await this.restart({ length });
		return job!.id;
	}

	beat({ namespace, accounts }: Publishing): Promise<void> {
		return accounts.beat({ id: namespace.id, host: 'h' }, []);
	}

	async quarantineUntil(namespace = this.namespace): Promise<number | null> {
		return (await namespace.inspect()).quarantineUntil;
	}

	override async end(): Promise<void> {
		await super.end();
		await this.server.stop();
		rmSync(this.server.dir, { recursive: true, force: true });
	}

	/** All that was acknowledged is in the file: a busy Redis puts its write off behind a sync that is under way, by up to 2 s. */
	private async flushed(): Promise<void> {
		while (/aof_buffer_length:[1-9]/.test(await this.redis.info('persistence'))) await new Promise((resolve) => setTimeout(resolve, 10));
	}

	private appendOnlyFile(): string {
		return appendOnlyFileOf(this.server.dir);
	}
}
