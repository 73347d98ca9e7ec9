import type { EngineConfig, PaceSettings } from './config';
import type { EventType } from './job/event';
import type { Incident } from './job/hold';
import type { Media, QueueName, JobState } from './job/job';
import type { PublishRequest } from './job/request';
import type { JobView } from './job/view';
import type { Board, TokenCheck } from './publish/contract';
import type { JobFilter } from './store/job-store';
import type { EngineError } from './errors';
import type { ServedAccount } from './work/contract';

/** Per item, in the order given: an accepted job, or the error of that item alone. */
export type EnqueueResult = { ok: true; job: JobView } | { ok: false; error: EngineError };

/** Who does it and what they had seen. */
export interface Actor {
	/** Recorded with the change. */
	by?: string | null;
	/** Done by a workflow without a person; counted against the cap on automatic requeues. */
	automatic?: boolean;
	/** The revision that was looked at; another one refuses. */
	revision?: number;
}

/** Fields a requeue or update may correct; absent ones stay. */
export type Correction = Partial<Pick<PublishRequest,
	'account' | 'boardId' | 'boardName' | 'sectionId' | 'link' | 'title' | 'description' | 'altText' | 'media' | 'scheduledAt' | 'publishBefore' | 'client'>>;

export type Verdict = { verdict: 'published'; pinId: string } | { verdict: 'absent' } | { verdict: 'abandon' };

export interface AccountView {
	account: string;
	client: string | null;
	pinterestUserId: string | null;
	username: string | null;
	/** A worker that holds its token was heard of in the last 90 s. */
	served: boolean;
	lastServedAt: string | null;
	waiting: number;
	running: number;
	inDoubt: number;
	incidents: Incident[];
	pace: PaceSettings | null;
	/** Writes that could start at once now; null without a limiter. */
	headroom: number | null;
	boards: Board[];
	boardsAt: string | null;
}

/** One finding of Health or `doctor`, with what to do. */
export interface Finding {
	level: 'ok' | 'warning' | 'error';
	code: string;
	message: string;
	hint: string;
}

export interface Health {
	ok: boolean;
	findings: Finding[];
	redis: { version: string | null; aof: boolean | null; appendfsync: string | null; evictionPolicy: string | null };
	workers: { id: string; host: string; accounts: number; lastSeenAt: string }[];
	/** Counts by state; `in_doubt` counts apart. */
	jobs: Record<JobState | 'in_doubt', number>;
	failures: Record<QueueName, number>;
	oldestDueAgeMs: number | null;
	incidents: Incident[];
	quarantineUntil: string | null;
	subscriptions: { id: string; url: string; paused: boolean; waiting: number; dead: number }[];
}

export interface Subscription {
	/** Stable: chosen by the caller (instance, workflow, node), so that renewing is idempotent. */
	id: string;
	url: string;
	events: EventType[];
	states?: JobState[];
	classes?: string[];
	queues?: QueueName[];
	accounts?: string[];
	clients?: string[];
	/** Ends unless renewed within this, ms; 7 days by default, 3 minutes for test listening. */
	ttlMs?: number;
	/** What happened while it was paused is kept for it. */
	paused?: boolean;
	test?: boolean;
}

export type { ServedAccount } from './work/contract';

/** What a delivery turned out to be. `confirm` when n8n has taken it, `release` when it has not. */
export type Received =
	| { ok: true; eventId: string; payload: { type: EventType; timestamp: string; data: Record<string, unknown> }; confirm(): Promise<void>; release(): Promise<void> }
	| { ok: false; status: 401 | 409 | 200; reason: string };

/** The job engine: builds everything from one configuration, and is all that nodes and commands use. */
export class Engine {
	private constructor(readonly config: EngineConfig) {}

	/** Checks the configuration (`invalid_config`) and connects lazily: never throws for a missing Redis. */
	static open(config: EngineConfig): Engine {
		return new Engine(config);
	}

	/** Stops working if it works, and closes every connection. */
	async close(): Promise<void> { throw new Error(String(this.config)); }

