import { jobOf, withClient } from './codec';
import type { Client } from './connection';
import type { Job } from '../job/job';
import type { Namespace } from './namespace';
import type { Kept } from './packing';

/** Reads whole records, all of a call in one round trip; null where there is none. */
export async function readRecords(namespace: Namespace, ids: string[]): Promise<(Job | null)[]> {
	if (ids.length === 0) return [];
	return namespace.read(async (client) => {
		const answers = await batch(client, ids.flatMap((id) => [
			['hgetall', namespace.key('job', id)], ['get', namespace.key('doc', id)], ['getBuffer', namespace.key('content', id)],
		]));
		const jobs = ids.map((id, i) => {
			const [fields, doc, content] = answers.slice(3 * i, 3 * i + 3) as [Record<string, string>, string | null, Kept | null];
			const flat = Object.entries(fields).flat();
			return flat.length === 0 ? null : jobOf([id, flat, doc ?? '', content ?? '']);
		});
		const unnamed = [...new Set(jobs.flatMap((job) => (job?.client === null ? [job.account] : [])))];
		const clients = new Map(await clientsOf(namespace, client, unnamed));
		return jobs.map((job) => job && withClient(job, clients.get(job.account)));
	});
}

/** Of thousands of Pins, one script would hold up Redis for longer than others may wait. */
const PINS_A_CALL = 500;

/** Which of these Pins belong to a job, and to which; `BURIED` (job/reconcile-plan.ts) when that is past its keeping. */
export async function readOwners(namespace: Namespace, pinIds: string[]): Promise<Map<string, string>> {
	const owners = new Map<string, string>();
	for (let i = 0; i < pinIds.length; i += PINS_A_CALL) {
		const asked = pinIds.slice(i, i + PINS_A_CALL);
		const found = await namespace.query<string[]>('owners', [namespace.now(), ...asked]);
		asked.forEach((pin, n) => { if (found[n]) owners.set(pin, found[n]); });
	}
	return owners;
}

async function clientsOf(namespace: Namespace, client: Client, accounts: string[]): Promise<[string, string | null][]> {
	if (accounts.length === 0) return [];
	const labels = await batch(client, accounts.map((account) => ['hget', namespace.key('account', account), 'client'])) as (string | null)[];
	return accounts.map((account, i) => [account, labels[i] ?? null]);
}

/** More answers in one call would take longer than a command may. */
const MOST_AT_ONCE = 500;

/** Sends these commands together, many in several calls, and answers their results in order; rejects if one of them failed. */
export async function batch(client: Client, commands: (string | number)[][]): Promise<unknown[]> {
	const answers: unknown[] = [];
	for (let i = 0; i < commands.length; i += MOST_AT_ONCE) {
		for (const [error, result] of await client.pipeline(commands.slice(i, i + MOST_AT_ONCE)).exec() ?? []) {
			if (error) throw error;
			answers.push(result);
		}
	}
	return answers;
}
