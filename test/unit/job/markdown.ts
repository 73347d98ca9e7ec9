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
