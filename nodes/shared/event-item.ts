import type { EventType } from '../../src';

export interface EventPayload {
	type: EventType;
	timestamp: string;
	data: Record<string, unknown>;
}

/** What a workflow gets of an event: `job` is the job as of that event, `incident` what holds an account, `group` a cause of failures. */
export function itemOfEvent({ type, timestamp, data }: EventPayload, eventId: string): Record<string, unknown> {
	return {
		event: type,
		eventId,
		timestamp,
		[subjectOf(type)]: data,
	};
}

function subjectOf(type: EventType): 'job' | 'incident' | 'group' {
	if (type.startsWith('job.')) return 'job';
	return type === 'failure_group.opened' ? 'group' : 'incident';
}
