import type { StoredSubscription } from './subscription-contract';
import type { Namespace } from './namespace';
import { batch } from './records';

/** What the outbox keeps of a subscription by itself. */
type Progress = 'expiresAt' | 'paused' | 'disabledAt' | 'cursor' | 'waiting' | 'dead' | 'missed' | 'failingSince' | 'lastError';

/** What a subscription is, as its owner says. */
export type SubscriptionRequest = Omit<StoredSubscription, Progress> & {
	/** Ends unless renewed within this, ms. */
	ttlMs: number;
	/** Keeps the events without delivering; false (also when absent) wakes a paused one, but not a disabled one. */
	paused?: boolean;
	/** Who takes the events has started, or somebody has looked: a disabled one is woken too, and what was put off is tried now. */
	beginsAnew?: boolean;
};

/** Who wants to be told of what. A new subscription begins with the next event. */
export class SubscriptionStore {
	constructor(private readonly namespace: Namespace) {}

	/** Creates or renews, by id; a renewal keeps the place in the log. True when it is new. */
	async subscribe({ ttlMs, paused, beginsAnew, ...definition }: SubscriptionRequest): Promise<boolean> {
		const args = [definition.id, JSON.stringify(definition), Math.round(ttlMs), paused ? '1' : '', beginsAnew ? '1' : ''];
		const [isNew] = await this.namespace.run<number[]>('subscribe', args);
		return isNew === 1;
	}

	/** Its events stay in the log for it. False when there is no such subscription. */
	async pause(id: string): Promise<boolean> {
		return this.said('pause', [id, '1']);
	}

	/** Begins anew. False when there is no such subscription. */
	async resume(id: string): Promise<boolean> {
		return this.said('pause', [id, '']);
	}

	/** Ends it with everything that waits for it. False when there is no such subscription. */
	async remove(id: string): Promise<boolean> {
		return this.said('unsubscribe', [id]);
	}

	/** Removes those nobody renewed, at most 10; answers their ids. */
	async expire(): Promise<string[]> {
		return this.namespace.run('expire-subscriptions', []);
	}

	async get(id: string): Promise<StoredSubscription | null> {
		const [found] = await this.read([id]);
		return found ?? null;
	}

	/** All of them, by id. */
	async list(): Promise<StoredSubscription[]> {
		const ids = await this.namespace.read((client) => client.zrange(this.namespace.key('subs'), 0, -1));
		return this.read(ids.sort());
	}

	private async read(ids: string[]): Promise<StoredSubscription[]> {
		const stored = await this.namespace.read((client) => batch(client, ids.flatMap((id) => [
			['hgetall', this.namespace.key('sub', id)], ['zcard', this.namespace.key('sub', id, 'dead')],
		])));
		return ids.flatMap((_, i) => {
			const fields = stored[2 * i] as Record<string, string>;
			return fields.definition === undefined ? [] : [subscriptionOf(fields, Number(stored[2 * i + 1]))];
		});
	}

	private async said(script: string, args: string[]): Promise<boolean> {
		const [done] = await this.namespace.run<number[]>(script, args);
		return done === 1;
	}
}

function subscriptionOf(fields: Record<string, string>, dead: number): StoredSubscription {
	return {
		...JSON.parse(fields.definition as string) as SubscriptionRequest,
		expiresAt: Number(fields.expiresAt), paused: fields.paused === '1', disabledAt: fields.disabledAt ? Number(fields.disabledAt) : null, cursor: fields.cursor ?? '0-0',
		waiting: Number(fields.waiting), dead, missed: Number(fields.missed),
		failingSince: fields.failingSince ? Number(fields.failingSince) : null, lastError: fields.lastError || null,
	};
}
