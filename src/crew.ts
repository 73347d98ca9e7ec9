import { hostname } from 'node:os';
import { keeperOf, sweeperOf, type ChoreParts } from './crew-chores';
import { lateEvidence } from './job/corrections';
import { dataOf } from './job/event';
import { describe } from './log';
import { Pacer, type Passage } from './pace/pacer';
import { afterFirst, readsOf, type Reads } from './pace/reads';
import { atMost } from './pace/within';
import { openClient } from './store/connection';
import type { JobList } from './store/job-list';
import { Dispatcher } from './webhook/dispatcher';
import type { UrlGuard } from './webhook/url-guard';
import { Attempts } from './work/attempts';
import type { ServedAccount } from './work/contract';
import type { Keeper } from './work/keeper';
import { Leases } from './work/leases';
import { MediaSteps } from './work/media-steps';
import { Renames } from './work/renames';
import { Settling } from './work/settling';
import type { Sweeper } from './work/sweeper';
import { Loop } from './loop';
import { Worker } from './work/worker';

interface Parts extends ChoreParts {
	id: string;
	jobs: JobList;
	guard: UrlGuard;
}

const SECOND = 1000, HOUR = 3600 * SECOND;
/** How long a worker's word that an account never sends again outlives its last beat: longer than any doubt takes to be decided. */
const NEVER_RESEND_MS = HOUR;
/** How long after the last instant to send an answer may still be worth waiting for; n8n gives its nodes half a minute to end. */
const ANSWERED_MS = 5 * SECOND;
/** A line of the pacer is kept that long after its last use, however fast a trial runs: to make it anew costs some calls. */
const LEAST_IDLE_MS = 5 * SECOND;
/** Never shorter in real time, however fast a trial runs: these only cost calls to Redis. */
const FASTEST_MS = 100;

/** Everything that works in the background of one process: one crew serves all its accounts. */
export class Crew {
	/** Every registration of a label, the one in force last: n8n may start one before it ends the other. */
	private readonly served = new Map<string, ServedAccount[]>();
	/** Ends the waits of an account's reads once nobody serves it here any more. */
	private readonly leaving = new Map<string, AbortController>();
	private readonly leases: Leases;
	private readonly settling: Settling;
	private readonly attempts: Attempts;
	private readonly mediaSteps: MediaSteps;
	private readonly pacer: Pacer;
	private readonly worker: Worker;
	private readonly keeper: Keeper;
	private readonly renames: Renames;
	private readonly sweeper: Sweeper;
	/** Null without a signing secret: another worker delivers. */
	private readonly dispatcher: Dispatcher | null;
	private readonly heartbeats: Loop[];
	private readonly deafen: () => void;
	private stopping: Promise<void> | null = null;

	constructor(private readonly parts: Parts) {
		const { settings, log } = parts;
		const client = openClient(settings.redis, 'pacer', { queue: true, lazy: false });
		// The slots of a dead worker come back with its leases: kept longer, they would stop the account.
		const longestRunMs = Math.max(settings.policy.leaseMs, 2 * SECOND);
		this.pacer = new Pacer({ client, namespace: settings.namespace, memory: parts.accounts, appPace: settings.appPace ?? null, timeFactor: settings.timeFactor, longestRunMs, idleMs: Math.max(LEAST_IDLE_MS, this.scaled(30 * SECOND)), log });
		this.leases = new Leases({ extend: (held) => parts.store.extend(held), log });
		this.settling = this.makeSettling();
		this.attempts = this.makeAttempts();
		this.mediaSteps = this.makeMediaSteps();
		this.worker = this.makeWorker();
		this.keeper = keeperOf(parts, {
			ready: (account) => this.worker.serve(account), renamed: (name, first) => this.rename(name, first), heard: (account, heard) => void this.pacer.heard(account, heard),
			reads: (account, purpose, signal) => this.readsOf(account, { purpose, timeFactor: settings.timeFactor, signal }), scaled: (ms) => this.scaled(ms),
		});
		this.renames = new Renames({
			names: () => parts.accounts.renames(), list: (filter) => parts.jobs.list(filter),
			revise: (id, revision) => parts.store.revise(id, revision), world: parts.world, log,
		});
		this.sweeper = sweeperOf(parts, { moveRenamed: () => this.renames.move(), scaled: (ms) => this.scaled(ms) });
		this.dispatcher = this.makeDispatcher();
		this.heartbeats = [this.every(settings.policy.heartbeatMs, () => this.leases.beat()), this.every(this.scaled(20 * SECOND), () => this.beat())];
		this.deafen = parts.namespace.listen({
			work: (_lane, account) => this.worker.wake(account),
			events: () => this.dispatcher?.wake(),
			check: () => this.keeper.wake(),
			all: () => {
				this.worker.wake();
				this.dispatcher?.wake();
				// A Redis that forgot something may have forgotten that we are registered.
				this.heartbeats[1]!.wake();
			},
		});
		for (const part of [this.worker, this.keeper, this.sweeper, this.dispatcher, ...this.heartbeats]) part?.start();
		log({ level: 'info', event: 'worker.started', worker: parts.id, timeFactor: settings.timeFactor });
	}

