/** Every code an `EngineError` can have, with what happened. `docs/errors.md` lists the same. */
export const ERROR_TABLE = {
	invalid_request: 'The Pin cannot be published as given.',
	idempotency_conflict: 'This key already names a Pin with other content.',
	job_not_found: 'There is no job with this id.',
	job_not_waiting: 'The job is not waiting, so it cannot be changed or canceled now.',
	job_in_doubt: 'A Pin may already exist for this job; resolve the outcome first.',
	job_not_failed: 'Only a failed or canceled job can be requeued.',
	revision_moved: 'The job was changed by somebody else since you looked.',
	requeue_limit: 'This job was requeued automatically too often.',
	key_owned: 'The corrected content belongs to another job.',
	not_in_doubt: 'The outcome of this job is not unknown.',
	failure_not_open: 'This job does not stand in a failure queue.',
	already_claimed: 'Somebody else has claimed this failure.',
	preflight_failed: 'Like this the Pin would fail.',
	bulk_not_found: 'There is no such bulk requeue.',
	hold_not_found: 'There is no such hold.',
	media_missing: 'The bytes of this image are no longer kept.',
	media_too_large: 'The image is larger than allowed.',
	namespace_full: 'The namespace keeps as many bytes as it may.',
	namespace_newer: 'The namespace was written by a newer version of this package.',
	redis_unavailable: 'Redis does not answer.',
	subscription_unreachable: 'Nobody answers at the address of this subscription.',
	subscription_not_found: 'There is no such subscription.',
	cursor_expired: 'Events after this cursor are no longer kept.',
	invalid_config: 'The configuration is not usable.',
} as const;

export type EngineErrorCode = keyof typeof ERROR_TABLE;

/** What to do when the case itself says nothing better. */
export const ERROR_HINTS: Record<EngineErrorCode, string> = {
	invalid_request: 'Correct the field that is named, then run it again.',
	idempotency_conflict: 'Change that job with Pinterest Requeue or Update, or give this Pin another Source Record ID or key.',
	job_not_found: 'Check the id (it begins with pj_) and that the credential names the right namespace.',
	job_not_waiting: 'Look at the job again in a minute; a failed or canceled one goes back with Pinterest Requeue.',
	job_in_doubt: 'Wait until the board has been read, or use Resolve Unknown.',
	job_not_failed: 'A waiting job is changed with Update; a published one needs a new Source Record ID or key.',
	revision_moved: 'Read the job again, then repeat the change if it still makes sense.',
	requeue_limit: 'Look at its last error; a person may still requeue it.',
	key_owned: 'Cancel one of the two jobs, or give the correction other content.',
	not_in_doubt: 'Use Requeue or Update instead.',
	failure_not_open: 'List the failures again: somebody may have dealt with it.',
	already_claimed: 'Talk to whoever has it, or take it over.',
	preflight_failed: 'Correct what is named, or switch the check off if you know better.',
	bulk_not_found: 'Use the bulk id that Requeue Many returned; it is kept for 30 days.',
	hold_not_found: 'List the holds again: it may have ended by itself.',
	media_missing: 'Give the image again.',
	media_too_large: 'Use an image of at most 20 MB.',
	namespace_full: 'Give Redis more memory, or let finished jobs go sooner. Nothing was enqueued.',
	namespace_newer: 'Update this package to the version of the other workers.',
	redis_unavailable: 'Check that Redis runs and that the Pinterest Job Engine credential names it. Running this again is safe.',
	subscription_unreachable: 'Publish the workflow of the trigger, and check the n8n base URL for deliveries in the credential.',
	subscription_not_found: 'List the subscriptions again: it may have expired.',
	cursor_expired: 'Look at the jobs as they stand, then begin with an empty cursor. Events are kept for seven days, 100,000 at most: ask more often.',
	invalid_config: 'Correct the setting that is named.',
};

export interface EngineErrorDetails {
	/** What to do now, in one sentence; replaces the general hint of the code. */
	hint?: string;
	/** Replaces the table's sentence by one that names the case. */
	message?: string;
	[field: string]: unknown;
}

/** A broken call or broken surroundings; ask for its `code`, not for `instanceof`. */
export class EngineError extends Error {
	override readonly name = 'EngineError';
	/** What to do now. */
	readonly hint: string;

	constructor(readonly code: EngineErrorCode, readonly details: EngineErrorDetails = {}, options?: { cause?: unknown }) {
		super(details.message ?? ERROR_TABLE[code], options);
		this.hint = details.hint ?? ERROR_HINTS[code];
	}
}

/** Whether something thrown is ours, whichever copy of the package threw it. */
export function isEngineError(error: unknown): error is EngineError {
	return error instanceof Error && error.name === 'EngineError' && 'code' in error;
}
