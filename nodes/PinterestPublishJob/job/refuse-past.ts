import type { Engine } from '../../../src';
import { refused } from '../../shared/values';
import type { ReadRequest } from './publish-request';

// A time that has just gone by is a slow workflow, not a wrong zone.
const SLACK_MS = 60_000;

/**
 * Refuses a schedule without a zone that lies in the past: most likely the zone is wrong.
 * A record that has its job already is let through, so that a sheet may run again after its Pins are out.
 */
export async function refusePast(engine: Pick<Engine, 'list'>, { request, assumed }: ReadRequest, zone: string, now: number): Promise<void> {
	if (!assumed.scheduledAt || Date.parse(String(request.scheduledAt)) > now - SLACK_MS) return;
	if (request.source && (await engine.list({ account: request.account, source: request.source, limit: 1 })).jobs.length > 0) return;
	throw refused(
		`Scheduled At has no time zone and, read in ${zone}, lies in the past.`,
		'Add the zone to the time (2026-12-01T09:00:00+01:00), set the zone of the workflow, or leave the field empty to publish at once.',
	);
}
