import { availableParallelism, cpus } from 'node:os';
import type { Figure } from './figure';
import { seconds } from './figure';
import { killedWorkers } from './killed';
import { outages } from './outages';
import { Rig, type RigOptions } from './rig';

const MINUTE = 60_000;
const ACCOUNTS = ['acme-us', 'acme-eu', 'acme-uk', 'acme-fr'];

/** How fast everything recovers, with the leases and paces that a user has; answers the exit code. */
export async function recoveryBench(source: string): Promise<number> {
	const startedAt = performance.now();
	console.log(`Time factor 1 (lease 60 s), Redis with appendfsync everysec, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}.`);
	console.log('This takes about four minutes.\n');
	const figures = [
		...await withRig(source, (rig) => outages(rig, { quietMs: 20_000, awayMs: 20_000, drainMs: 2 * MINUTE })),
		...await withRig(source, (rig) => killedWorkers(rig, 2)),
	];
	print(figures);
	const broken = figures.filter(({ isKept }) => !isKept).length;
	console.log(`\n${broken === 0 ? 'Every bound was kept.' : `${broken} of the bounds were broken.`} ${seconds(performance.now() - startedAt)} s.`);
	return broken === 0 ? 0 : 1;
}

async function withRig<T>(source: string, run: (rig: Rig) => Promise<T>): Promise<T> {
	const options: RigOptions = { source, timeFactor: 1, accounts: ACCOUNTS };
	const rig = await Rig.start(options);
	try {
		return await run(rig);
	} finally {
		await rig.end();
	}
}

function print(figures: Figure[]): void {
	const rows = [['', 'bound', 'seen', ''], ...figures.map(({ what, bound, seen, isKept }) => [what, bound, seen, isKept ? '' : 'BROKEN'])];
	const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
	for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
}
