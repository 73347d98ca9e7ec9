import { availableParallelism, cpus } from 'node:os';
import { writeSection } from './section';

/** One line of the table: what is promised and what was seen. */
export interface Figure {
	what: string;
	bound: string;
	seen: string;
	isKept: boolean;
}

/** A figure that must not be above its bound, ms. */
export function atMost(what: string, boundMs: number, seenMs: number[]): Figure {
	const seen = seenMs.length === 0 ? 'nothing' : `${seenMs.map(seconds).join(', ')} s`;
	return { what, bound: `≤ ${seconds(boundMs)} s`, seen, isKept: seenMs.length > 0 && seenMs.every((ms) => ms <= boundMs) };
}

/** A figure that must be none. */
export function none(what: string, seen: number): Figure {
	return { what, bound: '0', seen: String(seen), isKept: seen === 0 };
}

/** A figure without a bound. */
export function told(what: string, seen: string): Figure {
	return { what, bound: '', seen, isKept: true };
}

/** The figures in Markdown. */
export function tableOf(figures: Figure[]): string {
	const rows = figures.map(({ what, bound, seen, isKept }) => `| ${what} | ${bound} | ${seen}${isKept ? '' : ' **broken**'} |`);
	return ['| | bound | seen |', '| --- | --- | --- |', ...rows].join('\n');
}

export function seconds(ms: number): string {
	return ms === Infinity ? 'never' : (Math.max(0, ms) / 1000).toFixed(1);
}

/** Where and when a bench ran: it stands above its table. */
export function headline(command: string, more = ''): string {
	return `${new Date().toISOString().slice(0, 10)}, \`${command}\`${more}. ${machine()}`;
}

export function machine(): string {
	return `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}`;
}

/** Shows a section and whether its bounds were kept, and writes it down when that is wanted; answers the exit code. */
export async function concluded(name: string, section: string, figures: Figure[], { write, startedAt }: { write: boolean; startedAt: number }): Promise<number> {
	console.log(section);
	if (write) await writeSection(name, section);
	const broken = figures.filter(({ isKept }) => !isKept).length;
	console.log(`\n${broken === 0 ? 'Every bound was kept.' : `${broken} of the bounds were broken.`} ${seconds(performance.now() - startedAt)} s.`);
	return broken === 0 ? 0 : 1;
}

/** Of numbers in ascending order: the value below which this share of them lies. */
export function quantile(sorted: readonly number[], share: number): number {
	return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
