import { rowOf } from '../job/failures';
import { MESSAGE_LIMIT, shortened } from '../job/redact';
import { describe, type Log } from '../log';
import { Loop } from '../loop';
import type { Delivery, DeliveryResult, StoredSubscription } from '../store/subscription-contract';
import type { Outbox } from '../store/outbox';
import type { SubscriptionStore } from '../store/subscriptions';
import { secretsFor } from './endpoint-secret';
import { bodyOf, headersOf, traceparentOf, type Render } from './message';
import { isTaken, noAnswer, post, triedOf, type PostAnswer } from './post';
import { retryDelayMs } from './schedule';
import { requireSecret } from './signature';
import type { UrlGuard } from './url-guard';
import { wants } from './wants';

export interface DispatcherOptions {
	outbox: Pick<Outbox, 'behind' | 'fanOut' | 'due' | 'claim' | 'settle'>;
	subscriptions: Pick<SubscriptionStore, 'list' | 'pause'>;
	render: Render;
	/** The current and the previous signing secret; both sign. `invalid_config` when none is usable. */
	secrets: readonly string[];
	guard: UrlGuard;
	/** Epoch ms of the store's clock; deliveries are due by it. */
	now(): number;
	/** In [0, 1). */
	random(): number;
	timeFactor: number;
	/** For one POST, ms of real time; 15 s by default. */
	timeoutMs?: number;
	/** The longest sleep without a signal, ms; 2 s by default. */
	idleMs?: number;
	log: Log;
}

/** Deliveries of one subscription that are under way at once, over all dispatchers. */
export const IN_FLIGHT = 5;
const TIMEOUT_MS = 15_000;
const IDLE_MS = 2000;
/** What settling may take after the POST; then another dispatcher may take the delivery over. */
const SETTLE_MS = 15_000;

/** Why a 2xx is no delivery. */
const NO_RECEIPT = 'Somebody else than the trigger answered, so that nobody has taken the event.';

/** How many deliveries ended in which way. */
export type Tally = Record<DeliveryResult['kind'], number>;
const NONE: Tally = { delivered: 0, skipped: 0, postponed: 0, dead: 0 };

/** Brings events to subscriptions: in order per job or account, a failing endpoint in nobody's way. */
export class Dispatcher {
	private readonly underWay = new Set<Promise<unknown>>();
	private readonly active = new Map<string, number>();
	/** Deliveries that were answered 409 the last time. */
	private readonly busy = new Set<string>();
	private tally: Tally = { ...NONE };
	private readonly loop: Loop;
	private stopping = false;

	constructor(private readonly options: DispatcherOptions) {
		requireSecret(options.secrets);
		const { log, idleMs = IDLE_MS } = options;
		this.loop = new Loop(async () => Math.min(await this.look(), idleMs), (error) => {
			log({ level: 'warn', event: 'webhook.look_failed', ...describe(error) });
			return idleMs;
		});
	}

	start(): void {
		this.loop.start();
	}

	/** Something may be there to deliver. */
	wake(): void {
		this.loop.wake();
	}

	/** Takes nothing more, and waits for what is in flight (15 s at most, and its settling). */
	async stop(): Promise<void> {
		this.stopping = true;
		await this.loop.stop();
		await this.idle();
	}

	/** Delivers all that is due now, and answers what became of it. */
	async runOnce(): Promise<Tally> {
		this.tally = { ...NONE };
		do {
			this.loop.takeRing();
			while ((await this.look()) === 0);
			await this.idle();
			// What ended last may have made room for events that were still in the log.
		} while (this.loop.takeRing());
		return this.tally;
	}

	/** Hands events to subscriptions and starts what is due; answers after how many ms to look again. */
	private async look(): Promise<number> {
		const { outbox, subscriptions, now, idleMs = IDLE_MS } = this.options;
		const [behind, known] = await Promise.all([outbox.behind(), subscriptions.list()]);
		const byId = new Map(known.map((subscription) => [subscription.id, subscription]));
		const more = await Promise.all(behind.map((id) => this.handOut(byId.get(id))));
		const { subscriptionIds, nextAt } = await outbox.due();
		await Promise.all(subscriptionIds.map((id) => this.fill(byId.get(id))));
		if (more.some(Boolean)) return 0;
		return nextAt === null ? idleMs : Math.max(1, nextAt - now());
	}

	/** One batch; true when more may wait in the log. */
	private async handOut(subscription: StoredSubscription | undefined): Promise<boolean> {
		if (!subscription || this.stopping) return false;
		return this.options.outbox.fanOut(subscription.id, (event, job) => wants(subscription, event, job));
	}

	/** Starts as many deliveries of the subscription as there is room for; answers how many. */
	private async fill(subscription: StoredSubscription | undefined): Promise<number> {
		if (!subscription || this.stopping) return 0;
		const { id } = subscription;
		const room = IN_FLIGHT - (this.active.get(id) ?? 0);
		if (room <= 0) return 0;
		// Counted before the claim: two claims at once must not both use the same room.
		this.count(id, room);
		const taken = await this.claim(id, room).finally(() => this.count(id, -room));
		for (const delivery of taken) this.begin(subscription, delivery);
		return taken.length;
	}

