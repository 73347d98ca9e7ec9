import { availableParallelism, cpus } from 'node:os';
import { writeSection } from '../section';
import { seconds, tableOf, type Figure } from './figure';
import { killedWorkers } from './killed';
import { outages } from './outages';
import { Rig } from './rig';

const MINUTE = 60_000;
const ACCOUNTS = ['acme-us', 'acme-eu', 'acme-uk', 'acme-fr'];

/** How soon everything goes on, with the leases and paces that a user has; answers the exit code. */
export async function recoveryBench(argv: string[], source: string): Promise<number> {
	const startedAt = performance.now();
	console.log('Recovery bench, in real time: about four minutes.\n');
	const figures = [
		...await withRig(source, (rig) => outages(rig, { quietMs: 20_000, awayMs: 20_000, drainMs: 2 * MINUTE })),
		...await withRig(source, (rig) => killedWorkers(rig, 2)),
	];
	const machine = `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}`;
	const section = `${new Date().toISOString().slice(0, 10)}, \`npm run bench:recovery\`, time factor 1 (lease 60 s), \`appendfsync everysec\`. ${machine}.\n\n${tableOf(figures)}`;
	console.log(section);
	if (argv.includes('--write')) await writeSection('recovery', section);
	const broken = figures.filter(({ isKept }) => !isKept).length;
	console.log(`\n${broken === 0 ? 'Every bound was kept.' : `${broken} of the bounds were broken.`} ${seconds(performance.now() - startedAt)} s.`);
	return broken === 0 ? 0 : 1;
}

async function withRig(source: string, run: (rig: Rig) => Promise<Figure[]>): Promise<Figure[]> {
	const rig = await Rig.start({ source, timeFactor: 1, accounts: ACCOUNTS });
	try {
		return await run(rig);
	} finally {
		await rig.end();
	}
}
