import type { PaceSettings } from '../../../src';
import { atMost, quantile, told, type Figure } from '../figure';
import { ACCOUNT_PACE, type ScaleOptions, type ScaleRig } from './rig';
import { longestOf } from './script-times';

export interface BacklogOptions {
	/** Jobs that one account has waiting. */
	waiting: number;
	/** Between the instants at which the jobs of the others are due, ms. */
	everyMs: number;
	/** Workers, each for all accounts. */
	workers: number;
	/** How long a slot of the whole app takes on average, ms; null when nothing limits the app. */
	appSlotMs: number | null;
}

/** A limit over the app that the account with the backlog would use up alone, and one slot of it. */
export const APP_PACE: PaceSettings = { writesPerMinute: 150, burst: 5, writesPerDay: null, concurrent: 5 };
export const APP_SLOT_MS = 500;

const BIG = 'big';
/** A board takes a Pin every 3 s: with so many the account's pace is the limit. */
const BIG_BOARDS = 8;
const LEAD_MS = 5000;
/** The machine's share in a delay: the wake-up, the claim and its event, ms. */
const MACHINE_MS = 250;
/** No script may hold up Redis for longer, ms. */
const LONGEST_SCRIPT_MS = 15;
/** A claim beside a backlog may take so many times what it takes without one. */
const FLAT = 2;

/** The accounts, and the one that will have the backlog. */
export function withBig(others: string[]): ScaleOptions['accounts'] {
	return [{ name: BIG, boards: BIG_BOARDS }, ...others.map((name) => ({ name, boards: 1 }))];
}

/** One account has a long backlog, others a job each, due one after the other. How long after that does each start, and what do the scripts cost? */
export async function backlog(rig: ScaleRig, others: string[], options: BacklogOptions): Promise<Figure[]> {
	const { waiting, workers, appSlotMs } = options;
	for (let i = 0; i < workers; i++) await rig.worker();
	const calm = await round(rig, others, options);
	const since = performance.now();
	await rig.enqueue(rig.requests(BIG, Array.from({ length: waiting }, () => null)));
	const enqueuedMs = performance.now() - since;
	const busy = await round(rig, others, options);
	const slotMs = appSlotMs ?? 60_000 / (0.8 * ACCOUNT_PACE.writesPerMinute);
	const name = appSlotMs === null ? 'no limit over the app' : `one Pin of the app every ${appSlotMs} ms`;
	const left = waiting - await rig.succeeded();
	return [
		told(`${name}, ${workers === 1 ? 'one worker' : `${workers} workers`}: jobs of one account waiting`, `${waiting}, enqueued in ${(enqueuedMs / 1000).toFixed(0)} s; ${left} were left at the end`),
		// Accounts take turns in each worker, and the workers among each other (docs/decisions.md).
		atMost(`… latest start of the ${others.length} others after it was due: ${workers === 1 ? 'a slot' : 'a slot of each worker'}`, workers * slotMs + MACHINE_MS, [busy.latest]),
		told('… p50 and p99 of it', `${Math.round(busy.p50)} and ${Math.round(busy.p99)} ms; without the backlog ${Math.round(calm.p50)} and ${Math.round(calm.p99)} ms`),
		...['claim', 'next-due', 'begin-send', 'settle'].map((script) => flat(script, calm.scripts.get(script) ?? [], busy.scripts.get(script) ?? [])),
		longest(busy.scripts),
	];
}

interface Round {
	latest: number;
	p50: number;
	p99: number;
	scripts: Map<string, number[]>;
}

async function round(rig: ScaleRig, others: string[], { everyMs }: BacklogOptions): Promise<Round> {
	const from = Date.now() + LEAD_MS;
	const requests = others.flatMap((account, i) => rig.requests(account, [from + i * everyMs]));
	const times = await rig.scriptTimes();
	const ids = await rig.enqueue(requests);
	const starts = await rig.starts(ids, LEAD_MS + others.length * everyMs + 120_000);
	const delays = ids.map((id, i) => starts.get(id)! - Date.parse(requests[i]!.scheduledAt as string)).sort((a, b) => a - b);
	return { latest: delays.at(-1)!, p50: quantile(delays, 0.5), p99: quantile(delays, 0.99), scripts: await times.end() };
}

function flat(script: string, calm: number[], busy: number[]): Figure {
	const [before, after] = [quantile(calm, 0.5), quantile(busy, 0.5)];
	return {
		what: `… \`${script}\`, p50 without and with the backlog`, bound: `≤ ${FLAT} times`, seen: `${before.toFixed(2)} and ${after.toFixed(2)} ms`,
		isKept: !(after > FLAT * before),
	};
}

function longest(scripts: Map<string, number[]>): Figure {
	const [name, ms] = longestOf(scripts);
	return { what: '… longest script', bound: `≤ ${LONGEST_SCRIPT_MS} ms`, seen: `\`${name}\`, ${ms.toFixed(1)} ms`, isKept: ms <= LONGEST_SCRIPT_MS };
}
