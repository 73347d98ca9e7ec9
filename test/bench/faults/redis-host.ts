import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dice } from '../../support/dice';
import type { RedisSettings } from '../../../src';
import { startRedis, type RedisServer } from '../../support/redis';
import { AppendOnlyFile } from './aof';
import type { RedisCut } from './contender';

/** How Redis went and came back. What it was told from `from` to `at` may be gone; epoch ms. */
export interface CutRecord {
	what: RedisCut['what'] | 'failover';
	appendfsync: Fsync;
	from: number;
	at: number;
	upAt: number;
}

export type Fsync = 'always' | 'everysec';

/** Whoever stands between Redis and its clients. */
export interface Gate {
	/** Answers get lost: what is written from here on is acknowledged to nobody. */
	mute(muted: boolean): void;
	lockOut(): void;
	letIn(): void;
}

/** A Redis of the bench's own, on one port however often it dies. */
export interface RedisHost {
	/** Of the server that is written to; the clients' proxies lead there. */
	readonly port: number;
	readonly cuts: CutRecord[];
	/** How workers and the client find Redis when not through proxies of their own. */
	readonly forWorkers?: { redisUrl: string; program: string };
	readonly settings?: RedisSettings;
	cut(cut: RedisCut): Promise<void>;
	stop(): Promise<void>;
}

/** With `everysec`, Redis may put off writing while the disk is busy: so long, then, writes may be missing that were older. */
const POSTPONED_MS = 2000;

/** One server that is killed, restarted, and cut from its power. */
export class SingleRedis implements RedisHost {
	readonly cuts: CutRecord[] = [];

	private constructor(
		private readonly dir: string, private server: RedisServer, private readonly file: AppendOnlyFile,
		private readonly fsync: Fsync, private readonly gate: Gate, private readonly dice: Dice,
		private readonly back: (port: number) => Promise<void>,
	) {}

	/** `back` is called each time it is up again, before the clients are let in. */
	static async start({ fsync, gate, dice, back }: { fsync: Fsync; gate: Gate; dice: Dice; back: (port: number) => Promise<void> }): Promise<SingleRedis> {
		const dir = await mkdtemp(join(tmpdir(), 'pinterest-jobs-redis-'));
		return new SingleRedis(dir, await startRedis({ appendfsync: fsync, dir, args: NO_REWRITE }), new AppendOnlyFile(dir), fsync, gate, dice, back);
	}

	get port(): number {
		return this.server.port;
	}

	async cut({ what, lostMs, downMs }: RedisCut): Promise<void> {
		const { port } = this;
		const from = await this.end(what, lostMs);
		const at = Date.now();
		this.gate.lockOut();
		const kept = what === 'power cut' && this.fsync === 'everysec' ? this.file.cutBackTo(at - lostMs) : from;
		// Also a process that is killed in the middle of a write leaves a part of it.
		if (what !== 'restart') this.file.repair();
		await sleep(downMs);
		this.server = await startRedis({ appendfsync: this.fsync, dir: this.dir, port, args: NO_REWRITE });
		await this.back(port);
		this.gate.mute(false);
		this.gate.letIn();
		this.cuts.push({ what, appendfsync: this.fsync, from: kept, at, upAt: Date.now() });
	}

	async stop(): Promise<void> {
		this.file.stop();
		await this.server.kill();
		await rm(this.dir, { recursive: true, force: true });
	}

	/** Answers since when writes may be missing. */
	private async end(what: RedisCut['what'], lostMs: number): Promise<number> {
		if (what === 'restart') {
			await this.server.stop();
			return Date.now();
		}
		if (what === 'kill' || this.fsync === 'everysec') {
			await this.server.kill();
			return Date.now() - (this.fsync === 'everysec' ? POSTPONED_MS : 0);
		}
		return this.endUnacknowledged(lostMs);
	}

	/** With `always`, what was acknowledged is on disk; of what came in later any part may be. */
	private async endUnacknowledged(lostMs: number): Promise<number> {
		this.gate.mute(true);
		const from = Date.now();
		const acknowledged = this.file.size;
		await sleep(this.dice.between(0, lostMs));
		await this.server.kill();
		this.file.cutTo(Math.round(this.dice.between(acknowledged, this.file.size)));
		return from;
	}
}

const NO_REWRITE = ['--auto-aof-rewrite-percentage', '0'];
