import { jobOf } from './codec';
import type { Client } from './connection';
import type { Job } from '../job/job';
import type { Namespace } from './namespace';

/** Reads whole records, all of a call in one round trip; null where there is none. */
export async function readRecords(namespace: Namespace, ids: string[]): Promise<(Job | null)[]> {
	if (ids.length === 0) return [];
	return namespace.read(async (client) => {
		const answers = await batch(client, ids.flatMap((id) => [
			['hgetall', namespace.key('job', id)], ['get', namespace.key('doc', id)], ['get', namespace.key('content', id)],
		]));
		return ids.map((id, i) => {
			const [fields, doc, content] = answers.slice(3 * i, 3 * i + 3) as [Record<string, string>, string | null, string | null];
			const flat = Object.entries(fields).flat();
			return flat.length === 0 ? null : jobOf([id, flat, doc ?? '', content ?? '']);
		});
	});
}

/** Sends these commands together and answers their results in order; rejects if one of them failed. */
export async function batch(client: Client, commands: (string | number)[][]): Promise<unknown[]> {
	const results = await client.pipeline(commands).exec();
	return (results ?? []).map(([error, result]) => {
		if (error) throw error;
		return result;
	});
}
