import { setTimeout as sleep } from 'node:timers/promises';
import { ourFailure } from '../job/classify';
import { addressFailureOf, sendsBytes } from '../job/fall-back';
import type { FailureCode } from '../job/failures';
import { rowOf } from '../job/failures';
import type { LeasedJob } from '../job/job';
import { hashesOf } from '../job/media';
import { linkToSend } from '../job/natural-key';
import type { AttemptOutcome, Failure } from '../job/outcome';
import type { Policy } from '../job/policy';
import { listBoards } from './boards';
import { ClockSkew } from './clock-skew';
import { NOWHERE, type AddressGuard } from './guarded-get';
import { handOver, mediaStatus } from './hand-over';
import type { AccessToken, Permit, Publisher, TokenCheck, TokenSource, Trusted } from './contract';
import type { CallEnd, PreparedCall } from './https-call';
import { asFiles } from './as-files';
import { pinBody } from './pin-body';
import { failureAfterCure, PinterestClient, tokenOf, type Read } from './pinterest-client';
import { look } from './reconcile';
import { AccountTokens, TrustedTokens, type Tokens } from './tokens';

export interface PublisherOptions {
	policy: Pick<Policy, 'sendBudgetMs' | 'sendBudgetPerMbMs'>;
	/** Epoch ms of the store's clock. */
	now(): number;
	/** Milliseconds that never jump. */
	monotonic(): number;
	/** This machine's own clock, epoch ms, which runs on while it sleeps; for tests, `Date.now` otherwise. */
	wallClock?(): number;
	/** What keeps videos and images from being loaded out of the operator's own network; without it none is loaded. */
	guard?: AddressGuard;
	/** Certificates to trust beside the usual ones, PEM. */
	ca?: string;
}

/** Reads harm nobody, so they get this long even where a trial has sped up the send budget. */
const LEAST_READ_MS = 5000;

/** The part of the send budget in which a request may still leave; the rest is for Pinterest to answer in. */
const SENDING_SHARE = 0.5;

/** Publishes at Pinterest. What is handed in (`permit`, `media`, `owners`, `trusts`) may throw, and that goes through; nothing was sent then. */
export function createPublisher(options: PublisherOptions): Publisher {
	const { policy, now, ca, monotonic, guard = NOWHERE } = options;
	const skew = new ClockSkew(now);
	const client = new PinterestClient({
		connectMs: policy.sendBudgetMs / 2, readMs: Math.max(policy.sendBudgetMs, LEAST_READ_MS), now, skew, ca,
	});
	// One per source: what is known of a renewal has to outlive the call that asked for it.
	const known = new WeakMap<TokenSource, AccountTokens>();
	const tokensOf = (source: TokenSource): Tokens => {
		const tokens = known.get(source) ?? new AccountTokens(source);
		known.set(source, tokens);
		return tokens;
	};
	const trustedOf = ({ token, ...paced }: Trusted): TrustedTokens => new TrustedTokens(tokensOf(token), paced);
	return {
		publish: (job, tools) => new Attempt(job, { ...options, client, tokens: trustedOf(tools), ...tools }).run(),
		handOver: (job, tools) => handOver(job, { client, guard, ca, monotonic, ...tools, tokens: trustedOf(tools) }),
		mediaStatus: (job, tools) => mediaStatus(job, { client, tokens: trustedOf(tools) }),
		look: async (jobs, { owners, ...tools }) => {
			const tokens = trustedOf(tools);
			const looked = await look(jobs, { client, tokens, owners, skew, now });
			// What another user may see of the board says nothing.
			return tokens.isRefused ? { ...looked, outcomes: new Map() } : looked;
		},
		check: (token, paced) => check(client, trustedOf({ token, ...paced })),
		boards: (token, known, paced) => listBoards(client, trustedOf({ token, ...paced }), known),
		skewMs: () => skew.latestMs,
	};
}

interface AttemptParts extends PublisherOptions {
	client: PinterestClient;
	tokens: TrustedTokens;
	permit: Permit;
	media(sha256: string): Promise<Buffer | null>;
}

/** Between two requests that leave this process, ms. */
const APART_MS = 2;
/** Of what a permit gives, no more is spent on keeping apart. */
const APART_SHARE = 0.1;
let nextLeavesAt = 0;

/**
 * Permits come many in one answer. If their requests left in one turn of the event loop, whoever stops a process because of one of them would often stop it between
 * the last look at the clock and the write of the next, which then leaves too late when it goes on.
 */
async function apart(mostMs: number): Promise<void> {
	const now = performance.now(), at = Math.max(now, nextLeavesAt);
	nextLeavesAt = at + APART_MS;
	if (at > now) await sleep(Math.min(at - now, mostMs));
}

