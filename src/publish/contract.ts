// What publishing needs from others and gives to them; the worker is the only one that knows both sides.
import type { AttemptOutcome, LookOutcome, MediaOutcome } from '../job/outcome';
import type { Job, LeasedJob } from '../job/job';
import type { Heard } from '../job/rate-headers';

/** Where an account's token comes from: n8n's credential, or the standalone worker's secret file. */
export interface TokenSource {
	/** The access token as it stands. Throws when it cannot be read; the message may be shown, never the token. */
	current(): Promise<AccessToken>;
	/**
	 * One renewal, single-flight per account; resolves to the token afterwards. Rejects when the owner must reconnect; with
	 * `retryable: true` on the error when nobody could be asked (network, a fault of Pinterest), so that it is tried later, and
	 * `refused: true` when Pinterest was asked and would not.
	 */
	refresh(): Promise<AccessToken>;
}

export interface AccessToken {
	value: string;
	/** For example https://api.pinterest.com/v5; no trailing slash. */
	baseUrl: string;
}

/** Whom a token belongs to and what it may do: the answer of a token check (reads only). */
export type TokenCheck =
	| { ok: true; user: { id: string; username: string; accountType: string | null } }
	| { ok: false; code: string; message: string; retryable: boolean };

export interface Board {
	id: string;
	name: string;
	privacy: string | null;
	sections: { id: string; name: string }[];
}

/** What a scan says of each job, by its id, and how many pages were asked for. */
export interface Looked {
	outcomes: Map<string, LookOutcome>;
	pages: number;
}

/** The send permit: asked right before the socket write, once. */
export interface Permit {
	/** Resolves to the send deadline (epoch ms of the store's clock) and what is left of it, ms; null when refused. */
	(budgetMs: number): Promise<{ sendBy: number; budgetMs: number } | null>;
}

/** What the pace of an account has to do with its calls. */
export interface Paced {
	/** Told of every answer. */
	hears?(heard: Heard): void;
	/**
	 * Makes each read in a slot of the account's, and answers undefined without one: then the read fails as `permit_refused`, and a
	 * listing has no end. Reads are made at once when absent.
	 */
	reads?<T>(call: () => Promise<T>): Promise<T | undefined>;
}

/** A token, and whether it was found good: what is not is not used, since it may be that of another Pinterest user. */
export interface Trusted extends Paced {
	token: TokenSource;
	/** Any token is good when absent. An attempt with one that is not ends as `permit_refused`, a look without outcomes. */
	trusts?(token: AccessToken): Promise<boolean>;
}

/** One attempt or look; rejects only when something handed in (`permit`, `media`, `write`, `owners`, `trusts`) does, and then nothing was sent. */
export interface Publisher {
	publish(job: LeasedJob, tools: Trusted & { permit: Permit; media: (sha256: string) => Promise<Buffer | null> }): Promise<AttemptOutcome>;
	/**
	 * Registers the video of a job and uploads it from its address; may be repeated. `write` runs a call in a write slot, and answers
	 * undefined without one, or when it may not leave. Without a slot or a good token, and when the signal ends it, the outcome is `permit_refused`: nothing happened.
	 */
	handOver(job: Pick<Job, 'content'>, tools: Trusted & { write<T>(call: () => Promise<T>): Promise<T | undefined>; signal: AbortSignal }): Promise<MediaOutcome>;
	/** Whether Pinterest has finished with the video that was handed over; a read. */
	mediaStatus(job: Pick<Job, 'upload'>, tools: Trusted): Promise<MediaOutcome>;
	/** One scan of a board that serves all jobs in doubt on it. A job of which it says nothing, for want of slots to read on, has no outcome. */
	look(jobs: Job[], tools: Trusted & { owners: PinOwners }): Promise<Looked>;
	check(token: TokenSource, paced?: Paced): Promise<TokenCheck>;
	/**
	 * Reads only: all boards, the first 100 with their sections (a call each, but for a board of `known` that has not changed).
	 * Rejects, with a failure's `code`, when they cannot be read.
	 */
	boards(token: TokenSource, known?: Board[], paced?: Paced): Promise<Board[]>;
	/** How far the store's clock was ahead of Pinterest's at the latest answer, ms; negative when behind, null before any. */
	skewMs(): number | null;
}

/** Which of these Pins already belong to a job, and to which; `BURIED` when that is past its keeping. */
export interface PinOwners {
	(pinIds: string[]): Promise<Map<string, string>>;
}
