import type { Engine } from '../../../src';
import type { Outcome } from '../../shared/operation';
import { refused } from '../../shared/values';
import type { ReadRequest } from './publish-request';

// A time that has just gone by is a slow workflow, not a wrong zone.
const SLACK_MS = 60_000;

/**
 * Refuses items whose schedule has no zone and lies in the past: most likely the zone is wrong. Answers the others.
 * A Pin that has its job already is let through, so that a sheet may run again after its Pins are out.
 */
export async function refusePast<T extends ReadRequest & { item: number }>(
	engine: Pick<Engine, 'known'>, read: T[], outcomes: Outcome[], zone: string, now: number,
): Promise<T[]> {
	const past = read.filter(({ request, assumed }) => assumed.scheduledAt && Date.parse(String(request.scheduledAt)) <= now - SLACK_MS);
	const known = past.length > 0 ? await engine.known(past.map(({ request }) => request)) : [];
	const wrong = new Set(past.filter((_, i) => !known[i]));
	for (const { item } of wrong) outcomes[item] = { error: zoneMissing(zone) };
	return read.filter((one) => !wrong.has(one));
}

const zoneMissing = (zone: string) => refused(
	`Scheduled At has no time zone and, read in ${zone}, lies in the past.`,
	'Add the zone to the time (2026-12-01T09:00:00+01:00), set the zone of the workflow, or leave the field empty to publish at once.',
);
