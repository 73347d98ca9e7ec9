import type { Row } from './contender';
import type { ShardFacts } from './recording';
import type { Verdict } from './judge';
import type { Run } from './run';

/** What a run must have seen, and how often it did. */
export interface Total {
	what: string;
	count: number;
	/** Zero when a short round may do without. */
	least: number;
}

const LEAST = { jobs: 10_000, kills: 500, freezes: 200, powerCutsOfAKind: 25, lostReplies: 2000 };

/** How often everything went wrong, over all shards. */
export function totalsOf({ verdicts, facts }: Run): Total[] {
	const isFull = facts.mode === 'full';
	const sum = (of: (verdict: Verdict) => number) => verdicts.reduce((total, verdict) => total + of(verdict), 0);
	const mishaps = (start: string) => sum(({ shard }) => mishapsOf(shard, start));
	const cuts = (name: string) => sum(({ cuts: made }) => made[name] ?? 0);
	const least = (count: number) => (isFull ? count : 1);
	return [
		{ what: 'jobs', count: sum(({ row }) => row.jobs), least: least(LEAST.jobs) },
		{ what: 'SIGKILL of a worker', count: mishaps('kill'), least: least(LEAST.kills) },
		{ what: '… at the permit, the request or the answer', count: mishaps('kill at'), least: 0 },
		{ what: 'SIGSTOP and SIGCONT of a worker', count: mishaps('freeze'), least: least(LEAST.freezes) },
		{ what: '… at the permit, the request or the answer', count: mishaps('freeze at'), least: 0 },
		{ what: 'power cut of Redis under appendfsync always', count: cuts('power cut (always)'), least: least(LEAST.powerCutsOfAKind) },
		{ what: 'power cut of Redis under appendfsync everysec', count: cuts('power cut (everysec)'), least: least(LEAST.powerCutsOfAKind) },
		{ what: 'kill -9 of Redis', count: cuts('kill (always)') + cuts('kill (everysec)'), least: 1 },
		{ what: 'clean restart of Redis under living workers', count: cuts('restart (always)') + cuts('restart (everysec)'), least: 1 },
		{ what: 'failover by Sentinel', count: cuts('failover (everysec)') + cuts('failover (always)'), least: 1 },
		{ what: 'step of the clock', count: sum(({ clockSteps }) => clockSteps), least: 1 },
		{ what: 'lost reply of Redis', count: sum(({ shard }) => shard.lostReplies), least: least(LEAST.lostReplies) },
		{ what: 'answer of Pinterest spoiled by the network', count: sum(({ shard }) => shard.spoiledAnswers), least: 1 },
		{ what: 'fault of Pinterest itself', count: sum(({ shard }) => Object.values(shard.pinterestFaults).reduce((a, b) => a + b, 0)), least: 1 },
	];
}

function mishapsOf({ mishaps }: ShardFacts, start: string): number {
	return Object.entries(mishaps).reduce((sum, [name, count]) => (name.startsWith(start) ? sum + count : sum), 0);
}

/** The lines of the table: this engine on the round that the peers had, the peers, and this engine over all shards of a kind. */
export function rowsOf({ verdicts, peers }: Run): Row[] {
	const beside = verdicts.filter(({ shard }) => shard.name === BESIDE_PEERS).map(({ row }) => row);
	const kinds = [...new Set(verdicts.map(({ shard }) => kindOf(shard)))].sort();
	return [...beside, ...peers, ...kinds.map((kind) => summed(`this engine, all: ${kind}`, verdicts.filter(({ shard }) => kindOf(shard) === kind).map(({ row }) => row)))];
}

/** The shard whose round the peers are given too. */
export const BESIDE_PEERS = 'everysec-1';

/** `everysec-3` is one of the kind `everysec`. */
const kindOf = ({ name }: ShardFacts): string => name.replace(/-\d+$/, '');

function summed(contender: string, rows: Row[]): Row {
	const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
	return {
		contender, jobs: sum(({ jobs }) => jobs), double: sum(({ double }) => double), missing: sum(({ missing }) => missing), lostEnqueues: sum(({ lostEnqueues }) => lostEnqueues ?? 0),
		toHuman: sum(({ toHuman }) => toHuman), calls: sum(({ calls }) => calls), seconds: sum(({ seconds }) => seconds), note: `${rows.length} ${rows.length === 1 ? 'shard' : 'shards'}`,
	};
}

/** Jobs with an attempt of unknown outcome, and the share of them that nobody had to look at. */
export function recoveredOf(verdicts: Verdict[]): { jobs: number; toHuman: number; share: number } {
	const jobs = verdicts.reduce((sum, { unknowns }) => sum + unknowns.jobs, 0);
	const toHuman = verdicts.reduce((sum, { unknowns }) => sum + unknowns.toHuman, 0);
	return { jobs, toHuman, share: jobs === 0 ? 1 : 1 - toHuman / jobs };
}

const HEADS = ['', 'jobs', 'double', 'missing', 'acknowledged enqueues lost', 'left to a human', 'calls', 'time', ''];

/** The table in Markdown, its columns aligned. */
export function tableOf(rows: Row[]): string {
	const cells = rows.map((row) => [
		row.contender, row.jobs, row.double, row.missing, row.lostEnqueues ?? '–', row.toHuman, row.calls, timeOf(row.seconds), row.note,
	].map(String));
	const widths = HEADS.map((head, i) => Math.max(3, ...[head, ...cells.map((line) => line[i]!)].map(({ length }) => length)));
	const line = (texts: string[]) => `| ${texts.map((text, i) => (i === 0 || i === HEADS.length - 1 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join(' | ')} |`;
	const rule = `|${widths.map((width, i) => (i === 0 || i === HEADS.length - 1 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
	return [line(HEADS), rule, ...cells.map(line)].join('\n');
}

function timeOf(seconds: number): string {
	return seconds < 100 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} min`;
}
