import { parseArgs } from 'node:util';
import { concluded, headline, tableOf, type Figure } from '../figure';
import { APP_PACE, APP_SLOT_MS, backlog, withBig } from './backlog';
import { manyAccounts } from './many';
import { namesOf, withRig } from './rig';

const number = { type: 'string' } as const;
const OPTIONS = { only: number, accounts: number, waiting: number, others: number, idle: number, rest: number, write: { type: 'boolean' } } as const;

/** What many jobs and many accounts cost, and whom they hold up; answers the exit code. */
export async function scaleBench(argv: string[], source: string): Promise<number> {
	const { values } = parseArgs({ args: argv, options: OPTIONS });
	const startedAt = performance.now();
	const waiting = Number(values.waiting ?? 100_000), others = namesOf(Number(values.others ?? 200)), accounts = namesOf(Number(values.accounts ?? 5000));
	console.log('Scale bench, in real time.\n');
	const figures: Figure[] = [];
	if (values.only !== 'many') {
		figures.push(
			...await withRig({ source, timeFactor: 1, accounts: withBig(others) }, (rig) => backlog(rig, others, { waiting, everyMs: 500, workers: 1, appSlotMs: null })),
			...await withRig({ source, timeFactor: 1, accounts: withBig(others), appPace: APP_PACE }, (rig) => backlog(rig, others, { waiting, everyMs: 1000, workers: 1, appSlotMs: APP_SLOT_MS })),
		);
	}
	if (values.only !== 'backlog') {
		const options = { idleMs: 1000 * Number(values.idle ?? 120), burstMs: 60_000, restMs: 1000 * Number(values.rest ?? 150) };
		figures.push(...await withRig({ source, timeFactor: 1, accounts: accounts.map((name) => ({ name, boards: 1 })) }, (rig) => manyAccounts(rig, accounts, options)));
	}
	const section = `${headline('npm run bench:scale', ', time factor 1, `appendfsync everysec`')}.\n\n${tableOf(figures)}`;
	return concluded('scale', section, figures, { write: values.write === true, startedAt });
}
