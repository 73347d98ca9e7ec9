import type { StoredSubscription } from './contract';
import type { Namespace } from './namespace';

/** What a subscription is, as its owner says. */
export type SubscriptionRequest = Omit<StoredSubscription, 'expiresAt' | 'cursor' | 'waiting' | 'dead' | 'missed' | 'failingSince' | 'lastError' | 'paused'> & {
	ttlMs: number;
	/** Keeps the events without delivering; false (also when absent) wakes a paused one. */
	paused?: boolean;
};

/** Who wants to be told of what. A new subscription begins with the next event. */
export class SubscriptionStore {
	constructor(private readonly namespace: Namespace) {}

	/** Creates or renews, by id; a renewal keeps the place in the log. True when it is new. */
	async subscribe(_subscription: SubscriptionRequest): Promise<boolean> { throw new Error('soon'); }
	/** False when there is none. */
	async pause(_id: string): Promise<boolean> { throw new Error('soon'); }
	async resume(_id: string): Promise<boolean> { throw new Error('soon'); }
	async remove(_id: string): Promise<boolean> { throw new Error('soon'); }
	/** Removes those nobody renewed; answers their ids. */
	async expire(): Promise<string[]> { throw new Error('soon'); }
	async get(_id: string): Promise<StoredSubscription | null> { throw new Error('soon'); }
	async list(): Promise<StoredSubscription[]> { throw new Error('soon'); }
}
