import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { accountDesk } from './account-desk';
import { settingsOf, type EngineConfig, type Settings } from './config';
import { Crew } from './crew';
import { EngineError } from './errors';
import { frontDesk } from './front-desk';
import { payloadOf } from './job/event';
import type { Incident } from './job/hold';
import type { Image } from './job/job';
import { MAX_IMAGE_BYTES } from './job/media-limits';
import { BEATS_OF_A_LEASE } from './job/policy';
import type { PublishRequest } from './job/request';
import type { JobView } from './job/view';
import { logTo, type Log } from './log';
import type { Board, TokenCheck } from './publish/contract';
import { fileOf } from './publish/media';
import { createPublisher } from './publish/publisher';
import { servedAccount } from './served-account';
import { AccountStore } from './store/accounts';
import type { JobFilter } from './store/contract';
import { HoldStore } from './store/holds';
import { Inbox } from './store/inbox';
import { JobList } from './store/job-list';
import { JobStore } from './store/job-store';
import { MediaStore } from './store/media-store';
import { Namespace } from './store/namespace';
import { Outbox } from './store/outbox';
import { SubscriptionStore } from './store/subscriptions';
import type { Subscription, Told } from './webhook/contract';
import type { Endpoints } from './webhook/endpoints';
import type { Probe } from './webhook/probe';
import type { Received, Receiver } from './webhook/receiver';
import type { Registrar } from './webhook/registrar';
import { UrlGuard } from './webhook/url-guard';
import { wants, type Filter } from './webhook/wants';
import { webhookDesk } from './webhook-desk';
import type { AccountView, AccountViews } from './work/account-views';
import type { ServedAccount, World } from './work/contract';
import type { Actor, Correction, Desk, RequeueOptions, Verdict } from './work/desk';
import type { Directory } from './work/directory';
import type { Failures } from './work/failures';
import { boardsFinding, clockFindings, redisFindings, rightsFindings, type Finding } from './work/findings';
import { Intake, type EnqueueOptions, type EnqueueResult } from './work/intake';
import type { Health, HealthOptions, Overview } from './work/overview';
import type { Pacing } from './work/pacing';
import { holdUnserved } from './work/unserved';
import { Views } from './work/views';

export type { Actor, Correction, Verdict } from './work/desk';
export type { EnqueueResult } from './work/intake';
export type { AccountView, PacingView } from './work/account-views';
export type { Finding } from './work/findings';
export type { Health, HealthOptions } from './work/overview';
export type { ServedAccount } from './work/contract';
export type { Received } from './webhook/receiver';

export type { Subscription, Told } from './webhook/contract';

const DAY_MS = 24 * 60 * 60_000;
const STALE_MS = 90_000;
/** How long a receiver that died keeps an event from being delivered again. */
const CLAIM_MS = 60_000;
/** However fast a trial runs, n8n takes its time to start an execution: a claim that ends before would start a second one. */
const LEAST_CLAIM_MS = 10_000;
/** How long a node waits for Redis before it fails; the key makes a second try safe. */
const CALL_DEADLINE_MS = 4000;

/** The job engine: builds everything from one configuration, and is all that nodes and commands use. */
export class Engine {
	private readonly id = randomUUID();
	private readonly log: Log;
	private readonly world: World;
	private readonly namespace: Namespace;
	private readonly store: JobStore;
	private readonly jobs: JobList;
	private readonly holdStore: HoldStore;
	private readonly accountStore: AccountStore;
	private readonly media: MediaStore;
	private readonly outbox: Outbox;
	private readonly subscriptionStore: SubscriptionStore;
	private readonly registrar: Registrar;
	private readonly receiver: Receiver;
	private readonly inbox: Inbox;
	private readonly views: Views;
	private readonly intake: Intake;
	private readonly desk: Desk;
	/** The failure queues: by cause, one by one, or many at once. */
	readonly failures: Failures;
	/** Who else is told of events, and what became of each delivery. */
	readonly endpoints: Endpoints;
	/** What makes accounts and the app wait, and go on. */
	readonly pacing: Pacing;
	/** The accounts and boards there are to choose from. */
	readonly directory: Directory;
	private readonly overview: Overview;
	private readonly accountViews: AccountViews;
	private readonly guard: UrlGuard;
	private crew: Crew | null = null;
	private readonly staleMs: number;

