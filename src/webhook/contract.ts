import type { EventType } from '../job/event';
import type { JobState, QueueName } from '../job/job';
import type { Payload } from './receiver';

/** Who wants to be told of what, and where. */
export interface Subscription {
	/** Stable: chosen by the caller (instance, workflow, node), so that renewing is idempotent. */
	id: string;
	url: string;
	events: EventType[];
	states?: JobState[];
	classes?: string[];
	queues?: QueueName[];
	accounts?: string[];
	clients?: string[];
	/** Ends unless renewed within this, ms; 7 days by default, 3 minutes for test listening. */
	ttlMs?: number;
	/** What happened while it was paused is kept for it. */
	paused?: boolean;
	test?: boolean;
}

/** An event in the form of its delivery. */
export interface Told {
	eventId: string;
	payload: Payload;
}
