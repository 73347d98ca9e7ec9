import { EngineError } from '../errors';
import type { Log } from '../log';
import type { StoredSubscription } from '../store/subscription-contract';
import type { SubscriptionStore } from '../store/subscriptions';
import type { Subscription } from './contract';
import { secretsFor } from './endpoint-secret';
import { probe, type Probe, type Probed, type ProbeParts } from './probe';
import { canSign, requireSecret } from './signature';
import type { UrlGuard } from './url-guard';

export interface RegistrarParts extends ProbeParts {
	subscriptions: Pick<SubscriptionStore, 'subscribe'>;
	guard: UrlGuard;
	/** The machines that deliver, when this one is not among them; else none. */
	elsewhere(): Promise<string[]>;
	log: Log;
}

const TTL_MS = 7 * 24 * 60 * 60_000;
const TEST_TTL_MS = 3 * 60_000;

const HINTS: Record<Probe, string> = {
	trigger: 'Set "n8n Base URL for Deliveries" in the Pinterest Job Engine credential to the address under which the worker reaches this n8n, '
		+ 'for example http://127.0.0.1:5678, or http://n8n:5678 in Docker; then publish again.',
	endpoint: 'Start what is to take the events, or correct the URL: it has to answer a signed POST with 2xx within 5 seconds.',
};

/** What came of asking one. */
interface Reach {
	subscription: StoredSubscription;
	kind: Probed['kind'];
	/** '' when it is served. */
	reason: string;
}

const ASKED_AT_ONCE = 10;

/** Takes subscriptions in, and looks before that whether somebody serves their address. */
export class Registrar {
	constructor(private readonly parts: RegistrarParts) {}

	/**
	 * Creates or renews, by id. `subscription_unreachable` for an address no event may go to or, with `probe`, that nobody serves;
	 * nothing is written then. Answers what the probe left unsure, or null.
	 */
	async subscribe(subscription: Subscription, options: { probe?: Probe } = {}): Promise<string | null> {
		const { url } = subscription;
		const checked = this.parts.guard.check(url);
		if (!checked.ok) throw unreachable(`No event can be delivered to ${url}: ${checked.reason}`, HINTS[subscription.secret ? 'endpoint' : 'trigger']);
		const unsure = options.probe ? await this.look(subscription, options.probe) : null;
		const { ttlMs = subscription.test ? TEST_TTL_MS : TTL_MS, ...rest } = subscription;
		await this.parts.subscriptions.subscribe({ ...rest, ttlMs });
		return unsure;
	}

	/** Whether those that are to get events take them now. What only this process cannot do, not knowing what the worker does, is `unsure`. */
	async reach(subscriptions: StoredSubscription[]): Promise<Reach[]> {
		const awake = subscriptions.filter(({ paused, test }) => !paused && !test), reached: Reach[] = [];
		for (let i = 0; i < awake.length; i += ASKED_AT_ONCE) {
			reached.push(...await Promise.all(awake.slice(i, i + ASKED_AT_ONCE).map(async (subscription) => ({ subscription, ...await this.reachOne(subscription) }))));
		}
		return reached;
	}

	private async reachOne(subscription: StoredSubscription): Promise<Omit<Reach, 'subscription'>> {
		if (!canSign(this.parts.secrets)) return { kind: 'unsure', reason: 'Without a signing secret nobody can be asked here.' };
		const checked = this.parts.guard.check(subscription.url);
		if (!checked.ok) return { kind: 'unsure', reason: `It was not asked: ${ended(checked.reason)} Say here what the worker is told of n8n's base URL for deliveries.` };
		const who = subscription.secret ? 'endpoint' : 'trigger', probed = await this.probed(subscription, who);
		if (probed.kind === 'served') return { kind: 'served', reason: '' };
		const isStranger = who === 'trigger' && probed.reason.startsWith('HTTP 401');
		return isStranger ? { kind: 'unsure', reason: `${ended(probed.reason)} It may know another signing secret than the one given here.` } : { kind: probed.kind, reason: ended(probed.reason) };
	}

	private async probed(subscription: Pick<Subscription, 'id' | 'url' | 'secret'>, who: Probe): Promise<Probed> {
		requireSecret(this.parts.secrets);
		const secrets = secretsFor(subscription, this.parts.secrets, this.parts.now());
		return this.seenFromWorkers(await probe(subscription.url, who, { ...this.parts, secrets }));
	}

	private async look(subscription: Subscription, who: Probe): Promise<string | null> {
		const { url } = subscription;
		const probed = await this.probed(subscription, who);
		if (probed.kind === 'served') return null;
		const reason = ended(probed.reason);
		if (probed.kind === 'unserved') throw unreachable(`Nobody takes events at ${url}: ${reason}`, HINTS[who]);
		this.parts.log({ level: 'warn', event: 'webhook.probe_unsure', url, reason });
		return `Not sure that somebody takes events at ${url}: ${reason}`;
	}

	/** A worker on another machine may reach what this one does not, a router that leads no one back inside for example. */
	private async seenFromWorkers(probed: Probed): Promise<Probed> {
		if (probed.kind !== 'unserved') return probed;
		const hosts = await this.parts.elsewhere();
		return hosts.length === 0 ? probed : { kind: 'unsure', reason: `${ended(probed.reason)} Events are delivered from ${hosts.join(', ')}, which may see another answer.` };
	}
}

function unreachable(message: string, hint: string): EngineError {
	return new EngineError('subscription_unreachable', { message, hint });
}

function ended(sentence: string): string {
	return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}
