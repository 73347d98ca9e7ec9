import { readFileSync } from 'node:fs';

/** The rows of the table under a heading of a page in docs/, cells without their backticks. */
export function tableUnder(page: string, heading: string): string[][] {
	const text = readFileSync(`docs/${page}`, 'utf8');
	const start = text.indexOf(`${heading}\n`);
	if (start < 0) throw new Error(`docs/${page} has no heading “${heading}”`);
	const lines = text.slice(start + heading.length).split('\n');
	const first = lines.findIndex((line) => line.startsWith('|'));
	const end = lines.findIndex((line, index) => index > first && !line.startsWith('|'));
	return lines.slice(first + 2, end).map(cellsOf);
}

function cellsOf(line: string): string[] {
	return line.slice(1, line.lastIndexOf('|')).split('|').map((cell) => cell.trim().replace(/^`(.*)`$/, '$1'));
}

/** In the largest unit: 180 s are `3 min`. */
export function time(ms: number): string {
	if (ms >= 7 * 86_400_000 && ms % 86_400_000 === 0) return `${ms / 86_400_000} days`;
	if (ms >= 3_600_000) return `${ms / 3_600_000} h`;
	return ms >= 60_000 ? `${ms / 60_000} min` : `${ms / 1000} s`;
}

/** A table of a page, as its generator writes it. */
export function table(head: string[], rows: string[][]): string {
	return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
