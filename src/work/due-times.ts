/** Accounts that one question names: more would hold up Redis. */
const MOST_ASKED = 500;

/** When the next job of each account of a lane may be claimed, as far as is known here; asked anew of those of whom something may have changed. */
export class DueTimes {
	private readonly known = new Map<string, number>();
	private readonly doubted = new Set<string>();

	constructor(private readonly ask: (accounts: string[]) => Promise<Map<string, number>>) {}

	/** Something of this account may have changed. */
	doubt(account: string): void {
		this.doubted.add(account);
	}

	/** Nothing of this account is due before it is doubted. */
	forget(account: string): void {
		this.known.delete(account);
	}

	/** Account → when, without those that have nothing; what stays unanswered is asked next time. */
	async current(): Promise<Iterable<[account: string, at: number]>> {
		const all = [...this.doubted];
		for (let i = 0; i < all.length; i += MOST_ASKED) await this.learn(all.slice(i, i + MOST_ASKED));
		return this.known;
	}

	private async learn(accounts: string[]): Promise<void> {
		// Who is doubted while the answer is on its way is asked again.
		for (const account of accounts) this.doubted.delete(account);
		let due: Map<string, number>;
		try {
			due = await this.ask(accounts);
		} catch (error) {
			for (const account of accounts) this.doubted.add(account);
			throw error;
		}
		for (const account of accounts) {
			const at = due.get(account);
			if (at === undefined) this.known.delete(account);
			else this.known.set(account, at);
		}
	}
}

/** Goes through all accounts within `roundMs`, some at a time: what no signal told of is noticed by then. */
export class Rounds {
	private left: string[] = [];
	private nextAt = -Infinity;

	constructor(private readonly roundMs: number) {}

	/** Those whose turn it is, and the ms until the next have theirs. */
	next(accounts: ReadonlyMap<string, unknown>, now: number): { accounts: string[]; waitMs: number } {
		if (now < this.nextAt) return { accounts: [], waitMs: this.nextAt - now };
		if (this.left.length === 0) this.left = [...accounts.keys()];
		const parts = Math.max(1, Math.ceil(accounts.size / MOST_ASKED));
		this.nextAt = now + this.roundMs / parts;
		return { accounts: this.left.splice(0, MOST_ASKED), waitMs: this.roundMs / parts };
	}
}
