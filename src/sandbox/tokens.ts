import { createHash } from 'node:crypto';
import { letters } from './random';
import type { Account } from './world';

/** The scopes that publishing and the token check need. */
export const allScopes = [
	...['boards:read', 'boards:write', 'pins:read', 'pins:write', 'user_accounts:read'],
	...['boards:read_secret', 'boards:write_secret', 'pins:read_secret', 'pins:write_secret'],
];

export interface AccessToken {
	value: string;
	account: Account;
	scopes: string[];
	expiresAt: number;
	revoked: boolean;
}

interface Grant {
	account: Account;
	scopes: string[];
	expiresAt: number;
}

/** A pair of tokens as the token endpoint gives it. Instants in epoch ms. */
export interface TokenPair {
	accessToken: string;
	refreshToken: string;
	scopes: string[];
	expiresAt: number;
	refreshExpiresAt: number;
}

const refreshLifeMs = 60 * 24 * 3_600_000;
const codeLifeMs = 10 * 60_000;

/** First characters of the sha256 of a token: enough to tell two apart in the ledger, useless to anybody else. */
export const fingerprint = (token: string): string => createHash('sha256').update(token).digest('hex').slice(0, 12);

/** Every token there is. A refresh token and an authorization code can be used once. */
export class Tokens {
	private readonly access = new Map<string, AccessToken>();
	private readonly refresh = new Map<string, Grant>();
	private readonly codes = new Map<string, Grant & { redirectUri: string }>();
	private issued = 0;

	constructor(
		private readonly seed: string | number,
		private readonly lifeMs: number,
		private readonly now: () => number,
	) {}

	/** A new pair for the account; earlier access tokens of the account stay as they are. */
	issue(account: Account, wish: { scopes?: string[]; token?: string; refreshToken?: string; lifeMs?: number } = {}): TokenPair {
		this.issued += 1;
		const grant = { account, scopes: wish.scopes ?? allScopes };
		const accessToken = wish.token ?? `pina_${letters(56, this.seed, 'access', account.name, this.issued)}`;
		const refreshToken = wish.refreshToken ?? `pinr_${letters(56, this.seed, 'refresh', account.name, this.issued)}`;
		const expiresAt = this.now() + (wish.lifeMs ?? this.lifeMs);
		const refreshExpiresAt = this.now() + refreshLifeMs;
		this.access.set(accessToken, { ...grant, value: accessToken, expiresAt, revoked: false });
		this.refresh.set(refreshToken, { ...grant, expiresAt: refreshExpiresAt });
		return { accessToken, refreshToken, scopes: grant.scopes, expiresAt, refreshExpiresAt };
	}

	/** The token, if it is known, not revoked and not expired. */
	living(value: string): AccessToken | null {
		const token = this.access.get(value);
		return token && !token.revoked && token.expiresAt > this.now() ? token : null;
	}

	/** A new pair for a refresh token, which is used up by it; null when it is unknown, used or of another app. */
	rotate(refreshToken: string, appId: string): TokenPair | null {
		const grant = this.refresh.get(refreshToken);
		if (!grant || grant.account.app.id !== appId || grant.expiresAt <= this.now()) return null;
		this.refresh.delete(refreshToken);
		return this.issue(grant.account, { scopes: grant.scopes });
	}

	/** An authorization code for the account, good for ten minutes. */
	authorize(account: Account, scopes: string[], redirectUri: string): string {
		const code = letters(40, this.seed, 'code', account.name, this.codes.size);
		this.codes.set(code, { account, scopes, redirectUri, expiresAt: this.now() + codeLifeMs });
		return code;
	}

	/** A pair for an authorization code, which is used up by it. */
	redeem(code: string, appId: string, redirectUri: string | null): TokenPair | null {
		const grant = this.codes.get(code);
		if (!grant || grant.account.app.id !== appId || grant.redirectUri !== redirectUri || grant.expiresAt <= this.now()) return null;
		// Kept, but expired: the number of codes makes the next one.
		grant.expiresAt = 0;
		return this.issue(grant.account, { scopes: grant.scopes });
	}

	/** Every access token the account has today dies; its refresh tokens too when asked. */
	revoke(account: Account, refreshToo = false): void {
		for (const token of this.access.values()) if (token.account === account) token.revoked = true;
		if (!refreshToo) return;
		for (const [value, grant] of this.refresh) if (grant.account === account) this.refresh.delete(value);
	}

	/** Changes the scopes of the tokens the account has today. */
	setScopes(account: Account, scopes: string[]): void {
		for (const token of this.access.values()) if (token.account === account) token.scopes = scopes;
	}

	/** The newest living access token and refresh token of the account. */
	newest(account: Account): { accessToken: string | null; refreshToken: string | null } {
		const access = [...this.access.values()].filter((token) => token.account === account && this.living(token.value));
		const refresh = [...this.refresh].filter(([, grant]) => grant.account === account);
		return { accessToken: access.at(-1)?.value ?? null, refreshToken: refresh.at(-1)?.[0] ?? null };
	}
}
