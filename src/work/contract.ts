import type { PaceSettings } from '../config';
import type { AccessToken, TokenSource, Trusted } from '../publish/contract';

/** An account this process publishes for. */
export interface ServedAccount {
	account: string;
	client: string | null;
	token: TokenSource;
	pace: PaceSettings;
	/** A job whose Pin was proven absent is not sent again by machine: a person decides. False by default. */
	neverResend?: boolean;
}

/** An account whose token was found good. A token that was not found good for it yet is checked first: it may be another user's. */
export interface FitAccount extends ServedAccount, Trusted {
	/** Whether the token as it stands is good. */
	isFit(): Promise<boolean>;
	/** Whether this token is good. */
	trusts(token: AccessToken): Promise<boolean>;
}

/** Time and chance, handed in so that decisions can be repeated. */
export interface World {
	/** Epoch ms on the store's clock. */
	now(): number;
	/** Milliseconds that never jump. */
	monotonic(): number;
	/** In [0, 1). */
	random(): number;
}
