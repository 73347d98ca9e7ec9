import { EngineError } from '../errors';
import { isJobEvent, type EngineEvent, type JobEvent } from '../job/event';
import type { Job } from '../job/job';
import { eventOf, jobAsOf } from './codec';
import type { DeadDelivery, Delivery, DeliveryResult, LoggedDelivery, Replay, Tried, TryReport } from './subscription-contract';
import type { Namespace } from './namespace';
import type { Kept } from './packing';
import { batch } from './records';

export interface OutboxLimits {
	/** How long events are kept, ms; 7 days by default. */
	maxAgeMs?: number;
	/** How many are kept; 100,000 by default. */
	maxEntries?: number;
	/** How long a dead delivery can be replayed, ms; 30 days by default. */
	deadMs?: number;
	/** How long nothing but failures is borne before a subscription is disabled, ms; 5 days by default. */
	disableAfterMs?: number;
	/** Events handed to one subscription before they wait in the log instead; 1,000 by default. */
	handedOut?: number;
}

type LogEntry = [cursor: string, fields: string[]];

/** A dead delivery as it is kept. */
interface Dead {
	entry: LogEntry;
	line: string;
	tries: number;
	error: string;
	at: number;
}

/** An event that shall come again, with where it stood and where its line finds it. */
interface Replayed {
	event: EngineEvent;
	line: string;
	entry: string;
}

const DAY_MS = 24 * 3600 * 1000;
const FAN_OUT_BATCH = 100;
const LOGGED_TRIES = 100;
const REPLAY_BATCH = 500;
const READ_BATCH = 1000;
const TRIM_BATCH = 1000;

/** The log of events and the deliveries that come of it. */
export class Outbox {
	private readonly limits: Required<OutboxLimits>;

	constructor(private readonly namespace: Namespace, limits: OutboxLimits = {}) {
		this.limits = { maxAgeMs: 7 * DAY_MS, maxEntries: 100_000, deadMs: 30 * DAY_MS, disableAfterMs: 5 * DAY_MS, handedOut: 1000, ...limits };
	}

	/** Events after the cursor, oldest first; null reads from the beginning of the log. */
	async since(cursor: string | null, limit: number): Promise<EngineEvent[]> {
		const from = cursor === null ? '-' : `(${cursor}`;
		const entries = await this.namespace.read((client) => client.xrange(this.namespace.key('events'), from, '+', 'COUNT', limit));
		return entries.map(eventOf);
	}

	/** The same with nothing missing in between: `cursor_expired` when some of them were cut from the log; `invalid_request` for what is no cursor. */
	async allSince(cursor: string | null, limit: number): Promise<EngineEvent[]> {
		if (cursor === null) return this.since(cursor, limit);
		if (!/^\d{1,15}-\d{1,15}$/.test(cursor)) {
			throw new EngineError('invalid_request', { field: 'cursor', message: `"${cursor}" is no cursor.`, hint: 'Take the cursor of the last change you have seen; leave it empty to begin with the oldest.' });
		}
		const events = await this.since(cursor, limit);
		// Asked afterwards: it may have been cut meanwhile.
		const cut = await this.namespace.read((client) => client.hget(this.namespace.key('meta'), 'logCut'));
		if (cut !== null && isBefore(cursor, cut)) throw new EngineError('cursor_expired');
		return events;
	}

	/** Adds the job as of each event, and whether it has had a later one; null for events of accounts and when the record is gone. */
	async withJobs<E extends EngineEvent>(events: E[]): Promise<{ event: E; job: Job | null; overtaken: boolean }[]> {
		const jobEvents = events.filter((event): event is E & JobEvent => isJobEvent(event));
		const stored = await this.namespace.read((client) => batch(client, jobEvents.flatMap(({ jobId, snapshot }) => [
			['hmget', this.namespace.key('job', jobId), 'created', 'seq'],
			['getBuffer', this.namespace.key('content', jobId, snapshot.revision)],
			['getBuffer', this.namespace.key('content', jobId)],
			['hget', this.namespace.key('account', snapshot.account ?? ''), 'client'],
		]))) as (Kept | null | (string | null)[])[];
		const jobs = new Map(jobEvents.map((event, i) => {
			const [[created, seq], ofRevision, current, client] = stored.slice(4 * i, 4 * i + 4) as [(string | null)[], Kept | null, Kept | null, string | null];
			return [event.id, { job: created ? jobAsOf(event, Number(created), ofRevision ?? current ?? '', client) : null, overtaken: Number(seq) > event.seq }];
		}));
		return events.map((event) => ({ event, job: null, overtaken: false, ...jobs.get(event.id) }));
	}

