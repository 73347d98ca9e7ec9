import type { Board } from '../publish/contract';

/** An account as a list shows it. */
export interface AccountName {
	account: string;
	/** Its further names, since it was renamed. */
	aliases: string[];
	client: string | null;
}

interface Parts {
	firstName(account: string): Promise<string>;
	names(): Promise<AccountName[]>;
	/** Whether nobody publishes for each of these, under their first names. */
	areUnserved(accounts: string[]): Promise<boolean[]>;
	boardsOf(accounts: string[]): Promise<Board[][]>;
}

/** What there is to choose from. Costs what it shows: `accounts()` reads counts, holds and pace of every account besides. */
export class Directory {
	constructor(private readonly parts: Parts) {}

	/** Every account a worker reported or a job names. */
	names(): Promise<AccountName[]> {
		return this.parts.names();
	}

	/** Those of these accounts, under any of their names, for which nobody publishes now. */
	async unserved(accounts: string[]): Promise<string[]> {
		const unserved = await this.parts.areUnserved(await Promise.all(accounts.map((account) => this.parts.firstName(account))));
		return accounts.filter((_, i) => unserved[i]);
	}

	/** The boards of an account under any of its names, or of every account, as workers reported them. */
	async boards(account: string | null): Promise<{ account: string; boards: Board[] }[]> {
		const accounts = account === null ? (await this.parts.names()).map((one) => one.account) : [await this.parts.firstName(account)];
		const boards = await this.parts.boardsOf(accounts);
		return accounts.map((one, i) => ({ account: one, boards: boards[i]! }));
	}
}
