import { createHash } from 'node:crypto';
import { APP, type HoldKind, type HoldRequest } from '../job/hold';
import type { Heard } from '../job/rate-headers';
import { describe, type Log } from '../log';
import type { AccessToken, Paced, Publisher, TokenCheck } from '../publish/contract';
import type { FitAccount, ServedAccount, World } from './contract';
import { Loop } from '../loop';
import { Rest } from './rest';

interface Parts {
	accounts: {
		/** Binds the name to the Pinterest user: the user's first name, this one or another; null when it already belongs to another user. */
		bind(account: string, user: { id: string; username: string }, client: string | null): Promise<string | null>;
		/** Accounts somebody asked to have checked now. */
		checksAsked(accounts: string[]): Promise<string[]>;
	};
	holds: {
		open(hold: HoldRequest): Promise<void>;
		/** Ends these kinds of hold on the account, or on the app. */
		release(account: string, kinds: readonly HoldKind[]): Promise<void>;
		kinds(account: string): Promise<HoldKind[]>;
		/** Those of all accounts, by account. */
		standing(): Promise<Map<string, HoldKind[]>>;
	};
	publisher: Pick<Publisher, 'check'>;
	/** Told of every account that is found healthy, and whether somebody asked. */
	boards: { refresh(account: ServedAccount, asked: boolean): void; forget(account: string): void; stop(): Promise<void> };
	/** From now on this account may be claimed for. */
	ready(account: FitAccount): void;
	/** The name is a further one of an account that was bound before: it is to be kept under its first name. */
	renamed(account: string, first: string): void;
	/** Told of every answer to a call of the account. */
	heard(account: string, heard: Heard): void;
	/** The account's reads for this purpose, each in a slot of its own. */
	reads(account: string, purpose: 'look' | 'check'): NonNullable<Paced['reads']>;
	world: World;
	/** How often a token is read and, when it changed or is held, checked; ms. */
	everyMs: number;
	log: Log;
}

/** What a good token ends: a read has shown that the account answers again. */
const TOKEN_HOLDS: readonly HoldKind[] = ['token_dead', 'account_mismatch', 'app_not_approved'];

/** A read shows nothing of the right to write: this one ends with another token, or when a person asks for the check. */
const SCOPE_HOLDS: readonly HoldKind[] = ['scope_missing'];

/** Pinterest answers nothing at all to an app that is not approved, so any good check ends it for all accounts. */
const APP_HOLDS: readonly HoldKind[] = ['app_not_approved'];

/** Token checks that may run at once; a hundred accounts are checked in turn, not in a burst. */
const CHECKS_AT_ONCE = 4;

/** How old what is known of all holds may be, in turns. */
const STALE_SHARE = 1 / 60;

/** How often a check begins anew because the token changed under it. */
const CHECKS_ANEW = 3;

interface Kept {
	account: ServedAccount;
	/** Hash of the token that was last found good: nothing is sent with another one before it was checked. */
	goodToken: string | null;
	/** The look under way; who asks for one meanwhile waits for it. */
	looking: Promise<void> | null;
	/** Of a token that was found dead. */
	rest: Rest;
	/** The last check was lost on the way: neither good nor bad. */
	unanswered: boolean;
}

/**
 * Keeps the accounts of this process fit to publish: reads their tokens, binds labels to users, reports boards,
 * opens a hold when a token is dead and ends it when it is good again. Reads only; never a POST.
 */
export class Keeper {
	private readonly kept = new Map<string, Kept>();
	private readonly loop: Loop;
	private holds: Promise<Map<string, HoldKind[]>> | null = null;
	private holdsAt = -Infinity;

	constructor(private readonly parts: Parts) {
		this.loop = new Loop(() => this.round(), (error) => {
			parts.log({ level: 'warn', event: 'keeper.round_failed', ...describe(error) });
			return Math.min(1000, parts.everyMs);
		});
	}

	start(): void {
		this.loop.start();
	}

	async stop(): Promise<void> {
		await this.loop.stop();
		await this.parts.boards.stop();
	}

	keep(account: ServedAccount): void {
		const rest = new Rest(this.parts.everyMs);
		this.kept.set(account.account, { account, goodToken: null, looking: null, rest, unanswered: false });
		this.loop.wake();
	}

	forget(account: string): void {
		this.kept.delete(account);
		this.parts.boards.forget(account);
	}

	/** Looks at every account now: somebody asked, or an attempt was told that its token is dead. */
	wake(): void {
		this.loop.wake();
	}

