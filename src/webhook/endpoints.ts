import { createHash, randomBytes } from 'node:crypto';
import { EngineError } from '../errors';
import { EVENT_TYPES } from '../job/event';
import type { LoggedDelivery, Replay, StoredSubscription, SubscriptionTerms, Tried } from '../store/subscription-contract';
import type { Outbox } from '../store/outbox';
import type { SubscriptionStore } from '../store/subscriptions';
import { ROTATION_MS, secretsFor } from './endpoint-secret';
import { isTaken, triedOf, type PostParts } from './post';
import { knock } from './probe';
import type { Registrar } from './registrar';
import { requireSecret } from './signature';
import { wants } from './wants';

/** An endpoint that is no trigger of n8n: what it is called, where it is, and what it wants to be told of. */
export interface EndpointRequest extends Omit<SubscriptionTerms, 'id' | 'secret' | 'test' | 'label'> {
	label: string;
	/** Asks the address first whether it takes events, which writes nothing when it does not; yes by default. */
	probe?: boolean;
}

/** A subscription with what only its owner may see. */
export interface EndpointSecret {
	id: string;
	/** What verifies its deliveries: `whsec_` and base64. */
	secret: string;
	/** Until when the secret before this one signs as well, ISO 8601; null when it does not. */
	previousUntil: string | null;
}

/** One try of a delivery, as people see it. */
export interface LoggedTry extends Omit<LoggedDelivery, 'at'> {
	/** When it ended, ISO 8601. */
	at: string;
}

/** What became of a test event. */
export interface TestAnswer extends Tried {
	delivered: boolean;
}

interface Parts extends Pick<PostParts, 'guard' | 'now'> {
	subscriptions: SubscriptionStore;
	outbox: Pick<Outbox, 'tries' | 'replay'>;
	registrar: Pick<Registrar, 'subscribe'>;
	/** The engine's signing secrets, the current one first. */
	secrets: readonly string[];
	/** Accounts under their first names. */
	named<T extends { accounts?: string[] }>(request: T): Promise<T>;
}

/** The `type` of a test event; who does not know it ignores it. */
export const TEST_TYPE = 'subscription.test';
const LABEL_CHARS = 80;
const TIMEOUT_MS = 15_000;
/** An endpoint renews nothing: it stays until somebody deletes it. */
const FOR_EVER_MS = 100 * 365 * 24 * 3_600_000;

/** Events for others than n8n: a Slack app, a backend of one's own. Each verifies with a secret of its own. */
export class Endpoints {
	constructor(private readonly parts: Parts) {}

	/**
	 * Creates, or changes one of the same address and label: its place in the log and its secret stay. `subscription_unreachable` for an
	 * address no event may go to or that does not answer; `invalid_request`, `invalid_config`. Answers what the probe left unsure, else null.
	 */
	async create({ probe = true, ...request }: EndpointRequest): Promise<{ subscription: StoredSubscription; unsure: string | null }> {
		requireSecret(this.parts.secrets);
		const terms = checked(request);
		const id = `sub_${createHash('sha256').update(`${terms.url}\n${terms.label}`).digest('hex').slice(0, 24)}`;
		const known = await this.parts.subscriptions.get(id);
		const secret = known?.secret ?? { generation: 1, rotatedAt: null };
		const unsure = await this.parts.registrar.subscribe(
			{ ...await this.parts.named(terms), id, secret, ttlMs: FOR_EVER_MS, paused: false, beginsAnew: true },
			probe ? { probe: 'endpoint' } : {},
		);
		return { subscription: await this.known(id), unsure };
	}

	/** All there are, those of triggers too. */
	async list(): Promise<StoredSubscription[]> {
		return this.parts.subscriptions.list();
	}

	/** `subscription_not_found`. */
	async get(id: string): Promise<StoredSubscription> {
		return this.known(id);
	}

	/** What an endpoint verifies with. `subscription_not_found`, `invalid_request` for a trigger. */
	async secret(id: string): Promise<EndpointSecret> {
		const endpoint = await this.own(id);
		const now = this.parts.now();
		const [secret, previous] = secretsFor(endpoint, this.parts.secrets.slice(0, 1), now);
		if (!secret) throw new EngineError('invalid_config', { message: 'Events cannot be signed.', hint: 'Set a signing secret in the engine credential.' });
		return { id, secret, previousUntil: previous ? new Date(endpoint.secret.rotatedAt! + ROTATION_MS).toISOString() : null };
	}

