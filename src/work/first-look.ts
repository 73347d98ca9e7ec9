import type { Job } from '../job/job';
import { checkMedia, hasAddress, type Findings, type Probes } from './media-check';
import type { PlaceCheck } from './place-check';

/** What is looked at before there is a job. */
export interface Checks {
	boards?: boolean;
	media?: boolean;
}

interface Parts {
	/** Whether each id names a job, or what is left of one. */
	known(ids: string[]): Promise<boolean[]>;
	/** A look at boards and sections, for one call. */
	places(): Pick<PlaceCheck, 'isListed' | 'problem'>;
	probes: Probes;
}

const NOTHING: Findings = { problems: [], warnings: [] };

/** Looks at new jobs, as far as it is asked to. The job of a key that is known is what it is, and is not asked about. */
export class FirstLook {
	constructor(private readonly parts: Parts) {}

	async of(jobs: Job[], { boards = false, media = false }: Checks): Promise<Findings[]> {
		const places = this.parts.places();
		const isListed = boards ? await Promise.all(jobs.map((job) => places.isListed(job))) : jobs.map(() => true);
		const doubtful = jobs.filter((job, i) => !isListed[i] || (media && hasAddress(job.content.media)));
		const fresh = await this.unknown(doubtful);
		const [problems, found] = await Promise.all([
			boards ? Promise.all(fresh.map((job) => places.problem(job))) : [],
			media ? checkMedia(fresh.map(({ content }) => content.media), this.parts.probes) : [],
		]);
		const byJob = new Map(fresh.map((job, i) => [job, {
			problems: [problems[i] ?? null, ...(found[i]?.problems ?? [])].filter((problem) => problem !== null), warnings: found[i]?.warnings ?? [],
		}]));
		return jobs.map((job) => byJob.get(job) ?? NOTHING);
	}

	private async unknown(jobs: Job[]): Promise<Job[]> {
		const known = jobs.length > 0 ? await this.parts.known(jobs.map(({ id }) => id)) : [];
		return jobs.filter((_, i) => !known[i]);
	}
}
