// What the outbox and the list of subscriptions are asked and what they answer.
import type { EngineEvent, EventType } from '../job/event';
import type { Job, JobState, QueueName } from '../job/job';

/** Who wants which events, and where; an absent list filters nothing. */
export interface SubscriptionTerms {
	/** Stable: chosen by the caller (instance, workflow, node), so that renewing is idempotent. */
	id: string;
	url: string;
	events: EventType[];
	states?: JobState[];
	classes?: string[];
	queues?: QueueName[];
	accounts?: string[];
	clients?: string[];
	/** What the Source Record ID or the idempotency key of a job begins with. */
	sources?: string[];
	/** Leaves out an event when its job has had a later one by the time of delivery. */
	latestOnly?: boolean;
	/** Of somebody who listens for a test in the editor. */
	test?: boolean;
	/** What its owner calls it. */
	label?: string;
	/** Whoever takes its events says so with a receipt; a 2xx without one comes from somebody else. */
	receipts?: boolean;
	/** It verifies with a secret of its own (webhook/endpoint-secret.ts); without one, with the engine's. */
	secret?: { generation: number; rotatedAt: number | null };
}

/** A subscription as it stands. */
export interface StoredSubscription extends SubscriptionTerms {
	/** Ends at this instant unless renewed. */
	expiresAt: number;
	paused: boolean;
	/** When it was paused because nothing was accepted for days; a renewal does not wake it, only `resume` and a request that says so. */
	disabledAt: number | null;
	/** The last event of the log that was handed to it. */
	cursor: string;
	/** Events handed to it and not yet accepted. */
	waiting: number;
	dead: number;
	/** Events that were cut from the log before they could be delivered. */
	missed: number;
	/** Since when nothing was accepted any more; null when the last delivery was. */
	failingSince: number | null;
	lastError: string | null;
}

/** One event on its way to one subscription. */
export interface Delivery {
	subscriptionId: string;
	/** The line it stands in: a job id, or `@` and an account label. */
	line: string;
	/** Proves that this dispatcher holds the head of the line. */
	token: string;
	/** Tries so far, this one not counted. */
	tries: number;
	event: EngineEvent;
	/** The job as of the event; null for events of accounts, and when the record is gone. */
	job: Job | null;
	/** The job has had a later event since. */
	overtaken: boolean;
}

export type DeliveryResult =
	| { kind: 'delivered' }
	/** Not sent: it is wanted no more. Says nothing of the endpoint. */
	| { kind: 'skipped' }
	/** Not accepted: again at this instant, and nothing of the same line before it. */
	| { kind: 'postponed'; until: number; error: string }
	/** Given up: kept for 30 days to be replayed; the line goes on. */
	| { kind: 'dead'; error: string };

/** What is known of a try beside its result. */
export interface TryReport {
	tried: Tried;
	/** Of a failure: what is told when this was one too many and the subscription is disabled, plain JSON. */
	ifDisabled?: Record<string, unknown>;
}

/** What one POST was answered, for the log of deliveries. */
export interface Tried {
	/** Null when there was no answer. */
	status: number | null;
	/** From the beginning of the POST to its end, ms of real time. */
	ms: number;
	/** The first kilobyte of the answer, in one line and without what looks like a secret; or why there was none. */
	answer: string;
}

/** One try of a delivery, as the log of a subscription keeps its latest. */
export interface LoggedDelivery extends Tried {
	/** When it ended, epoch ms. */
	at: number;
	eventId: string;
	type: EventType;
	jobId: string | null;
	/** From 1. */
	try: number;
	result: DeliveryResult['kind'];
}

/** Which events a subscription shall get again: the dead ones, certain ones, those of a job, or of a time. */
export type Replay =
	| { which: 'dead' }
	| { which: 'events'; eventIds: string[] }
	| { which: 'job'; jobId: string }
	| { which: 'time'; from: number; to: number };

export interface DeadDelivery {
	subscriptionId: string;
	eventId: string;
	type: EventType;
	jobId: string | null;
	at: number;
	tries: number;
	error: string;
}
