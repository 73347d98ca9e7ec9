import type { SubscriptionTerms } from '../store/subscription-contract';
import type { Payload } from './receiver';

/** Who wants to be told of what, where, and for how long. */
export interface Subscription extends SubscriptionTerms {
	/** Ends unless renewed within this, ms; 7 days by default, 3 minutes for test listening. */
	ttlMs?: number;
	/** What happened while it was paused is kept for it. */
	paused?: boolean;
	/** Who takes the events has started, or somebody has looked: it is woken also when it was disabled, and what was put off is tried now. */
	beginsAnew?: boolean;
}

/** An event in the form of its delivery. */
export interface Told {
	eventId: string;
	payload: Payload;
}
