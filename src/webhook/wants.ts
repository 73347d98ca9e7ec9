import { isJobEvent, type EngineEvent, type EventType } from '../job/event';
import type { Job, JobState, QueueName } from '../job/job';

/** What a subscription asks for. Each list that is given must contain the event's; an empty list counts as not given. */
export interface Filter {
	events: readonly EventType[];
	states?: readonly JobState[];
	classes?: readonly string[];
	queues?: readonly QueueName[];
	accounts?: readonly string[];
	clients?: readonly string[];
	/** What the Source Record ID or the idempotency key of a job begins with. */
	sources?: readonly string[];
}

/**
 * Whether an event is for this subscription. State, source, class and queue are asked of jobs, class and queue of groups of failures too, none of holds;
 * what concerns the whole app (`@app`) concerns every account and client, what concerns a client each of its accounts.
 */
export function wants(filter: Filter, event: EngineEvent, job: Pick<Job, 'account' | 'client' | 'source' | 'userKey'> | null): boolean {
	if (!filter.events.includes(event.type)) return false;
	return isJobEvent(event)
		? has(filter.states, event.snapshot.state) && has(filter.classes, event.snapshot.lastError?.class)
			&& has(filter.queues, event.snapshot.queue?.name)
			&& has(filter.accounts, event.snapshot.account ?? job?.account) && has(filter.clients, event.snapshot.client ?? job?.client)
			&& begins(filter.sources, event.snapshot.source ?? job?.source, event.snapshot.userKey ?? job?.userKey)
		: wantsOfAccount(filter, event.account, event.incident);
}

function wantsOfAccount(filter: Filter, account: string, incident: Record<string, unknown>): boolean {
	if (!holdsIfSaid(filter.classes, incident.class) || !holdsIfSaid(filter.queues, incident.queue)) return false;
	const held = Array.isArray(incident.accounts) ? incident.accounts as string[] : [account];
	return account === '@app' || (held.some((one) => has(filter.accounts, one)) && holdsIfSaid(filter.clients, incident.client));
}

function has(wanted: readonly string[] | undefined, value: unknown): boolean {
	return !wanted?.length || wanted.includes(value as string);
}

function begins(wanted: readonly string[] | undefined, ...values: (string | null | undefined)[]): boolean {
	return !wanted?.length || wanted.some((beginning) => values.some((value) => value?.startsWith(beginning) === true));
}

function holdsIfSaid(wanted: readonly string[] | undefined, value: unknown): boolean {
	return value === undefined || has(wanted, value);
}
