import type { Subscription } from '../../src';

const FILTERS = ['states', 'classes', 'queues', 'accounts', 'clients', 'sources'] as const;

/** Which events are asked for; a filter that is empty filters nothing. */
export function eventTermsOf(events: unknown, filters: Record<string, unknown>): Pick<Subscription, 'events' | (typeof FILTERS)[number]> {
	const filled = FILTERS.flatMap((name) => (list(filters[name]).length > 0 ? [[name, list(filters[name])] as const] : []));
	return { events: list(events) as Subscription['events'], ...Object.fromEntries(filled) };
}

// A client label may hold spaces, so that only commas part the values.
function list(value: unknown): string[] {
	const parts = Array.isArray(value) ? value : String(value ?? '').split(',');
	return parts.map((part) => String(part).trim()).filter(Boolean);
}
