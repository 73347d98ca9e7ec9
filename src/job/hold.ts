/** Why an account or the app waits. Every kind but `paused` is set by the machine. */
export const HOLD_KINDS = [
	'rate_limited', 'spam_block', 'quota_exhausted', 'token_dead', 'scope_missing', 'trial_app', 'app_not_approved',
	'account_mismatch', 'no_worker', 'paused',
] as const;
export type HoldKind = (typeof HOLD_KINDS)[number];

/** The whole app, where an account label is expected: one app is one namespace. */
export const APP = '@app';

/** A stop that a transition asks for. */
export interface HoldRequest {
	/** An account's label, or `@app`. */
	account: string;
	kind: HoldKind;
	/** Epoch ms at which it ends by itself; null: a token check or a person ends it. */
	until: number | null;
	code: string;
	message: string;
}

/** A stop in force: one cause that holds many jobs. */
export interface Incident extends HoldRequest {
	id: string;
	since: number;
	/** Jobs of the account that wait now. */
	waiting: number;
}