	/** Publishes for this account until the answer's `stop`; a second call for the same label replaces its token source until then. */
	async serve(account: ServedAccount): Promise<{ stop(): Promise<void> }> {
		const registered = { ...account };
		this.served.set(account.account, [...this.served.get(account.account) ?? [], registered]);
		this.take(registered);
		return { stop: () => this.release(registered) };
	}

	/** Looks at every token now. */
	checkNow(): void {
		this.keeper.wake();
	}

	/** Claims nothing more, gives back what was not sent, waits for what was. */
	stop(): Promise<void> {
		return (this.stopping ??= this.end());
	}

	private async end(): Promise<void> {
		this.deafen();
		this.attempts.drain();
		this.mediaSteps.drain();
		await Promise.all([this.worker.stop(), this.pacer.stop(), this.keeper.stop(), this.sweeper.stop(), this.dispatcher?.stop()]);
		await Promise.all(this.heartbeats.map((loop) => loop.stop()));
		await this.parts.accounts.retire(this.parts.id).catch((error: unknown) =>
			this.parts.log({ level: 'warn', event: 'worker.retire_failed', ...describe(error) }));
		this.parts.log({ level: 'info', event: 'worker.stopped', worker: this.parts.id });
	}

	private take(account: ServedAccount): void {
		if (!this.leaving.has(account.account)) this.leaving.set(account.account, new AbortController());
		this.attempts.serves(account.account, true);
		this.mediaSteps.serves(account.account, true);
		this.pacer.limit(account.account, account.pace);
		this.keeper.keep(account);
		this.heartbeats[1]!.wake();
	}

	/** Two names of one Pinterest user are one account: who serves either serves the first. */
	private rename(name: string, first: string): void {
		const all = this.served.get(name) ?? [];
		this.served.delete(name);
		void this.endServing(name);
		for (const one of all) one.account = first;
		this.served.set(first, [...this.served.get(first) ?? [], ...all]);
		this.parts.log({ level: 'info', event: 'account.renamed', account: first, alias: name });
		if (all.length > 0) this.take(all.at(-1)!);
	}

	/** An account that is registered anew meanwhile stays; one that is still registered falls back to that. Else its last sends are waited for. */
	private async release(account: ServedAccount): Promise<void> {
		const { account: label } = account;
		const all = this.served.get(label) ?? [];
		const rest = all.filter((one) => one !== account);
		const next = rest.at(-1);
		if (next) this.served.set(label, rest);
		else this.served.delete(label);
		if (all.at(-1) !== account) return;
		if (next) return this.take(next);
		await atMost(this.parts.settings.policy.sendBudgetMs + ANSWERED_MS, [this.endServing(label)]);
	}

	/** Nothing more is claimed or sent for it; resolves once what was sent has ended. */
	private endServing(label: string): Promise<void> {
		this.leaving.get(label)?.abort();
		this.leaving.delete(label);
		this.attempts.serves(label, false);
		this.mediaSteps.serves(label, false);
		this.keeper.forget(label);
		const ended = this.worker.drop(label);
		// Last: whatever waits for a slot finds that there is nothing to do.
		this.pacer.limit(label, null);
		return ended;
	}

	/** Reads of an account that somebody serves here; a reading under way ends with that. */
	private readsOf(account: string, asked: Parameters<typeof readsOf>[2]): Reads {
		return async <T>(call: () => Promise<T>) => {
			const over = this.leaving.get(account)?.signal;
			if (!over) return undefined;
			const signal = asked.signal ? AbortSignal.any([over, asked.signal]) : over;
			return readsOf(this.pacer, account, { ...asked, signal })<T | undefined>(async () => (over.aborted ? undefined : call()));
		};
	}

