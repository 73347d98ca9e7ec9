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
