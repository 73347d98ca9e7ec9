import { APP, type HoldKind, type HoldRequest } from '../../../src/job/hold';

/** Stops of accounts and of the app as the model has them, and who serves the accounts. */
export class Holds {
	/** By kind and account. */
	readonly standing = new Map<string, HoldRequest>();
	/** Type of each event, and what is held. */
	readonly events: string[] = [];
	private readonly servedAt = new Map<string, number>();

	open(request: HoldRequest): void {
		const name = `${request.kind}:${request.account}`;
		const known = this.standing.get(name);
		const isLater = known?.kind === 'paused' || known && known.until !== null && (request.until === null || request.until > known.until);
		if (!known) this.events.push(`account.held ${name}`);
		if (!known || isLater) this.standing.set(name, request);
	}

	release(account: string, kind: HoldKind): boolean {
		const stood = this.standing.delete(`${kind}:${account}`);
		if (stood) this.events.push(`account.released ${kind}:${account}`);
		return stood;
	}

	releaseExpired(now: number): string[] {
		const over = [...this.standing.values()].filter(({ until }) => until !== null && until <= now);
		for (const { account, kind } of over) this.release(account, kind);
		return over.map(({ account, kind }) => `${kind}:${account}`);
	}

	/** Until when nothing of this account is claimed, by these kinds of hold or by any. */
	until(account: string, kinds: readonly HoldKind[] | null): number {
		const standing = [...this.standing.values()].filter((hold) => [account, APP].includes(hold.account) && (kinds?.includes(hold.kind) ?? true));
		return Math.max(0, ...standing.map(({ until }) => until ?? Infinity));
	}

	beat(accounts: readonly string[], now: number): void {
		for (const account of accounts) {
			this.servedAt.set(account, now);
			this.release(account, 'no_worker');
		}
	}

	/** Which accounts are held because nobody serves them, those that were not held before included. */
	watch(accounts: readonly string[], servedBefore: number, waits: (account: string) => boolean): { names: string[]; opened: boolean } {
		const unserved = accounts.filter((account) => this.servedAt.get(account)! <= servedBefore);
		const before = this.standing.size;
		for (const account of unserved) if (waits(account)) this.open({ account, kind: 'no_worker', until: null, code: 'no_worker', message: '' });
		return { names: unserved.map((account) => `no_worker:${account}`).filter((name) => this.standing.has(name)), opened: this.standing.size > before };
	}
}
