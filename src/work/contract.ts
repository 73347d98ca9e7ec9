import type { PaceSettings } from '../config';
import type { TokenSource } from '../publish/contract';

/** An account this process publishes for. */
export interface ServedAccount {
	account: string;
	client: string | null;
	token: TokenSource;
	pace: PaceSettings;
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