	private async beat(): Promise<void> {
		const { accounts, publisher, id, settings } = this.parts;
		const served = [...this.served.values()].flatMap((all) => all.slice(-1));
		await accounts.beat({ id, host: hostname() }, served.map(({ account, client, pace }) => ({ account, client, pace })));
		const neverResend = served.filter((one) => one.neverResend).map(({ account }) => account);
		await accounts.note(id, { skewMs: publisher.skewMs(), neverResend, forMs: this.scaled(NEVER_RESEND_MS), appPace: settings.appPace ?? null });
	}

	private makeAttempts(): Attempts {
		const { store, media, publisher, settings, world, log } = this.parts;
		return new Attempts({
			store: {
				claim: (account, lane, max) => store.claim(account, lane, max, this.linkGapMs(account)),
				scanned: (account, boardId, gapMs) => store.scanned(account, boardId, gapMs),
				beginSend: (job, budgetMs) => store.beginSend(job, budgetMs),
				giveBack: (job) => store.giveBack(job),
				owners: (pinIds) => store.owners(pinIds),
				media: (sha256) => media.get(sha256),
			},
			publisher, settling: this.settling, leases: this.leases, policy: settings.policy, world, log,
		});
	}

	private makeMediaSteps(): MediaSteps {
		const { store, publisher, settings, world } = this.parts;
		return new MediaSteps({
			store, publisher, settling: this.settling, leases: this.leases,
			writeSlot: (account, call) => this.pacer.queuedSlot(account, call), policy: settings.policy, world,
		});
	}

	private makeSettling(): Settling {
		const { store, world, log } = this.parts;
		return new Settling({
			store: {
				settle: (job, change) => store.settle(job, change), giveBack: (job) => store.giveBack(job),
				evidence: async (id, pinId) => void await store.evidence(id, pinId, (job, isAnothers) => lateEvidence(job, pinId, world.now(), isAnothers)),
			},
			log,
		});
	}

	private makeWorker(): Worker {
		const { store, world, log } = this.parts;
		return new Worker({
			nextDue: (accounts, lane) => store.nextDue(accounts, lane),
			slot: async (lane, account, run) => {
				// The call that registers a video takes a slot of its own; the upload takes its turn in this process.
				if (lane === 'upload') return this.mediaSteps.inTurn(async () => void await run());
				const inSlot = async (slot: Passage) => {
					const { jobs, noPin } = await run();
					if (jobs === 0) slot.unused();
					else if (noPin) slot.noPin();
				};
				await (lane === 'publish' ? this.pacer.slot(account, inSlot) : this.pacer.readSlot(account, inSlot));
			},
			use: (lane, account, claimed) => {
				const reader = { ...account, reads: account.reads && afterFirst(account.reads) };
				if (lane === 'media' || lane === 'upload') return this.mediaSteps.next(lane, reader, claimed);
				return lane === 'look' ? this.attempts.lookNext(reader) : this.attempts.publishNext(account, claimed);
			},
			world, idleMs: this.scaled(5 * SECOND), log,
		});
	}

	private makeDispatcher(): Dispatcher | null {
		const { outbox, subscriptions, settings, guard, world, log } = this.parts;
		const secrets = [settings.signingSecret, settings.previousSigningSecret].filter((secret) => secret !== undefined && secret !== '') as string[];
		if (secrets.length === 0) return null;
		return new Dispatcher({
			outbox, subscriptions, render: dataOf, secrets, guard, now: () => world.now(), random: () => world.random(), timeFactor: settings.timeFactor, log,
		});
	}

	private linkGapMs(account: string): number {
		const { linkGapSeconds = 0 } = this.served.get(account)?.at(-1)?.pace ?? {};
		return linkGapSeconds * SECOND / this.parts.settings.timeFactor;
	}

	private every(ms: number, run: () => Promise<unknown>): Loop {
		const step = async () => {
			await run();
			return Math.max(FASTEST_MS, ms);
		};
		return new Loop(step, (error) => {
			this.parts.log({ level: 'warn', event: 'heartbeat.failed', ...describe(error) });
			return Math.min(SECOND, Math.max(FASTEST_MS, ms));
		});
	}

	private scaled(ms: number): number {
		return Math.max(FASTEST_MS, ms / this.parts.settings.timeFactor);
	}
}
