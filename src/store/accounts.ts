import type { Namespace } from './namespace';

/** A board as a worker reported it (the shape of src/publish). */
export interface ReportedBoard {
	id: string;
	name: string;
	privacy: string | null;
	sections: { id: string; name: string }[];
}

/** How an account is paced, as its worker said; `concurrent` is also the running cap of `claim`. */
export interface ReportedPace {
	writesPerMinute: number;
	burst: number;
	writesPerDay: number | null;
	concurrent: number;
}

export interface AccountRecord {
	account: string;
	client: string | null;
	pinterestUserId: string | null;
	username: string | null;
	/** When a worker that holds its token was last heard of. */
	lastServedAt: number | null;
	boards: ReportedBoard[];
	boardsAt: number | null;
	pace: ReportedPace | null;
}

export interface WorkerRecord {
	id: string;
	host: string;
	accounts: number;
	lastSeenAt: number;
}

/** What the workers reported of the accounts they serve, and of themselves. */
export class AccountStore {
	constructor(private readonly namespace: Namespace) {}

	/** Binds the label to a Pinterest user; false when it belongs to another one. */
	async bind(_account: string, _user: { id: string; username: string }, _client: string | null): Promise<boolean> { throw new Error('soon'); }

	async saveBoards(_account: string, _boards: ReportedBoard[]): Promise<void> { throw new Error('soon'); }

	/** A worker lives and serves these accounts: ends their `no_worker` holds. */
	async beat(_worker: { id: string; host: string }, _accounts: { account: string; client: string | null; pace: ReportedPace }[]): Promise<void> { throw new Error('soon'); }

	/** The worker stops: it is no longer counted; its accounts stay served until their last beat is stale. */
	async retire(_workerId: string, _accounts: string[]): Promise<void> { throw new Error('soon'); }

	/** Asks the account's workers to check its token now; `checksAsked` takes the requests. */
	async askForCheck(_account: string): Promise<void> { throw new Error('soon'); }
	async checksAsked(_accounts: string[]): Promise<string[]> { throw new Error('soon'); }

	async get(_account: string): Promise<AccountRecord | null> { throw new Error('soon'); }
	/** Every account a worker reported or a job names. */
	async list(): Promise<AccountRecord[]> { throw new Error('soon'); }
	/** Workers heard of in the last hour. */
	async workers(): Promise<WorkerRecord[]> { throw new Error('soon'); }
}