	private constructor(readonly settings: Settings) {
		const { policy, timeFactor } = settings;
		this.staleMs = Math.max(STALE_MS / timeFactor, BEATS_OF_A_LEASE * policy.heartbeatMs);
		this.log = logTo(settings.log, () => Date.now());
		this.namespace = new Namespace({ redis: settings.redis, name: settings.namespace, id: this.id, horizonMs: policy.horizonMs, heartbeatMs: policy.heartbeatMs, deadlineMs: CALL_DEADLINE_MS, log: this.log });
		this.world = { now: () => this.namespace.now(), monotonic: () => performance.now(), random: Math.random };
		this.store = new JobStore(this.namespace, policy);
		this.jobs = new JobList(this.namespace);
		this.holdStore = new HoldStore(this.namespace);
		this.accountStore = new AccountStore(this.namespace);
		this.media = new MediaStore(this.namespace, { capBytes: settings.mediaCapBytes, imageBytes: MAX_IMAGE_BYTES, idleMs: DAY_MS / 24 });
		this.outbox = new Outbox(this.namespace, { disableAfterMs: 5 * DAY_MS / timeFactor });
		this.subscriptionStore = new SubscriptionStore(this.namespace);
		this.inbox = new Inbox(this.namespace, { claimMs: Math.max(LEAST_CLAIM_MS, CLAIM_MS / timeFactor) });
		({ guard: this.guard, receiver: this.receiver, registrar: this.registrar, endpoints: this.endpoints } = webhookDesk({
			settings, subscriptions: this.subscriptionStore, outbox: this.outbox, inbox: this.inbox, accounts: this.accountStore,
			now: () => this.world.now(), elsewhere: () => this.overview.worksElsewhere(hostname()), log: this.log,
		}));
		this.views = new Views({ holds: this.holdStore });
		const { world, log, views } = this;
		const isServed = (at: number | null) => at !== null && world.now() - at <= this.staleMs;
		const desks = frontDesk({
			namespace: this.namespace, store: this.store, jobs: this.jobs, accounts: this.accountStore, holds: () => this.holdStore.list(),
			askForCheck: (account) => this.askForCheck(account), isServed, trustedImageOrigins: settings.trustedImageOrigins, views, policy, world,
		});
		({ desk: this.desk, failures: this.failures } = desks);
		this.intake = new Intake({
			store: this.store, putMedia: (sha256, bytes) => this.media.put(sha256, bytes),
			holdUnserved: (accounts) => holdUnserved(accounts, { accounts: this.accountStore, holds: this.holdStore, isServed }),
			firstNames: async (accounts) => (await this.accountStore.named({ accounts })).accounts, firstLook: desks.firstLook,
			update: (job, request, by) => this.desk.updateTo(job, request, by), views, policy, world,
		});
		({ directory: this.directory, overview: this.overview, accountViews: this.accountViews, pacing: this.pacing } = accountDesk({
			namespace: this.namespace, accounts: this.accountStore, holds: this.holdStore, jobs: this.jobs, subscriptions: this.subscriptionStore,
			goOnAfter: (released) => this.desk.goOnAfter(released), askForCheck: (account) => this.askForCheck(account),
			reach: (of) => this.registrar.reach(of), settings, isServed, world,
		}));
		if (timeFactor !== 1) log({ level: 'warn', event: 'engine.time_factor', timeFactor });
	}

	/** Checks the configuration (`invalid_config`) and connects lazily: never throws for a missing Redis. */
	static open(config: EngineConfig): Engine {
		return new Engine(settingsOf(config));
	}

