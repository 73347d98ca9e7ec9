import { isUtf8 } from 'node:buffer';
import { isEngineError } from '../errors';
import { EVENT_TYPES, type EventType } from '../job/event';
import type { Log } from '../log';
import type { Inbox } from '../store/inbox';
import { PROBE_TYPE } from './probe';
import { verify } from './signature';

export interface ReceiverOptions {
	/** The current and the previous signing secret; without a usable one every call is refused. */
	secrets: readonly (string | null | undefined)[];
	inbox: Pick<Inbox, 'claim' | 'extend' | 'confirm' | 'release' | 'claimMs'>;
	now(): number;
	log: Log;
}

/** An event in the form of its delivery. */
export interface Payload {
	type: EventType;
	timestamp: string;
	data: Record<string, unknown>;
}

/**
 * What a delivery turned out to be. `confirm` when it was taken, `release` when it was not, and `keep` more often than every `keepMs`
 * while that is not known yet; a probe is answered with its id.
 */
export type Received =
	| { ok: true; eventId: string; payload: Payload; keepMs: number; keep(): Promise<void>; confirm(): Promise<void>; release(): Promise<void> }
	| { ok: false; status: 401 | 409 | 200; reason: string; probeId?: string };

const UNSAFE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** Takes deliveries: verified, parsed, and each event once per inbox. */
export class Receiver {
	constructor(private readonly options: ReceiverOptions) {}

	/**
	 * 401 for what is not signed or not ours; 200 for an event this inbox has taken before and for a probe, which claims nothing; 409 while another call has it in
	 * hand or Redis is away, so that the sender comes back. `inbox: null` claims nothing (test listening).
	 */
	async receive(headers: Record<string, unknown>, rawBody: unknown, inbox: string | null): Promise<Received> {
		const { secrets, now } = this.options;
		const verified = verify(headers, rawBody, secrets, now());
		if (!verified.ok) return this.refused(401, verified.reason);
		const body = parseJson(rawBody as Buffer);
		if (isRecord(body) && body.type === PROBE_TYPE) return { ok: false, status: 200, reason: 'probe', probeId: verified.id };
		const payload = payloadIn(body);
		if (!payload) return this.refused(401, 'payload_malformed');
		if (inbox === null) return { ok: true, eventId: verified.id, payload, keepMs: Infinity, keep: nothing, confirm: nothing, release: nothing };
		return this.claimed(inbox, verified.id, payload);
	}

	private async claimed(inbox: string, eventId: string, payload: Payload): Promise<Received> {
		const store = this.options.inbox;
		const claim = await store.claim(inbox, eventId).catch((error: unknown) => {
			if (isEngineError(error) && error.code === 'redis_unavailable') return { kind: 'unavailable' } as const;
			throw error;
		});
		if (claim.kind === 'done') return this.refused(200, 'taken_before');
		if (claim.kind !== 'claimed') return this.refused(409, claim.kind === 'busy' ? 'in_flight' : 'redis_unavailable');
		return {
			ok: true, eventId, payload, keepMs: store.claimMs,
			keep: async () => void (await store.extend(inbox, eventId, claim.token)),
			confirm: async () => void (await store.confirm(inbox, eventId, claim.token)),
			release: async () => void (await store.release(inbox, eventId, claim.token)),
		};
	}

	private refused(status: 401 | 409 | 200, reason: string): Received {
		this.options.log({ level: status === 401 ? 'warn' : 'info', event: 'webhook.refused', status, reason });
		return { ok: false, status, reason };
	}
}

const nothing = () => Promise.resolve();

/** The payload, if it has our form. */
function payloadIn(parsed: unknown): Payload | null {
	if (!isRecord(parsed)) return null;
	const { type, timestamp, data } = parsed;
	if (!EVENT_TYPES.includes(type as EventType) || typeof timestamp !== 'string' || !isRecord(data)) return null;
	return { type: type as EventType, timestamp, data };
}

/** Keys that could reach a prototype are left out. */
function parseJson(body: Buffer): unknown {
	if (!isUtf8(body)) return null;
	try {
		return JSON.parse(body.toString('utf8'), (key, value: unknown) => (UNSAFE_KEYS.has(key) ? undefined : value));
	} catch {
		// Nothing but a SyntaxError comes out of here; what is no JSON is no payload.
		return null;
	}
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
