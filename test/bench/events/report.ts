import { machine, quantile } from '../figure';
import type { Judged } from './judge';

export interface EventFigures {
	seed: number;
	n8nVersion: string;
	timeFactor: number;
	/** Real time. */
	outageMs: number;
	tookMs: number;
	calls: { all: number; doubled: number; refused: number; answerLost: number; closed: number };
	inFlightAtKills: number[];
	/** By what an event counted as taken at. */
	judged: Record<string, Judged>;
}

/** The figures in Markdown. */
export function eventsSection({ seed, n8nVersion, timeFactor, outageMs, tookMs, calls, inFlightAtKills, judged }: EventFigures): string {
	const columns = Object.entries(judged);
	const row = (what: string, cells: (string | number)[]) => `| ${what} | ${cells.map(number).join(' | ')} |`;
	const of = (what: string, figure: keyof Judged) => row(what, columns.map(([, one]) => one[figure]));
	const failed = calls.refused + calls.answerLost;
	return [
		`${headline(n8nVersion)} Seed ${seed}, time factor ${timeFactor}.`,
		'',
		row('an event counts as taken', columns.map(([name]) => name)),
		`| --- | ${columns.map(() => '--:').join(' | ')} |`,
		of('events', 'events'),
		of('executions', 'executions'),
		of('events without an execution', 'missed'),
		of('jobs told out of order', 'outOfOrder'),
		of('executions of one event more than once', 'repeats'),
		of('executions that a kill cut off', 'cutOff'),
		of('executions that a starting n8n took for those of the killed one', 'mistaken'),
		of('events that no finished workflow has put out', 'withoutOutput'),
		'',
		`${number(calls.all)} calls: ${number(calls.doubled)} reached n8n twice, ${number(failed)} were answered an error (${number(calls.answerLost)} of them after n8n had taken the event), `
		+ `${number(calls.closed)} came while the way was closed for ${minutes(outageMs * timeFactor)} (${minutes(outageMs)} of real time). n8n was killed ${inFlightAtKills.length} times, `
		+ `with ${inFlightAtKills.join(' and ')} deliveries under way. ${minutes(tookMs)} in all.`,
	].join('\n');
}

/** From events to the start of their executions, ms. */
export function delaySection(n8nVersion: string, delays: readonly number[]): string {
	const sorted = [...delays].sort((a, b) => a - b);
	const row = (cells: (string | number)[]) => `| ${cells.join(' | ')} |`;
	return [
		`${headline(n8nVersion)} Nothing else to do, time factor 1.`, '',
		row(['events', 'p50', 'p99', 'longest']), row(['--:', '--:', '--:', '--:']),
		row([sorted.length, ...[quantile(sorted, 0.5), quantile(sorted, 0.99), sorted.at(-1)].map((ms) => `${ms} ms`)]),
	].join('\n');
}

function headline(n8nVersion: string): string {
	return `${new Date().toISOString().slice(0, 10)}, \`npm run bench:events\`. n8n ${n8nVersion}; ${machine()}.`;
}

function number(cell: string | number): string {
	return typeof cell === 'number' ? cell.toLocaleString('en-US') : cell;
}

function minutes(ms: number): string {
	return ms < 90_000 ? `${Math.round(ms / 1000)} s` : `${(ms / 60_000).toFixed(1)} min`;
}