	/** Puts jobs under their keys, in batches; the result has one entry per request, in order. Throws only `redis_unavailable` or `namespace_full`. */
	async enqueue(_requests: PublishRequest[], _options?: { whenWaiting?: 'error' | 'update'; by?: string | null }): Promise<EnqueueResult[]> { throw new Error('soon'); }

	/** Keeps image bytes once under their hash for jobs to refer to. `media_too_large`, `namespace_full`, `invalid_request` (not jpeg or png). */
	async putMedia(_bytes: Buffer, _contentType: string): Promise<Extract<Media, { kind: 'image_base64' }>> { throw new Error('soon'); }

	/** The job of an id; `job_not_found`. */
	async get(_id: string): Promise<JobView> { throw new Error('soon'); }

	async list(_filter: JobFilter): Promise<{ jobs: JobView[]; cursor: string | null }> { throw new Error('soon'); }

	async update(_id: string, _fields: Correction, _actor: Actor): Promise<JobView> { throw new Error('soon'); }
	async cancel(_id: string, _actor: Actor): Promise<JobView> { throw new Error('soon'); }
	async requeue(_id: string, _fields: Correction, _actor: Actor): Promise<JobView> { throw new Error('soon'); }
	async requeueMany(_filter: JobFilter, _fields: Correction, _actor: Actor & { dryRun?: boolean; limit?: number }): Promise<{ requeued: JobView[]; refused: { id: string; error: EngineError }[] }> { throw new Error('soon'); }
	async resolveUnknown(_id: string, _verdict: Verdict, _actor: Actor): Promise<JobView> { throw new Error('soon'); }

	/** Events since a cursor, for those who poll. */
	async eventsSince(_cursor: string | null, _limit?: number): Promise<{ events: { type: EventType; cursor: string; at: string; data: Record<string, unknown> }[]; cursor: string | null }> { throw new Error('soon'); }

	async accounts(): Promise<AccountView[]> { throw new Error('soon'); }
	async holds(): Promise<Incident[]> { throw new Error('soon'); }
	async releaseHold(_account: string, _kind: string | null, _actor: Actor): Promise<Incident[]> { throw new Error('soon'); }
	/** Asks the workers to check the account's token now; a read, never a POST. */
	async checkHold(_account: string): Promise<Incident[]> { throw new Error('soon'); }
	async health(): Promise<Health> { throw new Error('soon'); }

	/** Creates or renews; idempotent by id. */
	async subscribe(_subscription: Subscription): Promise<void> { throw new Error('soon'); }
	async pauseSubscription(_id: string): Promise<void> { throw new Error('soon'); }
	async unsubscribe(_id: string): Promise<void> { throw new Error('soon'); }
	async subscriptions(): Promise<(Subscription & { waiting: number; dead: number; lastError: string | null })[]> { throw new Error('soon'); }

	/** Verifies one delivery (Standard Webhooks) and claims its id for `inbox`, so that it starts one execution. */
	async receive(_headers: Record<string, unknown>, _rawBody: unknown, _inbox: string | null): Promise<Received> { throw new Error('soon'); }

	/** Opens the `no_worker` incident of every account whose jobs wait without a worker; returns those newly opened, as event payloads with their ids. */
	async watchForMissingWorkers(): Promise<{ eventId: string; payload: { type: EventType; timestamp: string; data: Record<string, unknown> } }[]> { throw new Error('soon'); }
	/** Marks an event as taken by this inbox; false when it was already. */
	async takeOnce(_inbox: string, _eventId: string): Promise<boolean> { throw new Error('soon'); }

	/** Publishes for this account from now on, beside others in the same process. One loop serves all. Never rejects for a dead token or a missing Redis. */
	async serve(_account: ServedAccount): Promise<{ stop(): Promise<void> }> { throw new Error('soon'); }

	/** What a manual run of the Worker reports: token, user, scopes, boards. Reads only. */
	async checkAccount(_account: ServedAccount): Promise<{ account: string; token: TokenCheck; boards: Board[]; findings: Finding[] }> { throw new Error('soon'); }
}
