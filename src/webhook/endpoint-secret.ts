import { createHmac } from 'node:crypto';
import type { SubscriptionTerms } from '../store/subscription-contract';
import { secretBytes } from './signature';

/** How long the secret of before a rotation signs beside the new one, ms. */
export const ROTATION_MS = 24 * 60 * 60_000;

type Owner = Pick<SubscriptionTerms, 'id' | 'secret'>;

/**
 * What the deliveries to a subscription are signed with: the engine's secrets, or one that is made from each of them for this endpoint alone,
 * so that who verifies there can forge nothing for others. Nothing of it is stored; after a rotation the one before signs as well for a day.
 */
export function secretsFor({ id, secret }: Owner, engineSecrets: readonly string[], nowMs: number): string[] {
	if (!secret) return [...engineSecrets];
	const { generation, rotatedAt } = secret;
	const isRotating = rotatedAt !== null && nowMs - rotatedAt < ROTATION_MS;
	const generations = isRotating ? [generation, generation - 1] : [generation];
	return generations.flatMap((n) => engineSecrets.flatMap((base) => derived(base, id, n) ?? []));
}

function derived(base: string, id: string, generation: number): string | null {
	const key = secretBytes(base);
	return key && `whsec_${createHmac('sha256', key).update(`subscription:${id}:${generation}`).digest('base64')}`;
}
