import { createHash } from 'node:crypto';
import type { Subscription } from '../../src';
import { eventTermsOf } from '../shared/event-terms';

/** The fields of the trigger as n8n gives them. */
export interface TriggerFields {
	events: unknown;
	filters: Record<string, unknown>;
	latestOnly?: boolean;
}

/** Where a trigger node lives. */
export interface Place {
	instanceId: string;
	workflowId: string;
	nodeId: string;
}

// n8n stops listening after two minutes by itself.
const TEST_TTL_MS = 3 * 60_000;

/** The subscription's name: the same over restarts; test listening has its own, so that it takes nothing from the live one. */
export function subscriptionId({ instanceId, workflowId, nodeId }: Place, test: boolean): string {
	const hash = createHash('sha256').update(`${instanceId}\n${workflowId}\n${nodeId}`).digest('hex').slice(0, 24);
	return test ? `n8n-${hash}-test` : `n8n-${hash}`;
}

/** What the trigger asks to be told of. */
export function subscriptionOf(id: string, url: string, fields: TriggerFields, test: boolean): Subscription {
	return {
		id,
		url,
		...eventTermsOf(fields.events, fields.filters),
		receipts: true,
		...(fields.latestOnly ? { latestOnly: true } : {}),
		paused: false,
		...(test ? { test: true, ttlMs: TEST_TTL_MS } : {}),
	};
}

/** n8n's webhook address with the origin of the credential: inside Docker or behind a proxy they differ. */
export function deliveryUrl(webhookUrl: string, base: string | undefined): string {
	if (!base || !webhookUrl) return webhookUrl;
	const { pathname, search } = new URL(webhookUrl);
	return `${base.replace(/\/+$/, '')}${pathname}${search}`;
}
