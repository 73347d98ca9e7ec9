import { isJobEvent, type EngineEvent, type JobEvent } from '../job/event';
import type { Job } from '../job/job';
import { eventOf, jobAsOf } from './codec';
import type { DeadDelivery, Delivery, DeliveryResult } from './contract';
import type { Namespace } from './namespace';
import { batch } from './records';

export interface OutboxLimits {
	/** How long events are kept, ms; 7 days by default. */
	maxAgeMs?: number;
	/** How many are kept; 100,000 by default. */
	maxEntries?: number;
	/** How long a dead delivery can be replayed, ms; 30 days by default. */
	deadMs?: number;
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

const DAY_MS = 24 * 3600 * 1000;
const FAN_OUT_BATCH = 100;
const TRIM_BATCH = 1000;

/** The log of events and the deliveries that come of it. */
export class Outbox {
	private readonly limits: Required<OutboxLimits>;

	constructor(private readonly namespace: Namespace, limits: OutboxLimits = {}) {
		this.limits = { maxAgeMs: 7 * DAY_MS, maxEntries: 100_000, deadMs: 30 * DAY_MS, handedOut: 1000, ...limits };
	}

	/** Events after the cursor, oldest first; null reads from the beginning of the log. */
	async since(cursor: string | null, limit: number): Promise<EngineEvent[]> {
		const from = cursor === null ? '-' : `(${cursor}`;
		const entries = await this.namespace.read((client) => client.xrange(this.namespace.key('events'), from, '+', 'COUNT', limit));
		return entries.map(eventOf);
	}

	/** Adds the job as of each event; null for events of accounts and when the record is gone. */
	async withJobs<E extends EngineEvent>(events: E[]): Promise<{ event: E; job: Job | null }[]> {
		const jobEvents = events.filter((event): event is E & JobEvent => isJobEvent(event));
		const stored = await this.namespace.read((client) => batch(client, jobEvents.flatMap(({ jobId, snapshot }) => [
			['hget', this.namespace.key('job', jobId), 'created'],
			['get', this.namespace.key('content', jobId, snapshot.revision)],
			['get', this.namespace.key('content', jobId)],
			['hget', this.namespace.key('account', snapshot.account ?? ''), 'client'],
		]))) as (string | null)[];
		const jobs = new Map(jobEvents.map((event, i) => {
			const [created, ofRevision, current, client] = stored.slice(4 * i, 4 * i + 4);
			return [event.id, created ? jobAsOf(event, Number(created), ofRevision ?? current ?? '', client) : null];
		}));
		return events.map((event) => ({ event, job: jobs.get(event.id) ?? null }));
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
		const jobs = new Map((await this.withJobs(deliveries.map(({ event }) => event))).map(({ event, job }) => [event.id, job]));
		return deliveries.map((delivery) => ({ ...delivery, job: jobs.get(delivery.event.id) ?? null }));
	}

	/** Ends one try; false when another dispatcher took the line over meanwhile. */
	async settle({ subscriptionId, line, token }: Pick<Delivery, 'subscriptionId' | 'line' | 'token'>, result: DeliveryResult): Promise<boolean> {
		const until = result.kind === 'postponed' ? result.until : '';
		const error = result.kind === 'delivered' ? '' : result.error;
		const args = [subscriptionId, line, token, result.kind, until, error, this.limits.deadMs];
		const [settled] = await this.namespace.run<number[]>('settle-delivery', args);
		return settled === 1;
	}

	/** Dead deliveries, the latest first. */
	async dead(subscriptionId: string, limit = 100): Promise<DeadDelivery[]> {
		const ids = await this.namespace.read((client) => client.zrevrange(this.namespace.key('sub', subscriptionId, 'dead'), 0, limit - 1));
		if (ids.length === 0) return [];
		const stored = await this.namespace.read((client) => client.mget(ids.map((id) => this.namespace.key('dead', subscriptionId, id))));
		return stored.flatMap((json) => (json === null ? [] : [deadOf(subscriptionId, JSON.parse(json) as Dead)]));
	}

	/** Puts dead deliveries back into their lines; all of them (at most 1,000) when no ids are given. Answers how many. */
	async replay(subscriptionId: string, eventIds: string[] = []): Promise<number> {
		const [count] = await this.namespace.run<number[]>('replay-dead', [subscriptionId, ...eventIds]);
		return count ?? 0;
	}

	/** Cuts the log to its bounds, a thousand entries a call, and forgets old dead deliveries; answers how many were cut. */
	async trim(): Promise<number> {
		const { maxAgeMs, maxEntries, deadMs } = this.limits;
		const [cut] = await this.namespace.run<number[]>('trim', [maxAgeMs, maxEntries, TRIM_BATCH, deadMs]);
		return cut ?? 0;
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