	/** Hands the events after the subscription's cursor to it, those that `wants` says; true when more may be handed out now. */
	async fanOut(subscriptionId: string, wants: (event: EngineEvent, job: Job | null) => boolean): Promise<boolean> {
		const key = this.namespace.key('sub', subscriptionId);
		const [cursor, waiting] = await this.namespace.read((client) => client.hmget(key, 'cursor', 'waiting'));
		if (!cursor || Number(waiting) >= this.limits.handedOut) return false;
		const events = await this.since(cursor, FAN_OUT_BATCH);
		const last = events.at(-1);
		if (!last) return false;
		const wanted = (await this.withJobs(events)).filter(({ event, job }) => wants(event, job));
		const lines = wanted.flatMap(({ event }) => [lineOf(event), event.cursor]);
		await this.namespace.run('fan-out', [subscriptionId, cursor, last.cursor, ...lines]);
		return events.length === FAN_OUT_BATCH;
	}

	/** Subscriptions that have not been handed every event yet; paused and full ones are left out. */
	async behind(): Promise<string[]> {
		const key = (...parts: string[]) => this.namespace.key(...parts);
		const ids = await this.namespace.read((client) => client.zrange(key('subs'), 0, -1));
		if (ids.length === 0) return [];
		const [newest, ...subs] = await this.namespace.read((client) => batch(client, [
			['xrevrange', key('events'), '+', '-', 'COUNT', 1],
			...ids.map((id) => ['hmget', key('sub', id), 'cursor', 'paused', 'waiting']),
		])) as [LogEntry[], ...(string | null)[][]];
		const last = newest[0]?.[0];
		return ids.filter((_, i) => {
			const [cursor, paused, waiting] = subs[i] as (string | null)[];
			return last !== undefined && isBefore(cursor ?? last, last) && paused !== '1' && Number(waiting) < this.limits.handedOut;
		});
	}

	/** Subscriptions with a delivery due now, and when the next one of the others is. */
	async due(): Promise<{ subscriptionIds: string[]; nextAt: number | null }> {
		const flat = await this.namespace.read((client) => client.zrange(this.namespace.key('deliveries'), 0, -1, 'WITHSCORES'));
		const now = this.namespace.now();
		const all = flat.flatMap((id, i) => (i % 2 === 0 ? [{ id, at: Number(flat[i + 1]) }] : []));
		const later = all.find(({ at }) => at > now);
		return { subscriptionIds: all.filter(({ at }) => at <= now).map(({ id }) => id), nextAt: later?.at ?? null };
	}

	/** Takes up to `max` heads of lines, so that at most `inFlight` of the subscription are under way anywhere. */
	async claim(subscriptionId: string, { max, inFlight, leaseMs }: { max: number; inFlight: number; leaseMs: number }): Promise<Delivery[]> {
		const args = [subscriptionId, max, inFlight, leaseMs];
		type Taken = [line: string, tries: number, entry: string];
		const [[token, taken], entries] = await this.namespace.run<[[string, Taken[]], (LogEntry | string)[]]>('claim-deliveries', args);
		const deliveries = taken.flatMap(([line, tries], i) => {
			const entry = entryOf(entries[i]);
			return entry ? [{ subscriptionId, line, token, tries, event: eventOf(entry) }] : [];
		});
		const known = await this.withJobs(deliveries.map(({ event }) => event));
		return deliveries.map((delivery, i) => ({ ...delivery, ...known[i]! }));
	}

	/** Ends one try and logs it; a failure may be the one after which its subscription is disabled. False when another dispatcher took the line over meanwhile. */
	async settle(delivery: Pick<Delivery, 'subscriptionId' | 'line' | 'token'> & Partial<Delivery>, result: DeliveryResult, report?: TryReport): Promise<boolean> {
		const { subscriptionId, line, token } = delivery;
		const until = result.kind === 'postponed' ? result.until : '';
		const error = 'error' in result ? result.error : '';
		const logged = report && delivery.event ? JSON.stringify(this.loggedOf(delivery.event, delivery.tries ?? 0, result, report.tried)) : '';
		const { deadMs, disableAfterMs } = this.limits;
		const ifDisabled = report?.ifDisabled ? JSON.stringify(report.ifDisabled) : '';
		const args = [subscriptionId, line, token, result.kind, until, error, deadMs, logged, LOGGED_TRIES, disableAfterMs, ifDisabled];
		const [settled] = await this.namespace.run<number[]>('settle-delivery', args);
		return settled === 1;
	}

	/** Its latest tries, the last one first; 100 are kept. */
	async tries(subscriptionId: string, limit = LOGGED_TRIES): Promise<LoggedDelivery[]> {
		const stored = await this.namespace.read((client) => client.lrange(this.namespace.key('sub', subscriptionId, 'log'), 0, limit - 1));
		return stored.map((json) => JSON.parse(json) as LoggedDelivery);
	}

	/** Dead deliveries, the latest first. */
	async dead(subscriptionId: string, limit = 100): Promise<DeadDelivery[]> {
		const ids = await this.namespace.read((client) => client.zrevrange(this.namespace.key('sub', subscriptionId, 'dead'), 0, limit - 1));
		return (await this.buried(subscriptionId, ids)).map((dead) => deadOf(subscriptionId, dead));
	}

