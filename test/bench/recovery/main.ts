import { concluded, headline, tableOf, type Figure } from '../figure';
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
	const section = `${headline('npm run bench:recovery', ', time factor 1 (lease 60 s), `appendfsync everysec`')}.\n\n${tableOf(figures)}`;
	return concluded('recovery', section, figures, { write: argv.includes('--write'), startedAt });
}

async function withRig(source: string, run: (rig: Rig) => Promise<Figure[]>): Promise<Figure[]> {
	const rig = await Rig.start({ source, timeFactor: 1, accounts: ACCOUNTS });
	try {
		return await run(rig);
	} finally {
		await rig.end();
	}
}
