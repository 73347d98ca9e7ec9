import { iso } from '../job/view';
import type { StoredSubscription } from '../store/subscription-contract';

/** A subscription as people see it: instants in ISO, and nothing that only the store needs. */
export interface SubscriptionView extends Pick<StoredSubscription, 'id' | 'label' | 'url' | 'events' | 'paused' | 'waiting' | 'dead' | 'missed' | 'lastError'> {
	[more: string]: unknown;
	/** Its deliveries are signed with a secret of its own. */
	ownSecret: boolean;
	secretRotatedAt: string | null;
	/** Null for an endpoint: it stays until it is deleted. */
	expiresAt: string | null;
	disabledAt: string | null;
	failingSince: string | null;
}

export function subscriptionView({ secret, cursor: _cursor, expiresAt, disabledAt, failingSince, ...rest }: StoredSubscription): SubscriptionView {
	return {
		...rest, ownSecret: secret !== undefined, secretRotatedAt: iso(secret?.rotatedAt ?? null),
		expiresAt: secret ? null : iso(expiresAt), disabledAt: iso(disabledAt), failingSince: iso(failingSince),
	};
}
