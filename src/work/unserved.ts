import type { HoldRequest } from '../job/hold';

interface Serving {
	accounts: { lastServedAt(accounts: string[]): Promise<(number | null)[]> };
	/** Whether a worker that was heard of at this instant still counts. */
	isServed(lastServedAt: number | null): boolean;
}

interface Parts extends Serving {
	holds: { open(hold: HoldRequest): Promise<unknown> };
}

/** For each of these accounts, under their first names, whether nobody publishes for it now. */
export async function areUnserved(accounts: string[], { accounts: records, isServed }: Serving): Promise<boolean[]> {
	return (await records.lastServedAt(accounts)).map((at) => !isServed(at));
}

/** Jobs for an account that no worker serves are accepted and held, and somebody is told. */
export async function holdUnserved(accounts: string[], { holds, ...serving }: Parts): Promise<void> {
	const unserved = await areUnserved(accounts, serving);
	for (const account of accounts.filter((_, i) => unserved[i])) {
		await holds.open({
			account, kind: 'no_worker', until: null, code: 'no_worker',
			message: `No worker serves ${account}. Publish a workflow with a Pinterest Publish Worker whose Account Name is ${account}.`,
		});
	}
}