	/** Stops working if it works (what was not sent is given back, what was sent is waited for), and closes every connection. */
	async close(): Promise<void> {
		await this.crew?.stop();
		await this.namespace.close();
	}

	/** Puts jobs under their keys, in batches; one result per request, in order. With `check` looks at their boards and media first. Throws only `redis_unavailable`. */
	enqueue(requests: PublishRequest[], options: EnqueueOptions = {}): Promise<EnqueueResult[]> {
		return this.intake.enqueue(requests, options);
	}

	/** Whether enqueuing each of these would find its key taken: by a job, or by what is left of one past its keeping. */
	known(requests: PublishRequest[]): Promise<boolean[]> {
		return this.intake.known(requests);
	}

	/** Keeps image bytes once under their hash for jobs to refer to. `media_too_large`, `namespace_full`, `invalid_request` (not jpeg or png, or too small). */
	async putMedia(bytes: Buffer): Promise<Extract<Image, { kind: 'image_base64' }>> {
		const image = fileOf(bytes);
		await this.media.put(image.sha256, bytes);
		return image;
	}

	/** The job of an id or key; `job_not_found`. */
	get(id: string): Promise<JobView> {
		return this.desk.get(id);
	}

	/** Newest first; a page may be short and still have a next one. */
	async list(filter: JobFilter): Promise<{ jobs: JobView[]; cursor: string | null }> {
		const { jobs, cursor } = await this.jobs.list(await this.failures.understood(filter));
		return { jobs: await this.views.ofAll(jobs.map((job) => ({ job, existing: false }))), cursor };
	}

	/** Changes a waiting job: `job_not_waiting`, `job_in_doubt`, `key_owned`, `revision_moved`, `invalid_request`. */
	async update(id: string, fields: Correction, actor: Actor): Promise<JobView> {
		return this.desk.update(id, await this.accountStore.named(fields), actor);
	}

	/** Cancels a waiting job: `job_not_waiting`; `job_in_doubt` while a Pin may exist. */
	cancel(id: string, actor: Actor): Promise<JobView> {
		return this.desk.cancel(id, actor);
	}

	/** Puts a failed or canceled job back under its key: `job_not_failed`, `job_in_doubt`, `key_owned`, `requeue_limit`, `preflight_failed`. */
	async requeue(id: string, fields: Correction, actor: Actor, options: RequeueOptions = {}): Promise<JobView> {
		return this.desk.requeue(id, await this.accountStore.named(fields), actor, options);
	}

	/** What a person found out about a job whose outcome is unknown: `not_in_doubt`, `key_owned`. */
	resolveUnknown(id: string, verdict: Verdict, actor: Actor): Promise<JobView> {
		return this.desk.resolveUnknown(id, verdict, actor);
	}

	/** Events after a cursor, oldest first, for those who poll; the cursor of the last one leads on. `cursor_expired` when some are no longer kept. */
	async eventsSince(cursor: string | null, limit = 100): Promise<{ events: (Told['payload'] & { eventId: string; cursor: string })[]; cursor: string | null }> {
		const events = await this.outbox.withJobs(await this.outbox.allSince(cursor, limit));
		return {
			events: events.map(({ event, job }) => ({ eventId: event.id, cursor: event.cursor, ...payloadOf(event, job) })),
			cursor: events.at(-1)?.event.cursor ?? cursor,
		};
	}

	/** Every account a worker reported or a job names. */
	accounts(): Promise<AccountView[]> {
		return this.accountViews.list();
	}

	/** Never throws for a Redis that is away: that is a finding. */
	health(options: HealthOptions = {}): Promise<Health> {
		return this.overview.health(options);
	}

	/** Whether this Redis keeps what it is told, for the credential's test. Throws `redis_unavailable`. */
	async checkRedis(): Promise<Finding[]> {
		const missing = await this.namespace.missingRights();
		return missing?.length ? rightsFindings(missing) : redisFindings(await this.namespace.inspect());
	}

	holds(): Promise<Incident[]> {
		return this.holdStore.list();
	}

