/** Every code an `EngineError` can have, with what happened and what to do. `docs/errors.md` lists the same. */
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
	hold_not_found: 'There is no such hold.',
	account_unknown: 'No worker has reported this account.',
	account_bound: 'This account name belongs to another Pinterest user.',
	board_unknown: 'This board is not among the boards of the account.',
	media_missing: 'The bytes of this image are no longer kept.',
	media_too_large: 'The image is larger than allowed.',
	namespace_full: 'The namespace keeps as many bytes as it may.',
	namespace_newer: 'The namespace was written by a newer version of this package.',
	redis_unavailable: 'Redis does not answer.',
	redis_unsafe: 'Redis may forget jobs with its present settings.',
	subscription_unreachable: 'Nobody answers at the address of this subscription.',
	subscription_not_found: 'There is no such subscription.',
	invalid_config: 'The configuration is not usable.',
	signature_refused: 'The call is not signed by this engine.',
} as const;

export type EngineErrorCode = keyof typeof ERROR_TABLE;

export interface EngineErrorDetails {
	/** What to do now, in one sentence. */
	hint?: string;
	/** Replaces the table's sentence by one that names the case. */
	message?: string;
	[field: string]: unknown;
}

/** A broken call or broken surroundings; ask for its `code`, not for `instanceof`. */
export class EngineError extends Error {
	override readonly name = 'EngineError';
	readonly hint: string | null;

	constructor(readonly code: EngineErrorCode, readonly details: EngineErrorDetails = {}, options?: { cause?: unknown }) {
		super(details.message ?? ERROR_TABLE[code], options);
		this.hint = details.hint ?? null;
	}
}

/** Whether something thrown is ours, whichever copy of the package threw it. */
export function isEngineError(error: unknown): error is EngineError {
	return error instanceof Error && error.name === 'EngineError' && 'code' in error;
}