	/**
	 * Puts events at the end of their lines once more, oldest first: dead deliveries, and of what is still in the log those that `wants` says.
	 * Answers how many. What stands in its line already is left out.
	 */
	async replay(subscriptionId: string, which: Replay, wants: (event: EngineEvent, job: Job | null) => boolean = () => true): Promise<number> {
		const dead = (await this.allDead(subscriptionId)).filter(({ event }) => isMeant(event, which));
		const found = which.which === 'dead' ? [] : await this.inLog(which, new Set(dead.map(({ event }) => event.id)), wants);
		const all = [...dead, ...found].sort((a, b) => (isBefore(a.event.cursor, b.event.cursor) ? -1 : 1));
		let count = 0;
		for (let i = 0; i < all.length; i += REPLAY_BATCH) {
			const args = all.slice(i, i + REPLAY_BATCH).flatMap(({ line, entry }) => [line, entry]);
			const [pushed] = await this.namespace.run<number[]>('replay', [subscriptionId, ...args]);
			count += pushed ?? 0;
		}
		return count;
	}

	/** Cuts the log to its bounds, a thousand entries a call, and forgets old dead deliveries; answers how many were cut. */
	async trim(): Promise<number> {
		const { maxAgeMs, maxEntries, deadMs } = this.limits;
		const [cut] = await this.namespace.run<number[]>('trim', [maxAgeMs, maxEntries, TRIM_BATCH, deadMs]);
		return cut ?? 0;
	}

	private loggedOf(event: EngineEvent, tries: number, { kind }: DeliveryResult, tried: Tried): LoggedDelivery {
		return { at: this.namespace.now(), eventId: event.id, type: event.type, jobId: isJobEvent(event) ? event.jobId : null, try: tries + 1, result: kind, ...tried };
	}

	/** Those of these events that are kept as dead. */
	private async buried(subscriptionId: string, eventIds: string[]): Promise<Dead[]> {
		if (eventIds.length === 0) return [];
		const stored = await this.namespace.read((client) => client.mget(eventIds.map((id) => this.namespace.key('dead', subscriptionId, id))));
		return stored.flatMap((json) => (json === null ? [] : [JSON.parse(json) as Dead]));
	}

	private async allDead(subscriptionId: string): Promise<Replayed[]> {
		const ids = await this.namespace.read((client) => client.zrange(this.namespace.key('sub', subscriptionId, 'dead'), 0, -1));
		return (await this.buried(subscriptionId, ids)).map(({ entry, line }) => {
			const event = eventOf(entry);
			return { event, line, entry: `dead:${event.id}` };
		});
	}

	/** What of the log is meant and wanted. */
	private async inLog(which: Replay, dead: Set<string>, wants: (event: EngineEvent, job: Job | null) => boolean): Promise<Replayed[]> {
		const found: EngineEvent[] = [];
		// An entry's id begins with the time of its event.
		const [from, to] = which.which === 'time' ? [which.from, which.to] : [0, Infinity];
		for (let cursor = from > 0 ? `${from - 1}` : null, last: EngineEvent | undefined; ; cursor = last.cursor) {
			const events = await this.since(cursor, READ_BATCH);
			const meant = events.filter((event) => isMeant(event, which) && !dead.has(event.id));
			for (const { event, job } of await this.withJobs(meant)) if (wants(event, job)) found.push(event);
			last = events.at(-1);
			if (!last || events.length < READ_BATCH || last.at > to) break;
		}
		return found.map((event) => ({ event, line: lineOf(event), entry: event.cursor }));
	}
}

/** Whether an event is among those that shall come again. */
function isMeant(event: EngineEvent, which: Replay): boolean {
	switch (which.which) {
		case 'dead': return true;
		case 'events': return which.eventIds.includes(event.id);
		case 'job': return isJobEvent(event) && event.jobId === which.jobId;
		case 'time': return event.at >= which.from && event.at <= which.to;
	}
}

/** Events of one job stay in order; so do those of one account, beside its jobs. */
function lineOf(event: EngineEvent): string {
	return isJobEvent(event) ? event.jobId : `@${event.account}`;
}

function isBefore(a: string, b: string): boolean {
	const [aMs = 0, aSeq = 0] = a.split('-').map(Number);
	const [bMs = 0, bSeq = 0] = b.split('-').map(Number);
	return aMs < bMs || (aMs === bMs && aSeq < bSeq);
}

function entryOf(stored: LogEntry | string | undefined): LogEntry | null {
	if (!stored) return null;
	return typeof stored === 'string' ? (JSON.parse(stored) as Dead).entry : stored;
}

function deadOf(subscriptionId: string, { entry, tries, error, at }: Dead): DeadDelivery {
	const event = eventOf(entry);
	return { subscriptionId, eventId: event.id, type: event.type, jobId: isJobEvent(event) ? event.jobId : null, at, tries, error };
}
