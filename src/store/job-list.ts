import type { AccountCounts, JobCounts, JobFilter, JobPage } from './contract';
import type { Namespace } from './namespace';

/** Lists and counts of jobs; reads only. */
export class JobList {
	constructor(private readonly namespace: Namespace) {}

	/** Newest first; reads at most a few thousand records a call and then answers a cursor. */
	async list(_filter: JobFilter): Promise<JobPage> { throw new Error('soon'); }

	async counts(): Promise<JobCounts> { throw new Error('soon'); }

	async accountCounts(_accounts: string[]): Promise<Map<string, AccountCounts>> { throw new Error('soon'); }
}
