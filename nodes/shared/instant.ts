import { refused } from './values';

export interface Instant {
	/** ISO 8601 in UTC. */
	iso: string;
	/** The zone that was taken because the value named none; null when it named one. */
	assumedZone: string | null;
}

const WITHOUT_ZONE = /^(\d{4})-(\d{2})-(\d{2})(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?)?$/;
const WITH_ZONE = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)? ?(?:Z|[+-]\d{2}:?\d{2})$/i;

/** The instant a date field means; n8n's date picker names no zone, so the workflow's is taken. */
export function instantOf(value: unknown, field: string, zone: string): Instant | null {
	if (value === null || value === undefined || value === '') return null;
	if (value instanceof Date) return certain(value.getTime(), value, field);
	if (typeof value === 'number') return certain(value, value, field);
	const text = String(isLuxon(value) ? value.toISO() : value).trim();
	const local = WITHOUT_ZONE.exec(text);
	if (local) return { iso: new Date(inZone(local, zone, text, field)).toISOString(), assumedZone: zone };
	return certain(WITH_ZONE.test(text) ? Date.parse(text.replace(/^(\S{10}) /, '$1T').replace(' ', '')) : NaN, text, field);
}

function certain(epochMs: number, given: unknown, field: string): Instant {
	// Seconds instead of milliseconds would lie in 1970.
	if (!(epochMs > 1e11 && epochMs < 1e13)) throw notADate(given, field);
	return { iso: new Date(epochMs).toISOString(), assumedZone: null };
}

function inZone(local: RegExpExecArray, zone: string, text: string, field: string): number {
	const [year, month, day, hour, minute, second] = local.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number, number, number];
	const asUtc = Date.UTC(year, month - 1, day, hour, minute, second);
	if (new Date(asUtc).toISOString().slice(0, 10) !== text.slice(0, 10)) throw notADate(text, field);
	// The second look uses the offset of the instant itself: it differs near a change of clocks.
	const near = asUtc - offsetMs(asUtc, zone);
	const at = asUtc - offsetMs(near, zone);
	if (at + offsetMs(at, zone) === asUtc) return at;
	// A day alone begins when it does, if not at midnight.
	if (local[4] === undefined) return Math.max(near, at);
	throw skipped(text, field, zone);
}

function offsetMs(epochMs: number, zone: string): number {
	const format = new Intl.DateTimeFormat('en-US', {
		timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
	});
	const part = Object.fromEntries(format.formatToParts(epochMs).map(({ type, value }) => [type, Number(value)]));
	const wall = Date.UTC(part['year']!, part['month']! - 1, part['day'], part['hour'], part['minute'], part['second']);
	return wall - Math.floor(epochMs / 1000) * 1000;
}

function isLuxon(value: unknown): value is { toISO(): string } {
	return typeof value === 'object' && value !== null && typeof (value as { toISO?: unknown }).toISO === 'function';
}

function skipped(text: string, field: string, zone: string) {
	return refused(`${field} "${text}" does not exist in ${zone}: the clocks go forward over it.`, 'Choose a time before or after the change of clocks, or name the zone, as in 2026-12-01T09:00:00+01:00.');
}

function notADate(given: unknown, field: string) {
	return refused(`${field} "${String(given)}" is not a date.`, 'Use ISO 8601 with a time zone, for example 2026-12-01T09:00:00+01:00.');
}