	/** One look at every account. */
	async round(): Promise<number> {
		const asked = new Set(await this.parts.accounts.checksAsked([...this.kept.keys()]));
		const waiting = [...this.kept.values()];
		const worker = async () => {
			for (let kept = waiting.shift(); kept; kept = waiting.shift()) await this.look(kept, asked.has(kept.account.account));
		};
		await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, worker));
		// An account that could not be checked yet is not published for: it shall not wait a whole turn.
		const unchecked = [...this.kept.values()].some((kept) => kept.unanswered);
		return unchecked ? this.parts.everyMs / 10 : this.parts.everyMs;
	}

	private async look(kept: Kept, asked: boolean): Promise<void> {
		if (asked) await kept.looking;
		return (kept.looking ??= this.lookOnce(kept, asked).finally(() => { kept.looking = null; }));
	}

	private async lookOnce(kept: Kept, asked: boolean): Promise<void> {
		const { account } = kept;
		try {
			const hash = await tokenHash(account, this.parts.log);
			if (!asked && kept.rest.isFor(hash, this.parts.world.monotonic())) return;
			const isNew = asked || hash !== kept.goodToken;
			if (isNew || await this.mayEndHold(account.account)) await this.check(kept, hash, isNew);
			if (kept.goodToken !== null && this.isKept(kept)) this.parts.boards.refresh(account, asked);
		} catch (error) {
			kept.unanswered = true;
			this.parts.log({ level: 'warn', event: 'account.check_failed', account: account.account, ...describe(error) });
		}
	}

	/** Asked of every account at every turn, so the holds are read for many at once; one that is missed is found in the next turn. */
	private async mayEndHold(account: string): Promise<boolean> {
		const now = this.parts.world.monotonic();
		if (!this.holds || now - this.holdsAt > this.parts.everyMs * STALE_SHARE) [this.holds, this.holdsAt] = [this.parts.holds.standing(), now];
		const standing = await this.holds;
		const has = (subject: string, by: readonly HoldKind[]) => (standing.get(subject) ?? []).some((kind) => by.includes(kind));
		return has(account, TOKEN_HOLDS) || has(APP, APP_HOLDS);
	}

	private async isHeld(account: string, by: readonly HoldKind[]): Promise<boolean> {
		return (await this.parts.holds.kinds(account)).some((kind) => by.includes(kind));
	}

	private async check(kept: Kept, hash: string | null, isNew: boolean, anew = 0): Promise<void> {
		const { account } = kept;
		const found = hash === null ? unreadable : await this.parts.publisher.check(account.token, this.pacedFor(account, 'check'));
		if (!this.isKept(kept)) return;
		kept.unanswered = !found.ok && found.retryable;
		if (kept.unanswered) return;
		const after = await tokenHash(account, this.parts.log);
		if (!found.ok) return this.refuse(kept, after, HOLD_OF[found.code] ?? 'token_dead', found.code, found.message);
		// Renewed by the check, or reconnected while it was under way, perhaps to another user: this token was not looked at.
		if (after !== hash) return anew < CHECKS_ANEW ? this.check(kept, after, true, anew + 1) : undefined;
		const first = await this.parts.accounts.bind(account.account, found.user, account.client);
		if (first === null) {
			return this.refuse(kept, hash, 'account_mismatch', 'account_mismatch',
				`Account ${account.account} belongs to another Pinterest user than @${found.user.username}. Use another account name for this credential.`);
		}
		if (!this.isKept(kept)) return;
		if (first !== account.account) return this.parts.renamed(account.account, first);
		await this.accept(kept, hash, isNew);
	}

	private async accept(kept: Kept, hash: string | null, isNew: boolean): Promise<void> {
		const { account } = kept;
		kept.goodToken = hash;
		kept.rest.end();
		this.parts.ready(this.fit(kept));
		await this.parts.holds.release(account.account, isNew ? [...TOKEN_HOLDS, ...SCOPE_HOLDS] : TOKEN_HOLDS);
		if (await this.isHeld(APP, APP_HOLDS)) await this.parts.holds.release(APP, APP_HOLDS);
	}

	private fit(kept: Kept): FitAccount {
		const { account } = kept;
		return {
			...account,
			isFit: async () => this.trusts(kept, await tokenHash(account, this.parts.log)),
			trusts: (token) => this.trusts(kept, hashOf(token)),
			...this.pacedFor(account, 'look'),
		};
	}

	private pacedFor({ account }: ServedAccount, purpose: 'look' | 'check'): Paced {
		return { hears: (heard) => this.parts.heard(account, heard), reads: this.parts.reads(account, purpose) };
	}

	/** Whether this token was found good; the one that stands now is looked at first when it was not. */
	private async trusts(kept: Kept, hash: string | null): Promise<boolean> {
		if (hash !== kept.goodToken && this.isKept(kept)) await this.look(kept, false);
		return hash !== null && hash === kept.goodToken;
	}

	/** False when the account was stopped, or handed over to another registration, while it was being checked. */
	private isKept(kept: Kept): boolean {
		return this.kept.get(kept.account.account) === kept;
	}

	private async refuse(kept: Kept, hash: string | null, kind: HoldKind, code: string, message: string): Promise<void> {
		kept.goodToken = null;
		if (kind === 'token_dead' && hash !== null) kept.rest.begin(hash, this.parts.world.monotonic());
		// One app, one incident: not one for each of its accounts.
		const account = APP_HOLDS.includes(kind) ? APP : kept.account.account;
		await this.parts.holds.open({ account, kind, until: null, code, message });
	}
}

/** Null when the token cannot be read. */
async function tokenHash(account: ServedAccount, log: Log): Promise<string | null> {
	try {
		return hashOf(await account.token.current());
	} catch (error) {
		log({ level: 'warn', event: 'token.unreadable', account: account.account, ...describe(error) });
		return null;
	}
}

function hashOf({ baseUrl, value }: AccessToken): string {
	return createHash('sha256').update(`${baseUrl} ${value}`).digest('hex');
}

const unreadable: TokenCheck = {
	ok: false, code: 'token_unreadable', retryable: false,
	message: 'The credential of this account cannot be read. Open it in n8n and connect it again.',
};

const HOLD_OF: Record<string, HoldKind> = { scope_missing: 'scope_missing', app_not_approved: 'app_not_approved' };
