import { WHEN_LATE, type Job, type WhenLate } from './job';
import { refuse, shown } from './request-fields';

const MINUTE = 60_000, YEAR = 365 * 86_400_000;

/** Before 2001 as milliseconds: certainly seconds, or a number of something else. */
const FIRST_PLAUSIBLE_MS = 978_307_200_000;

/** An instant as epoch ms: ISO 8601 with a zone, or epoch milliseconds. Null when there is none. */
export function instantField(value: unknown, field: string, name: string, now: number): number | null {
	if (value === undefined || value === null || value === '') return null;
	const at = typeof value === 'number' ? value : value instanceof Date ? value.getTime() : parsedText(value, field, name);
	if (!Number.isFinite(at)) refuse(field, `${name} is not a date.`, 'Write it as 2026-11-24T10:00:00+01:00.');
	if (at < FIRST_PLAUSIBLE_MS) refuse(field, `${name} ${at} lies before 2001.`, 'A number is read as milliseconds since 1970; multiply seconds by 1000.');
	if (at > now + 2 * YEAR) refuse(field, `${name} lies more than two years ahead.`, 'Check the year; a number is read as milliseconds since 1970.');
	return Math.round(at);
}

type Times = Pick<Job, 'scheduledAt' | 'publishBefore' | 'whenLate'>;

/** Whether nothing may be published any more by the request's own rule. */
export function isOver({ publishBefore, whenLate }: Omit<Times, 'scheduledAt'>, now: number): boolean {
	return publishBefore !== null && publishBefore <= now && whenLate !== 'publish';
}

/** The schedule as a whole: refuses what can never be published, warns of what is published at once. */
export function checkTimes({ scheduledAt, publishBefore, whenLate }: Times, now: number): string[] {
	const isLate = publishBefore !== null && publishBefore <= now;
	if (isLate && isOver({ publishBefore, whenLate }, now)) {
		refuse('publishBefore', `Publish Before (${utc(publishBefore)}) has passed.`, 'Set a later one, leave it empty, or let the Pin be published late.');
	}
	if (publishBefore !== null && scheduledAt !== null && publishBefore <= scheduledAt) {
		refuse('publishBefore', `Publish Before (${utc(publishBefore)}) is not after Scheduled At (${utc(scheduledAt)}).`, 'Set a later Publish Before.');
	}
	const isPast = scheduledAt !== null && scheduledAt < now - MINUTE;
	return [
		...(isPast ? [`Scheduled At (${utc(scheduledAt)}) has passed, so the Pin is published at once.`] : []),
		...(isLate ? [`Publish Before (${utc(publishBefore)}) has passed, so the Pin is published late.`] : []),
	];
}

/** The rule for a Publish Before that has passed; without one there is nothing to rule. */
export function whenLateField(value: unknown, publishBefore: number | null): WhenLate | null {
	if (value === undefined || value === null || value === '') return publishBefore === null ? null : 'ask';
	const rule = WHEN_LATE.find((known) => known === value);
	if (rule === undefined) refuse('whenLate', `When Publish Before Has Passed “${shown(String(value))}” is not known.`, `Give one of ${WHEN_LATE.join(', ')}.`);
	if (publishBefore === null) refuse('whenLate', 'When Publish Before Has Passed is set, but Publish Before is not.', 'Set Publish Before too, or leave both out.');
	return rule;
}

/** The zone that was taken for a time that named none. */
export interface AssumedZones {
	scheduledAt?: string | null;
	publishBefore?: string | null;
}

/** Says which moment was taken for a time without a zone. */
export function zoneWarnings(times: { scheduledAt: number | null; publishBefore: number | null }, zones?: AssumedZones | null): string[] {
	return ([['scheduledAt', 'Scheduled At'], ['publishBefore', 'Publish Before']] as const).flatMap(([field, name]) => {
		const at = times[field], zone = zones?.[field];
		return at !== null && typeof zone === 'string' && zone !== '' ? [`${name} named no time zone and was read in ${zone}: ${utc(at)}.`] : [];
	});
}

function parsedText(value: unknown, field: string, name: string): number {
	if (typeof value !== 'string') return refuse(field, `${name} is not a date.`, 'Write it as 2026-11-24T10:00:00+01:00.');
	const text = value.trim();
	const iso8601 = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?(?:\[[^\]]*\])?$/i.exec(text);
	if (!iso8601) return refuse(field, `${name} “${text.slice(0, 40)}” is not a date.`, 'Write it as 2026-11-24T10:00:00+01:00.');
	if (!iso8601[1]) {
		return refuse(field, `${name} “${text}” has no time zone, so nobody knows which moment is meant.`,
			`Add the zone: ${text.includes(':') ? text.replace(' ', 'T') : `${text}T10:00:00`}+01:00, or Z for UTC.`);
	}
	return Date.parse(text.replace(/\[[^\]]*\]$/, '').replace(' ', 'T').replace(',', '.').replace(/\s+/g, '').replace(/([+-]\d{2})$/, '$1:00'));
}

/** An instant to the minute, as sentences tell it. */
export function utc(at: number): string {
	return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