	private claim(id: string, max: number): Promise<Delivery[]> {
		const { timeoutMs = TIMEOUT_MS, outbox } = this.options;
		return outbox.claim(id, { max, inFlight: IN_FLIGHT, leaseMs: timeoutMs + SETTLE_MS });
	}

	private begin(subscription: StoredSubscription, delivery: Delivery): void {
		this.count(subscription.id, 1);
		const work: Promise<unknown> = this.deliver(subscription, delivery)
			.finally(() => this.count(subscription.id, -1))
			// What ended makes room for the next; with nothing left in its lines there may be more in the log.
			.then(async () => (await this.fill(subscription)) > 0 || this.wake())
			// Its lease ends, and then it is somebody's turn again.
			.catch((error: unknown) => this.options.log({ level: 'warn', event: 'webhook.settle_failed', subscription: subscription.id, ...describe(error) }))
			.finally(() => this.underWay.delete(work));
		this.underWay.add(work);
	}

	private async deliver(subscription: StoredSubscription, delivery: Delivery): Promise<void> {
		if (subscription.latestOnly && delivery.overtaken) return this.skip(subscription, delivery);
		const startedAt = performance.now();
		const answer = await this.send(subscription, delivery);
		const tried = triedOf(answer, performance.now() - startedAt);
		if (answer.kind === 'answered' && answer.status === 410) await this.options.subscriptions.pause(subscription.id);
		const result = this.resultOf(subscription, delivery, answer);
		const settled = await this.options.outbox.settle(delivery, result, { tried, ...('error' in result && { ifDisabled: disabledIncident(subscription, result.error) }) });
		if (settled) this.tally[result.kind]++;
		this.tell(subscription, delivery, answer, settled ? result.kind : 'lease_lost');
		// It may be due before the loop would have looked again.
		if (result.kind === 'postponed') this.wake();
	}

	private async skip({ id }: StoredSubscription, delivery: Delivery): Promise<void> {
		const settled = await this.options.outbox.settle(delivery, { kind: 'skipped' });
		if (settled) this.tally.skipped++;
		const { id: eventId, type } = delivery.event;
		this.options.log({ level: 'info', event: 'webhook.skipped', subscription: id, eventId, type });
	}

	private async send(subscription: StoredSubscription, { event, job }: Delivery): Promise<PostAnswer> {
		const { guard, now, secrets, render, timeoutMs = TIMEOUT_MS } = this.options;
		try {
			const body = bodyOf(event, render(event, job));
			const headers = { ...headersOf(secretsFor(subscription, secrets, now()), event.id, now(), body), traceparent: traceparentOf(event) };
			return await post(subscription.url, headers, body, { guard, timeoutMs, now });
		} catch (error) {
			// What cannot be rendered must not hold up its line for ever: it uses up its tries like any other.
			return { kind: 'unreachable', ...describe(error) };
		}
	}

	private resultOf(subscription: StoredSubscription, delivery: Delivery, answer: PostAnswer): DeliveryResult {
		const key = `${delivery.subscriptionId} ${delivery.event.id}`;
		const busyBefore = this.busy.delete(key);
		if (isTakenBy(subscription, delivery, answer)) return { kind: 'delivered' };
		if (answer.kind === 'answered' && answer.status === 409) this.busy.add(key);
		const { random, timeFactor, now } = this.options;
		const delayMs = retryDelayMs(delivery.tries + 1, answer, { random: random(), timeFactor, busyBefore });
		const error = isTaken(answer) ? NO_RECEIPT : errorOf(answer);
		return delayMs === null ? { kind: 'dead', error } : { kind: 'postponed', until: now() + delayMs, error };
	}

	private tell(subscription: StoredSubscription, { event, tries }: Delivery, answer: PostAnswer, became: string): void {
		this.options.log({
			level: became === 'delivered' ? 'info' : 'warn', event: `webhook.${became}`, subscription: subscription.id, eventId: event.id,
			type: event.type, try: tries + 1, error: became === 'delivered' ? null : errorOf(answer),
		});
	}

	private count(id: string, change: number): void {
		const count = (this.active.get(id) ?? 0) + change;
		if (count === 0) this.active.delete(id);
		else this.active.set(id, count);
	}

	private async idle(): Promise<void> {
		while (this.underWay.size > 0) await Promise.allSettled([...this.underWay]);
	}
}

/** What is told of a subscription that is not tried any more. Its address may hold a secret of its owner. */
function disabledIncident({ id, label, url, failingSince }: StoredSubscription, message: string): Record<string, unknown> {
	const name = label ?? new URL(url).host;
	const code = 'subscription_disabled', { class: errorClass, queue } = rowOf(code);
	return { groupKey: `${code}|${name.replaceAll('|', ' ')}`, queue, class: errorClass, code, message, since: failingSince, subscription: id };
}

/** An n8n that starts answers 200 to everything for a while, before it knows any trigger. */
function isTakenBy({ receipts }: StoredSubscription, { event }: Delivery, answer: PostAnswer): boolean {
	return isTaken(answer) && (!receipts || (answer.kind === 'answered' && answer.receipt === event.id));
}

function errorOf(answer: PostAnswer): string {
	return answer.kind === 'answered' ? `HTTP ${answer.status}${answer.text ? `: ${shortened(answer.text, MESSAGE_LIMIT)}` : ''}` : noAnswer(answer);
}
