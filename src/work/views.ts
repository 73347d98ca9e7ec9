import { APP, holds, type Incident } from '../job/hold';
import type { Job } from '../job/job';
import { viewOf, type JobView } from '../job/view';

interface Parts {
	holds: { list(account?: string): Promise<Incident[]> };
}

/** Shows jobs with the incident they wait under. */
export class Views {
	constructor(private readonly parts: Parts) {}

	async of(job: Job, existing = false): Promise<JobView> {
		return (await this.ofAll([{ job, existing }]))[0]!;
	}

	async ofAll(jobs: { job: Job; existing: boolean }[]): Promise<JobView[]> {
		const incidents = jobs.some(({ job }) => isWaiting(job)) ? await this.parts.holds.list() : [];
		return jobs.map(({ job, existing }) => viewOf(job, { existing, incident: incidentOf(job, incidents) }));
	}
}

function isWaiting(job: Job): boolean {
	return job.state === 'queued' || job.state === 'retry_scheduled';
}

/** The account's own incident goes before its client's, and that before the app's; the oldest before a newer one. */
function incidentOf(job: Job, incidents: Incident[]): Incident | null {
	if (!isWaiting(job)) return null;
	const rank = ({ account }: Incident) => (account === job.account ? 0 : account === APP ? 2 : 1);
	return incidents.filter((incident) => holds(incident, job.account)).sort((a, b) => rank(a) - rank(b) || a.since - b.since)[0] ?? null;
}
