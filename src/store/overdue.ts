import type { Job } from '../job/job';
import { text } from './codec';
import type { Namespace } from './namespace';
import { readRecords } from './records';

/** A job that must have ended by now, as far as the index knows; null when its record is gone. */
export interface Overdue {
	id: string;
	job: Job | null;
}

/** Waiting jobs whose time is over, of whichever account, those first whose time was over first. */
export async function overdue(namespace: Namespace, max: number): Promise<Overdue[]> {
	const before = `(${namespace.now()}`;
	const ids = await namespace.read((client) => client.zrange(namespace.key('deadlines'), '-inf', before, 'BYSCORE', 'LIMIT', 0, max));
	const jobs = await readRecords(namespace, ids);
	return ids.map((id, i) => ({ id, job: jobs[i] ?? null }));
}

/** Puts right by when a job must end; one that does not wait leaves the index. Null keeps the deadline of one that waits. */
export async function fileDeadline(namespace: Namespace, id: string, endsAt: number | null): Promise<void> {
	await namespace.run('file-deadlines', [id, text(endsAt)]);
}
