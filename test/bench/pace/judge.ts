import { seconds, told, type Figure } from '../figure';

/** A request for a Pin as the sandbox has noted it. */
export interface Call {
	at: number;
	account: string | null;
	status: number | null;
	link: string | null;
}

/** The limit that nobody tells. */
export interface Hidden {
	perMinute: number;
	/** A minute of the sandbox, real ms. */
	minuteMs: number;
}

/** A crowd of Pins due in one second, and the calls that came of it. */
export interface Hour extends Hidden {
	accounts: number;
	pinsEach: number;
	dueAt: number;
	calls: Call[];
}

const isRefused = ({ status }: Call) => status === 429;
export const isPublished = ({ status }: Call) => status === 201 || status === 200;
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

/** What a top of the hour is judged by. */
export interface HourVerdict {
	calls: number;
	refused: number;
	published: number;
	/** Pins that were made twice. */
	doubles: number;
	/** From the hour to the last Pin. */
	lastMs: number;
	/** What as many Pins take at the limit. */
	idealMs: number;
	/** Most calls of all accounts in one second. */
	peak: number;
}

export function hourVerdict({ calls, accounts, pinsEach, dueAt, perMinute, minuteMs }: Hour): HourVerdict {
	const made = calls.filter(isPublished), links = new Set(made.map(({ link }) => link));
	const isWhole = links.size === accounts * pinsEach;
	return {
		calls: calls.length, refused: calls.filter(isRefused).length, published: links.size, doubles: made.length - links.size,
		lastMs: isWhole ? Math.max(...made.map(({ at }) => at)) - dueAt : Infinity, idealMs: (pinsEach / perMinute) * minuteMs,
		peak: most(calls.map(({ at }) => at), 1000),
	};
}

/** The bounds of a top of the hour: all published in 1.25 times the ideal, 2 % of the calls refused at most, none where the limit is known. */
export function hourFigures(verdict: HourVerdict, pins: number, isKnown: boolean): Figure[] {
	const { calls, refused, published, doubles, lastMs, idealMs } = verdict;
	const allowed = isKnown ? 0 : 0.02;
	return [
		{ what: 'calls that were refused', bound: isKnown ? '0' : `≤ ${percent(allowed)}`, seen: `${refused} of ${calls}`, isKept: calls > 0 && refused / calls <= allowed },
		{ what: 'Pins', bound: String(pins), seen: doubles === 0 ? String(published) : `${published}, ${doubles} twice`, isKept: published === pins && doubles === 0 },
		{ what: 'until the last', bound: `≤ ${seconds(1.25 * idealMs)} s`, seen: `${seconds(lastMs)} s`, isKept: lastMs <= 1.25 * idealMs },
	];
}

/** A limit that falls at one instant and rises at another, under calls without end. */
export interface Change {
	calls: Call[];
	accounts: number;
	minuteMs: number;
	before: number;
	after: number;
	fellAt: number;
	roseAt: number;
	endedAt: number;
}

const SETTLES_IN = 2, RECOVERS_IN = 8;

/** The bounds of a limit that falls: settled in two minutes, most of it used again eight minutes after it rose, and no hold for nothing. */
export function changeFigures({ calls, accounts, minuteMs, before, after, fellAt, roseAt, endedAt }: Change): Figure[] {
	const settled = shareOf(calls, { from: fellAt + SETTLES_IN * minuteMs, to: roseAt, perMinute: after * accounts, minuteMs });
	const recovered = shareOf(calls, { from: roseAt + RECOVERS_IN * minuteMs, to: endedAt, perMinute: before * accounts, minuteMs });
	// The next slot may be as far away as the learned pace says.
	const longestMs = 2000 + minuteMs / (0.85 * after);
	const overMs = Math.max(0, ...overWaits(calls, minuteMs));
	return [
		told('calls in all', `${calls.length}, ${calls.filter(isRefused).length} refused`),
		{ what: 'refused, from two minutes after the limit fell', bound: '≤ 2.0 %', seen: percent(settled.refused), isKept: settled.refused <= 0.02 },
		{ what: '… of the limit was used', bound: '≥ 85.0 %', seen: percent(settled.used), isKept: settled.used >= 0.85 },
		{ what: '… used again, from eight minutes after it rose', bound: '≥ 85.0 %', seen: percent(recovered.used), isKept: recovered.used >= 0.85 },
		{ what: 'longest wait after a 429 beyond the end of its window', bound: `≤ ${seconds(longestMs)} s`, seen: `${seconds(overMs)} s`, isKept: overMs <= longestMs },
	];
}

function shareOf(calls: Call[], { from, to, perMinute, minuteMs }: { from: number; to: number; perMinute: number; minuteMs: number }): { refused: number; used: number } {
	const inside = calls.filter(({ at }) => at >= from && at < to);
	const could = perMinute * ((to - from) / minuteMs);
	return { refused: inside.length === 0 ? 1 : inside.filter(isRefused).length / inside.length, used: inside.filter(isPublished).length / could };
}

/** How long after the end of the window that refused a call the account's next one came; windows are minutes of the clock. */
function overWaits(calls: Call[], minuteMs: number): number[] {
	return calls.flatMap((call, i) => {
		if (!isRefused(call)) return [];
		const next = calls.slice(i + 1).find(({ account }) => account === call.account);
		return next ? [next.at - (Math.floor(call.at / minuteMs) + 1) * minuteMs] : [];
	});
}

function most(times: number[], spanMs: number): number {
	const sorted = [...times].sort((a, b) => a - b);
	let first = 0, highest = 0;
	sorted.forEach((at, i) => {
		while (sorted[first]! <= at - spanMs) first += 1;
		highest = Math.max(highest, i - first + 1);
	});
	return highest;
}
