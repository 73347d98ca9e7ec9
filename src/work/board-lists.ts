import type { Heard } from '../job/rate-headers';
import { describe, type Log } from '../log';
import type { Board, Paced, Publisher } from '../publish/contract';
import type { ServedAccount, World } from './contract';

/** What is kept of an account's list, whichever worker read it. */
export interface KeptList {
	boards: Board[];
	/** Null before it was read for the first time. */
	boardsAt: number | null;
	/** When the sections of all its boards were read last. */
	sectionsAt: number | null;
	/** A job waits or runs, or the last one came in then; null when there never was one. */
	usedAt: number | null;
}

interface Parts {
	lists: {
		kept(account: string): Promise<KeptList>;
		/** `whole`: the sections of all boards were read anew. */
		save(account: string, boards: Board[], whole: boolean): Promise<void>;
	};
	publisher: Pick<Publisher, 'boards'>;
	/** The most writes a day that the account's app may make, or null. */
	writesPerDay(account: ServedAccount): number | null;
	/** Told of every answer to a call of the account. */
	heard(account: string, heard: Heard): void;
	/** The account's reads of boards, each in a slot of its own; the signal ends their waits. */
	reads(account: string, signal: AbortSignal): NonNullable<Paced['reads']>;
	world: World;
	/** Divides every time here. */
	timeFactor: number;
	log: Log;
}

interface Turn {
	/** Not before this is the account looked at. */
	at: number;
	reading: Promise<void> | null;
	/** Somebody asked while it was being read. */
	again: ServedAccount | null;
	/** Nobody serves the account here any more. */
	over: AbortController;
}

const MINUTE_MS = 60_000, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS;

/** So often sections are read of all boards, counted in listings; between that only those of boards that are new or changed. */
const WHOLE_EVERY = 6;
/** The shortest an interval gets; the longest is as much above it. */
const LEAST_SHARE = 0.8;
/** A listing that failed is tried again after this share of its interval. */
const RETRY_SHARE = 1 / 6;
/** What is due when a worker starts is read within this time: accounts that started together do not stay together. */
const START_SPREAD_MS = 10 * MINUTE_MS;

/** How often boards are listed. An app with a daily limit shares its calls, 1,000 a day with trial access, between all it does. */
export function listedEveryMs(writesPerDay: number | null, isIdle: boolean): number {
	if (isIdle) return DAY_MS;
	return writesPerDay === null ? 30 * MINUTE_MS : 6 * HOUR_MS;
}

/** Keeps the lists of boards that the nodes show. They are read beside all else, and nobody waits for them. */
export class BoardLists {
	private readonly turns = new Map<string, Turn>();

	constructor(private readonly parts: Parts) {}

	/** Looks whether it is time; when somebody asked it is, since a board or section may have been made a minute ago. */
	refresh(account: ServedAccount, asked: boolean): void {
		const turn = this.turns.get(account.account) ?? { at: 0, reading: null, again: null, over: new AbortController() };
		this.turns.set(account.account, turn);
		if (turn.reading) {
			if (asked) turn.again = account;
			return;
		}
		if (!asked && this.parts.world.now() < turn.at) return;
		turn.reading = this.look(account, turn, asked)
			.catch((error: unknown) => {
				if (!turn.over.signal.aborted) this.parts.log({ level: 'warn', event: 'account.boards_failed', account: account.account, ...describe(error) });
			})
			.finally(() => {
				turn.reading = null;
				if (turn.again && this.turns.get(account.account) === turn) this.refresh(turn.again, true);
				turn.again = null;
			});
	}

	forget(account: string): void {
		this.turns.get(account)?.over.abort();
		this.turns.delete(account);
	}

	/** Ends what waits to be read, and waits for what is being read. */
	async stop(): Promise<void> {
		const readings = [...this.turns.values()].flatMap(({ reading }) => reading ?? []);
		for (const account of [...this.turns.keys()]) this.forget(account);
		await Promise.allSettled(readings);
	}

	private async look(account: ServedAccount, turn: Turn, asked: boolean): Promise<void> {
		const { lists, publisher, world } = this.parts;
		const now = world.now(), isFirst = turn.at === 0;
		turn.at = now + this.scaled(MINUTE_MS);
		const kept = await lists.kept(account.account);
		const isIdle = kept.usedAt === null || kept.usedAt < now - this.scaled(DAY_MS);
		const usualMs = this.everyMs(account, false), everyMs = this.everyMs(account, isIdle);
		const isFresh = kept.boardsAt !== null && now < kept.boardsAt + LEAST_SHARE * everyMs;
		if (!asked && isFresh) {
			// An account that was idle may be used by then.
			turn.at = Math.min(kept.boardsAt! + this.unevenly(everyMs), now + this.unevenly(usualMs));
			return;
		}
		if (!asked && isFirst && kept.boardsAt !== null) {
			turn.at = now + world.random() * this.scaled(START_SPREAD_MS);
			return;
		}
		turn.at = now + usualMs * RETRY_SHARE;
		const whole = asked || kept.sectionsAt === null || kept.sectionsAt + WHOLE_EVERY * usualMs <= now;
		const paced = { hears: (heard: Heard) => this.parts.heard(account.account, heard), reads: this.parts.reads(account.account, turn.over.signal) };
		await lists.save(account.account, await publisher.boards(account.token, whole ? [] : kept.boards, paced), whole);
		turn.at = world.now() + this.unevenly(usualMs);
	}

	private everyMs(account: ServedAccount, isIdle: boolean): number {
		return this.scaled(listedEveryMs(this.parts.writesPerDay(account), isIdle));
	}

	/** A fifth more or less, so that accounts part. */
	private unevenly(ms: number): number {
		return ms * (LEAST_SHARE + 2 * (1 - LEAST_SHARE) * this.parts.world.random());
	}

	private scaled(ms: number): number {
		return ms / this.parts.timeFactor;
	}
}