/** One try to publish a job: everything is made ready first, then the permit is asked, then the request leaves or never will. */
class Attempt {
	constructor(private readonly job: LeasedJob, private readonly parts: AttemptParts) {}

	async run(): Promise<AttemptOutcome> {
		const { client, tokens } = this.parts;
		const token = await tokenOf(tokens);
		if (!token.ok) return tokens.isRefused ? notSent('permit_refused') : { kind: 'not_sent', failure: token.failure };
		// A video that was never handed over, or that a correction has changed.
		if (this.job.content.media.kind === 'video_url' && !this.job.upload) return notSent('media_gone');
		const body = await this.body();
		if (!body.ok) return { kind: 'not_sent', failure: body.failure };
		const call = await client.preparePin(token.value, body.value);
		if (call.kind === 'fault') return client.pinOutcome(call, tokens);
		try {
			const end = await this.send(call, body.value.length);
			return end ? await this.withRenewal(client.pinOutcome(end, tokens), token.value) : notSent('permit_refused');
		} finally {
			call.abandon();
		}
	}

	/** Fails when the bytes of an image are no longer kept, or cannot be loaded where they have to stand in for an address. */
	private async body(): Promise<Read<Buffer>> {
		const { content, upload } = this.job, link = linkToSend(this.job);
		if (sendsBytes(this.job)) {
			const loaded = await asFiles(content.media, this.parts.guard ?? NOWHERE);
			if (!loaded.ok) return { ok: false, failure: ourFailure(addressFailureOf(this.job), `Nor could the worker send it as a file: ${loaded.message}`) };
			return { ok: true, value: pinBody({ ...content, media: loaded.media }, link, loaded.kept) };
		}
		const kept = new Map<string, Buffer>();
		for (const sha256 of hashesOf(content.media)) {
			const bytes = await this.parts.media(sha256);
			if (!bytes) return { ok: false, failure: ourFailure('media_missing') };
			kept.set(sha256, bytes);
		}
		return { ok: true, value: pinBody(content, link, kept, upload?.mediaId) };
	}

	/** Null when the permit was refused. The answer is waited for within the budget that the permit gave. */
	private async send(call: PreparedCall, bytes: number): Promise<CallEnd | null> {
		const { policy, permit } = this.parts;
		const elapsedMs = this.stopwatch();
		const grant = await permit(policy.sendBudgetMs + Math.ceil((bytes / 1e6) * policy.sendBudgetPerMbMs));
		if (!grant) return null;
		await apart(grant.budgetMs * APART_SHARE);
		const before = (): boolean => elapsedMs() < grant.budgetMs * SENDING_SHARE;
		return call.send({ before, deadlineMs: grant.budgetMs - elapsedMs() });
	}

	/**
	 * From before the permit was asked; the larger of two clocks, since the steady one stands still while a machine sleeps.
	 * Not the store's clock: each answer sets it anew, so the permit's own answer would undo the time that it was late.
	 */
	private stopwatch(): () => number {
		const { monotonic, wallClock = Date.now } = this.parts;
		const startedAt = wallClock(), started = monotonic();
		return () => Math.max(monotonic() - started, wallClock() - startedAt);
	}

	/** A dead token is renewed here; the worker sends again at once, through a permit of its own. */
	private async withRenewal(outcome: AttemptOutcome, token: AccessToken): Promise<AttemptOutcome> {
		const result = outcome.kind === 'published' ? { ok: true as const } : { ok: false as const, failure: outcome.failure };
		const failure = await failureAfterCure(result, this.parts.tokens, token);
		return failure ? { kind: 'refused', failure } : outcome;
	}
}

function notSent(code: FailureCode): AttemptOutcome {
	return { kind: 'not_sent', failure: ourFailure(code) };
}

/** Whether the token is alive and may do what publishing needs, as far as reads can tell. */
async function check(client: PinterestClient, tokens: Tokens): Promise<TokenCheck> {
	const user = await client.user(tokens);
	// Without the scope user_accounts:read Pinterest answers 403 (API 5.17 description, 2026-11).
	if (!user.ok) return refused(user.failure, user.failure.code === 'reads_forbidden' ? 'scope_missing' : user.failure.code);
	const boards = await client.boards(tokens, null, 1);
	// An app that may not read boards may still publish; looking for a Pin in doubt will tell.
	if (!boards.ok && boards.failure.code !== 'reads_forbidden') return refused(boards.failure, boards.failure.code);
	return { ok: true, user: user.value };
}

function refused({ facts }: Failure, code: FailureCode): TokenCheck {
	const { class: errorClass } = rowOf(code);
	return { ok: false, code, message: facts.message, retryable: errorClass === 'retry' || errorClass === 'retry_later' };
}
