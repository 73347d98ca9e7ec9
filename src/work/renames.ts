import type { Job } from '../job/job';
import { besideItsTwin, underFirstName } from '../job/rename';
import type { Change } from '../job/transition';
import type { Log } from '../log';
import type { JobFilter, JobPage, ReviseAnswer, Revision } from '../store/contract';
import type { World } from './contract';

interface Parts {
	/** Further name → first name. */
	names(): Promise<Map<string, string>>;
	list(filter: JobFilter): Promise<JobPage>;
	revise(id: string, revision: Revision): Promise<ReviseAnswer>;
	world: World;
	log: Log;
}

/** Jobs of one name that are moved in one round. */
const BATCH = 500;

/**
 * Brings the jobs of an account together under its first name: those that were accepted under a further one before the first token
 * check told whose it is. Nobody serves that name, so none of them was sent; new jobs are refused under it by the enqueue script.
 */
export class Renames {
	constructor(private readonly parts: Parts) {}

	/** One round over all further names; answers how many jobs were moved. A job that moved meanwhile is left to the next round. */
	async move(): Promise<number> {
		let moved = 0;
		for (const [name, first] of await this.parts.names()) {
			const { jobs } = await this.parts.list({ account: name, limit: BATCH });
			for (const job of jobs) moved += await this.moveJob(job, first) ? 1 : 0;
		}
		return moved;
	}

	private async moveJob(job: Job, first: string): Promise<boolean> {
		const { change, aliases } = underFirstName(job, first, this.parts.world.now());
		const answer = await this.write(job, change, aliases);
		const last = answer.kind === 'owned' ? await this.write(job, besideItsTwin(job, first, answer.by, this.parts.world.now()), []) : answer;
		this.parts.log({
			level: last.kind === 'revised' ? 'info' : 'warn', event: 'job.account_renamed', job: job.id, from: job.account, to: first,
			twin: answer.kind === 'owned' ? answer.by : null, answer: last.kind,
		});
		return last.kind === 'revised';
	}

	private write({ id, revision, seq }: Job, change: Change, aliases: string[]): Promise<ReviseAnswer> {
		return this.parts.revise(id, { expectedRevision: revision, expectedSeq: seq, change, aliases, renamed: true });
	}
}
