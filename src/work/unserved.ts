import type { HoldRequest } from '../job/hold';

interface Parts {
	accounts: { lastServedAt(accounts: string[]): Promise<(number | null)[]> };
	holds: { open(hold: HoldRequest): Promise<unknown> };
	/** Whether a worker that was heard of at this instant still counts. */
	isServed(lastServedAt: number | null): boolean;
}

/** Jobs for an account that no worker serves are accepted and held, and somebody is told. */
export async function holdUnserved(accounts: string[], { accounts: records, holds, isServed }: Parts): Promise<void> {
	const servedAt = await records.lastServedAt(accounts);
	for (const account of accounts.filter((_, i) => !isServed(servedAt[i]!))) {
		await holds.open({
			account, kind: 'no_worker', until: null, code: 'no_worker',
			message: `No worker serves ${account}. Publish a workflow with a Pinterest Publish Worker whose Account Name is ${account}.`,
		});
	}
}
