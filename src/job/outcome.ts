import type { Evidence } from './job';
import type { FailureCode } from './failures';

/** What Pinterest or the network said, already redacted. */
export interface FailureFacts {
	httpStatus: number | null;
	pinterestCode: number | null;
	requestId: string | null;
	/** Redacted, at most 300 characters. */
	message: string;
	/** How long the headers told us to wait; null when they said nothing. */
	waitMs: number | null;
}

/** A failure with its row of the table (`failures.ts`). */
export interface Failure {
	code: FailureCode;
	facts: FailureFacts;
}

/** What an attempt tells us about the Pin: may it exist? */
export type AttemptOutcome =
	| { kind: 'published'; pinId: string; pinUrl: string | null; requestId: string | null; httpStatus: number | null }
	| { kind: 'refused'; failure: Failure }
	| { kind: 'not_sent'; failure: Failure }
	| { kind: 'unknown'; failure: Failure };

/** What one look at the board tells us of a job in doubt. */
export type LookOutcome =
	/** `alike`: the Pin says more than was sent, so that it might be that of a job that sent it. */
	| { kind: 'found'; pinId: string; pinUrl: string | null; alike?: boolean; evidence: Evidence }
	/** A complete scan without a candidate. */
	| { kind: 'absent'; evidence: Evidence }
	/** Several candidates: a person decides. */
	| { kind: 'ambiguous'; pinIds: string[]; evidence: Evidence }
	/** One candidate, but a twin stands between permit and settle: wait. */
	| { kind: 'contested'; evidence: Evidence }
	/** The read failed or was not complete. */
	| { kind: 'unreadable'; failure: Failure; evidence: Evidence };

/** What a media step tells us. No Pin comes of one, so a failure is one of an attempt that sent nothing. */
export type MediaOutcome =
	| { kind: 'handed_over'; mediaId: string; sha256: string; bytes: number }
	/** Pinterest has not finished with it yet. */
	| { kind: 'processing' }
	| { kind: 'media_ready' }
	| Extract<AttemptOutcome, { kind: 'refused' | 'not_sent' }>;

/** The lease ran out under the worker: before the permit nothing was sent, after it nobody knows. */
export type LeaseOutcome = { kind: 'lease_lost'; afterPermit: boolean; sendBy: number | null };

export type Outcome = AttemptOutcome | LookOutcome | MediaOutcome | LeaseOutcome;
