import type { HoldKind } from './hold';
import type { ErrorClass, QueueName } from './job';
import type { BackoffRule } from './policy';
import type { PublishRequest } from './request';

/** What a call was for: the create (POST /pins), a read, the token endpoint, a call about media, an upload to storage, the address a video is loaded from. */
export type Endpoint = 'create' | 'read' | 'token' | 'media' | 'upload' | 'source';

/** How far a call got: no usable connection, connection up with nothing written, first byte handed over. */
export type Reached = 'nothing' | 'connected' | 'sent';

/** What a failure must look like; all that is given must hold. */
export interface Match {
	on: readonly Endpoint[];
	/** An answer whose status lies in this range, both ends included. */
	status?: readonly [from: number, to: number];
	/** Pinterest's own code in the body. */
	codes?: readonly number[];
	/** Tried on the lower-cased text of the answer: message, its details, body. */
	text?: RegExp;
	/** No answer came, and the call got this far. */
	reached?: readonly Reached[];
	/** Tried on the code of that fault. */
	fault?: RegExp;
	/** The body ended early. */
	cut?: true;
	/** The exhausted limit is one of a day or longer. */
	dayLong?: true;
}

/** A stop that a row puts on the account or the app instead of failing the job. */
export interface HoldRow {
	scope: 'account' | 'app';
	kind: HoldKind;
	/** Until a token check or a person ends it, as long as the headers say, or growing by a rule of its own. */
	lasts: 'until_checked' | 'by_headers' | BackoffRule;
}

/** One row of the failure table: everything that is known and decided about one way to fail. */
export interface FailureRow {
	/** Frozen: it stands in records, events and tickets. */
	readonly code: string;
	/** Any of these; empty for what we say ourselves. */
	readonly match: readonly Match[];
	/** May a Pin exist? */
	readonly outcome: 'refused' | 'not_sent' | 'unknown';
	readonly class: ErrorClass;
	/** Own delays and number of retries, in real time; those of the class when absent. */
	readonly delay?: BackoffRule;
	/** A row that holds never fails the job. */
	readonly hold?: HoldRow;
	/** The row it turns into when its own retries are used up; without one the job fails in `queue`. */
	readonly becomes?: string;
	/** One renewal of the token may cure it. */
	readonly renewable?: true;
	/** What was uploaded is of no use any more: before the next try the video is handed over anew. */
	readonly renewsMedia?: true;
	/** What was uploaded stays, and is looked at again before the next try. */
	readonly awaitsMedia?: true;
	/** Said of the address of an image: after some of these the image itself is sent (fall-back.ts). */
	readonly ofAddress?: true;
	readonly queue: QueueName;
	/** What jobs that failed so have in common: one cause, one group. */
	readonly about: 'account' | 'app' | 'board' | 'section' | 'link' | 'media' | 'answer' | 'job' | 'endpoint';
	/** For ops: what to do. `{account}`, `{board}`, `{section}`, `{link}` and `{media}` stand for the job's own, `{account}` of an endpoint for its name. */
	readonly hint: string;
	/** For the client whose Pin it is: no internals. */
	readonly clientMessage: string;
	/** The fields whose correction would cure it. */
	readonly fix: readonly (keyof PublishRequest)[];
}
