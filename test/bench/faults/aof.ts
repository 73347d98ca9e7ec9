import { execFileSync } from 'node:child_process';
import { statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { checkAofProgram } from '../../../scripts/lib/redis-server.mjs';
import { appendOnlyFileOf } from '../../support/redis';

const SAMPLE_MS = 50;
const REMEMBERED_MS = 5000;

/** The append-only file of a Redis that never rewrites it: knows how long it was, so that a power cut can take its end away. */
export class AppendOnlyFile {
	private samples: { at: number; size: number }[] = [];
	private readonly timer: NodeJS.Timeout;

	constructor(private readonly dir: string) {
		this.timer = setInterval(() => this.sample(), SAMPLE_MS);
	}

	get size(): number {
		return statSync(this.path()).size;
	}

	/** What was on disk at that instant stays; answers since when writes may be missing. Only while nobody has the file open. */
	cutBackTo(at: number): number {
		const kept = this.samples.findLast((sample) => sample.at <= at) ?? this.samples[0];
		if (!kept) return at;
		this.cutTo(kept.size);
		return kept.at;
	}

	cutTo(size: number): void {
		truncateSync(this.path(), Math.min(size, this.size));
		this.samples = [];
	}

	/**
	 * What docs/operations.md asks for before Redis starts again after a power cut: a transaction of which a part was written goes
	 * whole. Redis 7.0 itself leaves its beginning in the file, and carries that out at the next restart but one.
	 */
	repair(): void {
		const program = checkAofProgram();
		if (!program) throw new Error('redis-check-aof is missing; it comes with redis-server.');
		execFileSync(program, ['--fix', join(this.dir, 'appendonlydir', 'appendonly.aof.manifest')], { input: 'y\n', stdio: 'pipe' });
	}

	stop(): void {
		clearInterval(this.timer);
	}

	private sample(): void {
		const now = Date.now();
		this.samples.push({ at: now, size: this.size });
		this.samples = this.samples.filter(({ at }) => at > now - REMEMBERED_MS);
	}

	private path(): string {
		return appendOnlyFileOf(this.dir);
	}
}
