import { createHash } from 'node:crypto';
import { APP, type HoldKind, type HoldRequest } from '../job/hold';
import { describe, type Log } from '../log';
import type { Board, Publisher, TokenCheck } from '../publish/contract';
import type { ServedAccount, World } from './contract';
import { Loop } from '../loop';

interface Parts {
	accounts: {
		/** Binds the name to the Pinterest user: the user's first name, this one or another; null when it already belongs to another user. */
		bind(account: string, user: { id: string; username: string }, client: string | null): Promise<string | null>;
		saveBoards(account: string, boards: Board[]): Promise<void>;
		/** Accounts somebody asked to have checked now. */
		checksAsked(accounts: string[]): Promise<string[]>;
	};
	holds: {
		open(hold: HoldRequest): Promise<void>;
		/** Ends these kinds of hold on the account, or on the app. */
		release(account: string, kinds: readonly HoldKind[]): Promise<void>;
		kinds(account: string): Promise<HoldKind[]>;
	};
	publisher: Pick<Publisher, 'check' | 'boards'>;
	/** From now on this account may be claimed for. */
	ready(account: ServedAccount): void;
	/** The name is a further one of an account that was bound before: it is to be kept under its first name. */
	renamed(account: string, first: string): void;
	world: World;
	/** How often a token is read and, when it changed or is held, checked; ms. */
	everyMs: number;
	/** How often the boards of a healthy account are read, ms. */
	boardsEveryMs: number;
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

interface Kept {
	account: ServedAccount;
	/** Hash of the token that was last found good; a changed token is checked at once. */
	goodToken: string | null;
	/** The last check was lost on the way: neither good nor bad. */
	unanswered: boolean;
	boardsAt: number;
	boards: Promise<void> | null;
}

/**
 * Keeps the accounts of this process fit to publish: reads their tokens, binds labels to users, reports boards,
 * opens a hold when a token is dead and ends it when it is good again. Reads only; never a POST.
 */
export class Keeper {
	private readonly kept = new Map<string, Kept>();
	private readonly loop: Loop;

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
		await Promise.allSettled([...this.kept.values()].flatMap(({ boards }) => boards ?? []));
	}

	keep(account: ServedAccount): void {
		this.kept.set(account.account, { account, goodToken: null, unanswered: false, boardsAt: 0, boards: null });
		this.loop.wake();
	}

	forget(account: string): void {
		this.kept.delete(account);
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
		const { account } = kept;
		try {
			const hash = await this.tokenHash(account);
			const isNew = asked || hash !== kept.goodToken;
			if (isNew || await this.isHeld(account.account, TOKEN_HOLDS) || await this.isHeld(APP, APP_HOLDS)) await this.check(kept, hash, isNew);
			if (kept.goodToken !== null) this.refreshBoards(kept);
		} catch (error) {
			kept.unanswered = true;
			this.parts.log({ level: 'warn', event: 'account.check_failed', account: account.account, ...describe(error) });
		}
	}

	private async isHeld(account: string, by: readonly HoldKind[]): Promise<boolean> {
		return (await this.parts.holds.kinds(account)).some((kind) => by.includes(kind));
	}

	private async check(kept: Kept, hash: string | null, isNew: boolean): Promise<void> {
		const { account } = kept;
		const found = hash === null ? unreadable : await this.parts.publisher.check(account.token);
		if (!this.isKept(kept)) return;
		kept.unanswered = !found.ok && found.retryable;
		if (!found.ok) return found.retryable ? undefined : this.refuse(kept, HOLD_OF[found.code] ?? 'token_dead', found.code, found.message);
		const first = await this.parts.accounts.bind(account.account, found.user, account.client);
		if (first === null) {
			return this.refuse(kept, 'account_mismatch', 'account_mismatch',
				`Account ${account.account} belongs to another Pinterest user than @${found.user.username}. Use another account name for this credential.`);
		}
		if (first !== account.account) return this.isKept(kept) ? this.parts.renamed(account.account, first) : undefined;
		kept.goodToken = await this.tokenHash(account);
		if (!this.isKept(kept)) return;
		this.parts.ready(account);
		await this.parts.holds.release(account.account, isNew ? [...TOKEN_HOLDS, ...SCOPE_HOLDS] : TOKEN_HOLDS);
		if (await this.isHeld(APP, APP_HOLDS)) await this.parts.holds.release(APP, APP_HOLDS);
	}

	/** False when the account was stopped, or handed over to another registration, while it was being checked. */
	private isKept(kept: Kept): boolean {
		return this.kept.get(kept.account.account) === kept;
	}

	private async refuse(kept: Kept, kind: HoldKind, code: string, message: string): Promise<void> {
		kept.goodToken = null;
		await this.parts.holds.open({ account: kept.account.account, kind, until: null, code, message });
	}

	/** Boards are for the nodes' lists: they are read beside, and nobody waits for them. */
	private refreshBoards(kept: Kept): void {
		if (kept.boards || this.parts.world.now() - kept.boardsAt < this.parts.boardsEveryMs) return;
		kept.boardsAt = this.parts.world.now();
		kept.boards = this.parts.publisher.boards(kept.account.token)
			.then((boards) => this.parts.accounts.saveBoards(kept.account.account, boards))
			.catch((error: unknown) => this.parts.log({ level: 'warn', event: 'account.boards_failed', account: kept.account.account, ...describe(error) }))
			.finally(() => { kept.boards = null; });
	}

	private async tokenHash(account: ServedAccount): Promise<string | null> {
		try {
			const token = await account.token.current();
			return createHash('sha256').update(`${token.baseUrl} ${token.value}`).digest('hex');
		} catch (error) {
			this.parts.log({ level: 'warn', event: 'token.unreadable', account: account.account, ...describe(error) });
			return null;
		}
	}
}

const unreadable: TokenCheck = {
	ok: false, code: 'token_unreadable', retryable: false,
	message: 'The credential of this account cannot be read. Open it in n8n and connect it again.',
};

const HOLD_OF: Record<string, HoldKind> = { scope_missing: 'scope_missing', app_not_approved: 'app_not_approved' };
