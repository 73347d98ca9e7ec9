import type { EngineEvent } from '../job/event';
import type { Job } from '../job/job';
import type { DeadDelivery, Delivery, DeliveryResult } from './contract';
import type { Namespace } from './namespace';

export interface OutboxLimits {
	/** How long events are kept, ms; 7 days by default. */
	maxAgeMs?: number;
	/** How many are kept; 100,000 by default. */
	maxEntries?: number;
	/** How long a dead delivery can be replayed, ms; 30 days by default. */
	deadMs?: number;
	/** Events handed to one subscription before they wait in the log instead; 1,000 by default. */
	handedOut?: number;
}

/** The log of events and the deliveries that come of it. */
export class Outbox {
	constructor(private readonly namespace: Namespace, private readonly limits: OutboxLimits = {}) {}

	/** Events after the cursor, oldest first; null reads from the beginning of the log. */
	async since(_cursor: string | null, _limit: number): Promise<EngineEvent[]> { throw new Error('soon'); }

	/** Adds the job as of each event; null for events of accounts. */
	async withJobs<E extends EngineEvent>(_events: E[]): Promise<{ event: E; job: Job | null }[]> { throw new Error('soon'); }

	/** Hands the events after the subscription's cursor to it, those that `wants` says; true when more may be there. */
	async fanOut(_subscriptionId: string, _wants: (event: EngineEvent, job: Job | null) => boolean): Promise<boolean> { throw new Error('soon'); }

	/** Subscriptions that have not been handed every event yet; paused and full ones are left out. */
	async behind(): Promise<string[]> { throw new Error('soon'); }

	/** Subscriptions with a delivery due now, and when the next one of the others is. */
	async due(): Promise<{ subscriptionIds: string[]; nextAt: number | null }> { throw new Error('soon'); }

	/** Takes up to `max` heads of lines, so that at most `inFlight` of the subscription are under way anywhere. */
	async claim(_subscriptionId: string, _options: { max: number; inFlight: number; leaseMs: number }): Promise<Delivery[]> { throw new Error('soon'); }

	/** Ends one try; false when another dispatcher took the line over meanwhile. */
	async settle(_delivery: Pick<Delivery, 'subscriptionId' | 'line' | 'token'>, _result: DeliveryResult): Promise<boolean> { throw new Error('soon'); }

	async dead(_subscriptionId: string, _limit?: number): Promise<DeadDelivery[]> { throw new Error('soon'); }
	/** Puts dead deliveries back into their lines; all of them when no ids are given. Answers how many. */
	async replay(_subscriptionId: string, _eventIds?: string[]): Promise<number> { throw new Error('soon'); }

	/** Cuts the log to its bounds, a thousand entries a call, and forgets old dead deliveries; answers how many were cut. */
	async trim(): Promise<number> { throw new Error('soon'); }
}