	/**
	 * Creates or renews, by id; a renewal keeps the place in the log. `subscription_unreachable` for an address no event may go to and, with
	 * `probe`, for one that nobody serves; nothing is written then. Answers what the probe left unsure, else null.
	 */
	async subscribe(subscription: Subscription, options: { probe?: Probe } = {}): Promise<string | null> {
		return this.registrar.subscribe(await this.accountStore.named(subscription), options);
	}

	/** Keeps the events for it without delivering. `subscription_not_found`. */
	async pauseSubscription(id: string): Promise<void> {
		if (!await this.subscriptionStore.pause(id)) throw new EngineError('subscription_not_found', { message: `There is no subscription ${id}.` });
	}

	async unsubscribe(id: string): Promise<void> {
		await this.subscriptionStore.remove(id);
	}

	/** Verifies one delivery (Standard Webhooks) and, unless `inbox` is null, claims its id there, so that it starts one execution. */
	receive(headers: Record<string, unknown>, rawBody: unknown, inbox: string | null): Promise<Received> {
		return this.receiver.receive(headers, rawBody, inbox);
	}

	/** Opens the `no_worker` incident of every account whose jobs wait without a worker; answers those newly opened, as events, with a filter those it wants. */
	async watchForMissingWorkers(filter?: Filter): Promise<Told[]> {
		const opened = await this.holdStore.openForMissingWorkers(this.staleMs);
		return opened
			.map(({ incident, eventId, at }) => ({ id: eventId, cursor: '', type: 'account.held' as const, at, account: incident.account, incident: { ...incident } }))
			.filter((event) => !filter || wants(filter, event, null))
			.map((event) => ({ eventId: event.id, payload: payloadOf(event, null) }));
	}

	/** Marks an event as taken by this inbox; false when it was already, or is being taken. */
	async takeOnce(inbox: string, eventId: string): Promise<boolean> {
		const claim = await this.inbox.claim(inbox, eventId);
		return claim.kind === 'claimed' && this.inbox.confirm(inbox, eventId, claim.token);
	}

	/** Publishes for this account from now on, beside others in the same process. One loop serves all. Never rejects for a dead token or a missing Redis; `invalid_config`. */
	async serve(account: ServedAccount): Promise<{ stop(): Promise<void> }> {
		const served = servedAccount(account);
		this.crew ??= this.assemble();
		return this.crew.serve(served);
	}

	/** What a manual run of the Worker reports: token, user, boards, Redis. Reads only. */
	async checkAccount(given: ServedAccount): Promise<{ account: string; token: TokenCheck; boards: Board[]; findings: Finding[] }> {
		const account = servedAccount(given), publisher = this.publisher();
		const [token, { findings }] = await Promise.all([publisher.check(account.token), this.overview.health()]);
		const boards = token.ok ? await publisher.boards(account.token).catch((error: unknown) => boardsFinding(account.account, error)) : [];
		const more = [...('code' in boards ? [boards] : []), ...(findings.some(({ code }) => code === 'clock_skew') ? [] : clockFindings([publisher.skewMs()]))];
		return { account: account.account, token, boards: 'code' in boards ? [] : boards, findings: [...findings, ...more] };
	}

	private async askForCheck(account: string): Promise<void> {
		await this.accountStore.askForCheck(account);
		this.crew?.checkNow();
	}

	private publisher(): ReturnType<typeof createPublisher> {
		return createPublisher({ policy: this.settings.policy, now: () => this.world.now(), monotonic: () => this.world.monotonic(), guard: new UrlGuard(this.settings.trustedImageOrigins) });
	}

	private assemble(): Crew {
		return new Crew({
			id: this.id, settings: this.settings, namespace: this.namespace, store: this.store, jobs: this.jobs, holds: this.holdStore, accounts: this.accountStore,
			media: this.media, outbox: this.outbox, subscriptions: this.subscriptionStore, publisher: this.publisher(), guard: this.guard, world: this.world, log: this.log,
		});
	}
}