	/** Gives it a new secret; the one before signs as well for 24 hours, so that `secret` can be taken over meanwhile. */
	async rotate(id: string): Promise<StoredSubscription> {
		const { secret, paused, expiresAt: _, ...rest } = await this.own(id);
		const rotated = { generation: secret.generation + 1, rotatedAt: this.parts.now() };
		await this.parts.subscriptions.subscribe({ ...termsOf(rest), secret: rotated, ttlMs: FOR_EVER_MS, paused });
		return this.known(id);
	}

	/** Sends a signed `subscription.test` from here, now; it is no event and is tried once. */
	async test(id: string): Promise<TestAnswer> {
		const subscription = await this.known(id);
		const { secrets, guard, now } = this.parts;
		requireSecret(secrets);
		const data = { subscription: id, message: 'A test: nothing has happened to any job.' };
		const startedAt = performance.now();
		const answer = await knock(subscription.url, { id: `test_${randomBytes(12).toString('hex')}`, type: TEST_TYPE, data }, { guard, now, secrets: secretsFor(subscription, secrets, now()), timeoutMs: TIMEOUT_MS });
		return { delivered: isTaken(answer), ...triedOf(answer, performance.now() - startedAt) };
	}

	/** Keeps its events without delivering; for a trigger its workflow is unpublished. */
	async pause(id: string): Promise<StoredSubscription> {
		await this.own(id);
		await this.parts.subscriptions.pause(id);
		return this.known(id);
	}

	/** Delivers again, a disabled one too. */
	async resume(id: string): Promise<StoredSubscription> {
		if (!await this.parts.subscriptions.resume(id)) throw notFound(id);
		return this.known(id);
	}

	/** Ends it with everything that waits for it. */
	async remove(id: string): Promise<void> {
		await this.own(id);
		await this.parts.subscriptions.remove(id);
	}

	/** Its latest tries, the last one first. */
	async deliveries(id: string, limit?: number): Promise<LoggedTry[]> {
		await this.known(id);
		return (await this.parts.outbox.tries(id, limit)).map((tried) => ({ ...tried, at: new Date(tried.at).toISOString() }));
	}

	/** Hands it events once more; answers how many. A trigger that has taken an event before starts no second execution of it. */
	async replay(id: string, which: Replay): Promise<number> {
		const subscription = await this.known(id);
		// Who names an event wants it, whatever the subscription asks for.
		return this.parts.outbox.replay(id, which, which.which === 'events' ? undefined : (event, job) => wants(subscription, event, job));
	}

	private async known(id: string): Promise<StoredSubscription> {
		const found = await this.parts.subscriptions.get(id);
		if (!found) throw notFound(id);
		return found;
	}

	/** One that was created here; n8n keeps those of its triggers itself. */
	private async own(id: string): Promise<StoredSubscription & { secret: NonNullable<StoredSubscription['secret']> }> {
		const { secret, ...found } = await this.known(id);
		if (secret) return { ...found, secret };
		throw new EngineError('invalid_request', {
			message: `${id} belongs to a Pinterest Job Status Trigger, which keeps it itself.`, hint: 'Change the trigger, or unpublish its workflow. It verifies with the signing secret of the engine credential.',
		});
	}
}

function notFound(id: string): EngineError {
	return new EngineError('subscription_not_found', { message: `There is no subscription ${id}.` });
}

/** What its owner said of it, without what the outbox keeps. */
function termsOf({ id, url, label, events, states, classes, queues, accounts, clients, sources, latestOnly }: SubscriptionTerms): SubscriptionTerms {
	return { id, url, label, events, states, classes, queues, accounts, clients, sources, latestOnly };
}

function checked<T extends Omit<EndpointRequest, 'probe'>>(request: T): T {
	const label = request.label.trim(), url = request.url.trim();
	if (label === '' || label.length > LABEL_CHARS) throw refused('label', `A label has 1 to ${LABEL_CHARS} characters.`, 'Name who is told, for example "Slack of ops".');
	if (request.events.length === 0) throw refused('events', 'No event is chosen.', 'Choose what shall be told.');
	const unknown = request.events.filter((type) => !EVENT_TYPES.includes(type));
	if (unknown.length > 0) throw refused('events', `There is no event ${unknown.join(', ')}.`, `The events are ${EVENT_TYPES.join(', ')}.`);
	return { ...request, label, url };
}

function refused(field: string, message: string, hint: string): EngineError {
	return new EngineError('invalid_request', { field, message, hint });
}
