import { JOB_STATES, QUEUE_NAMES, WHEN_LATE } from '../job/job';
import type { Actor, Correction } from '../work/desk';
import type { JobFilter } from '../store/contract';
import { usage, type Called } from './jobs-options';

type Values = Called['values'];

const HOUR_MS = 3_600_000;
const SPANS: Record<string, number> = { min: 60_000, h: HOUR_MS, d: 24 * HOUR_MS };

/** The text of an option; undefined when it was not given. An empty one (a shell variable that is not set) is refused. */
export function textOf(values: Values, name: string): string | undefined {
	const value = values[name];
	if (typeof value !== 'string') return undefined;
	if (value.trim() === '') throw usage(`--${name} is empty.`, 'Give it a value, or leave it out.');
	return value.trim();
}

/** The text of an option that clears its field when it is empty. */
function clearing(values: Values, name: string): string | null | undefined {
	return values[name] === undefined ? undefined : String(values[name]).trim() || null;
}

/** The filter that the options make; empty when none of them was given. */
export function filterOf(values: Values, now: number): JobFilter {
	const filter: JobFilter = {};
	for (const name of ['account', 'client', 'code', 'cause', 'incident', 'text', 'owner'] as const) {
		if (values[name] !== undefined) filter[name] = textOf(values, name);
	}
	if (values['on-board'] !== undefined) filter.boardId = textOf(values, 'on-board');
	if (values.state !== undefined) filter.states = textOf(values, 'state')!.split(',').map((state) => oneOf(JOB_STATES, state.trim(), 'state'));
	if (values.queue !== undefined) filter.queue = oneOf(QUEUE_NAMES, textOf(values, 'queue')!, 'queue');
	if (values.unclaimed && filter.owner !== undefined) throw usage('--owner and --unclaimed exclude each other.', 'Give one of them.');
	if (values.unclaimed) filter.owner = null;
	if (values['failed-for'] !== undefined) filter.failedBefore = now - numberOf(values, 'failed-for')! * HOUR_MS;
	return filter;
}

/** What a requeue changes; an option that is given empty clears its field. */
export function correctionOf(values: Values, now: number): Correction {
	const correction: Correction = {};
	for (const name of ['link', 'title', 'description'] as const) {
		if (values[name] !== undefined) correction[name] = clearing(values, name);
	}
	if (values['to-account'] !== undefined) correction.account = textOf(values, 'to-account');
	// A section belongs to its board: the old one cannot come along.
	if (values.board !== undefined) Object.assign(correction, { boardId: textOf(values, 'board'), sectionId: null });
	if (values.section !== undefined) correction.sectionId = clearing(values, 'section');
	if (values['image-url'] !== undefined) correction.media = { kind: 'image_url', url: textOf(values, 'image-url')! };
	for (const [field, name] of [['scheduledAt', 'scheduled-at'], ['publishBefore', 'publish-before']] as const) {
		const text = clearing(values, name);
		if (text !== undefined) correction[field] = text && new Date(instantOf(text, name, now)).toISOString();
	}
	if (values['when-late'] !== undefined) correction.whenLate = oneOf(WHEN_LATE, textOf(values, 'when-late')!, 'rule');
	if (values['image-urls'] !== undefined) {
		if (correction.media) throw usage('--image-url and --image-urls exclude each other.', 'Give one of them.');
		// An address may have a comma in it: the next one begins with its scheme.
		const urls = textOf(values, 'image-urls')!.split(/[\s,]+(?=https?:\/\/)/i);
		correction.media = { kind: 'carousel', cards: urls.map((url) => ({ image: { kind: 'image_url', url } })) };
	}
	const video = videoOf(values);
	if (video && correction.media) throw usage('--video-url and an image exclude each other.', 'Give one of them.');
	if (video) correction.media = video;
	return correction;
}

function videoOf(values: Values): Correction['media'] {
	const coverUrl = textOf(values, 'cover-url'), second = numberOf(values, 'cover-second', 0);
	if (coverUrl !== undefined && second !== undefined) throw usage('--cover-url and --cover-second exclude each other.', 'Give one of them.');
	if (values['video-url'] === undefined) {
		if (coverUrl !== undefined || second !== undefined) throw usage('A cover belongs to a video.', 'Give --video-url too; it may be the same one.');
		return undefined;
	}
	const cover = coverUrl === undefined ? { kind: 'frame', atSeconds: second ?? 0 } as const : { kind: 'image_url', url: coverUrl } as const;
	return { kind: 'video_url', url: textOf(values, 'video-url')!, cover };
}

/** Who sits at this command line. */
export function actorOf(values: Values): Actor {
	return { by: textOf(values, 'by') ?? process.env.USER ?? 'command line' };
}

/** A number of an option; undefined when it was not given. With `least` it is a whole one. */
export function numberOf(values: Values, name: string, least?: number): number | undefined {
	const text = textOf(values, name);
	if (text === undefined) return undefined;
	const number = Number(text);
	if (Number.isFinite(number) && number >= (least ?? 0) && (least === undefined || Number.isInteger(number))) return number;
	throw usage(`--${name} "${text}" is not a ${least === undefined ? 'number' : `whole number of at least ${least}`}.`, `For example: --${name} 4.`);
}

/** An instant, or a span from now (`+`) or before now (`-`); epoch ms. */
export function instantOf(text: string, name: string, now: number, direction: '+' | '-' = '+'): number {
	const [, count, unit] = /^(\d+(?:\.\d+)?)\s*(min|h|d)$/.exec(text.trim()) ?? [];
	if (count && unit) return now + (direction === '+' ? 1 : -1) * Number(count) * SPANS[unit]!;
	const zoned = /T.*(?:Z|[+-]\d\d:?\d\d)$/i.test(text) || !text.includes('T') ? text : `${text}Z`;
	const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(zoned) : NaN;
	if (Number.isNaN(at)) throw usage(`--${name} "${text}" is no time.`, 'Write 2026-12-01T09:00Z, or a span: 30min, 4h, 2d.');
	return at;
}

function oneOf<T extends string>(known: readonly T[], text: string, name: string): T {
	if ((known as readonly string[]).includes(text)) return text as T;
	throw usage(`There is no ${name} "${text}".`, `Choose one of ${known.join(', ')}.`);
}
