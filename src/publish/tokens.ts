import type { AccessToken, Paced, TokenSource, Trusted } from './contract';

/** What a renewal came to: another token to try, nothing but reconnecting (also since Pinterest refused to renew), or nobody could be asked. */
export type Renewal = { kind: 'renewed' } | { kind: 'dead' | 'refused' | 'unanswered'; message: string };

/** What a call needs of the tokens of one account. */
export interface Tokens {
	/** The token as it stands. Throws what the source throws. */
	current(): Promise<AccessToken>;
	/** Pinterest took this token for good, whatever it answered otherwise. */
	accepted(token: AccessToken): void;
	/** After a 401 that says the token is dead (never after one that says a scope is missing). */
	renew(refused: AccessToken): Promise<Renewal>;
	/** Where and when calls with these tokens are made. */
	readonly paced?: Paced;
}

/**
 * The tokens of one account: renewed once at a time, and not again while the token that a renewal gave has never been
 * accepted. Tokens stay in here; nothing this says contains one.
 */
export class AccountTokens implements Tokens {
	private renewing: Promise<Renewal> | null = null;
	/** The token of the last renewal until Pinterest accepts it: refused too, a further renewal would not help. */
	private unproven: string | null = null;

	constructor(private readonly source: TokenSource) {}

	current(): Promise<AccessToken> {
		return this.source.current();
	}

	accepted(token: AccessToken): void {
		if (this.unproven === token.value) this.unproven = null;
	}

	async renew(refused: AccessToken): Promise<Renewal> {
		this.renewing ??= this.renewOnce(refused).finally(() => {
			this.renewing = null;
		});
		return this.renewing;
	}

	private async renewOnce(refused: AccessToken): Promise<Renewal> {
		try {
			// Reconnected by its owner, or renewed for another call, while this call was under way.
			if ((await this.source.current()).value !== refused.value) return { kind: 'renewed' };
			if (this.unproven === refused.value) return { kind: 'dead', message: 'The token was renewed and is refused all the same.' };
			const fresh = await this.source.refresh();
			this.unproven = fresh.value;
			if (fresh.value === refused.value) return { kind: 'dead', message: 'The renewal gave the refused token back.' };
			return { kind: 'renewed' };
		} catch (error) {
			return { kind: says(error, 'retryable') ? 'unanswered' : says(error, 'refused') ? 'refused' : 'dead', message: without(error, refused) };
		}
	}
}

/** The same tokens, less those that are not trusted: asking for one throws, and `isRefused` says so from then on. */
export class TrustedTokens implements Tokens {
	isRefused = false;

	constructor(private readonly tokens: Tokens, readonly paced: Omit<Trusted, 'token'>) {}

	async current(): Promise<AccessToken> {
		const token = await this.tokens.current();
		if (await this.paced.trusts?.(token) ?? true) return token;
		this.isRefused = true;
		throw new Error('This token was not found good for the account.');
	}

	accepted(token: AccessToken): void {
		this.tokens.accepted(token);
	}

	renew(refused: AccessToken): Promise<Renewal> {
		return this.tokens.renew(refused);
	}
}

/** What a source says of its failure, less the token in case it is quoted. */
export function without(error: unknown, token: AccessToken | null): string {
	const message = error instanceof Error ? error.message : String(error);
	return token ? message.replaceAll(token.value, '[token]') : message;
}

function says(error: unknown, what: 'retryable' | 'refused'): boolean {
	return error instanceof Error && (error as { [name in typeof what]?: unknown })[what] === true;
}
