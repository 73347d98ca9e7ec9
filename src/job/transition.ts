import type { HoldRequest } from './hold';
import type { Job, JobState } from './job';
import type { JobEventType } from './event';

/** The one change an outcome makes: applied by one script, all or nothing. */
export interface Change {
	from: JobState;
	/** The job after the change; `seq` is already the one of the event, `lease` is null. */
	job: Job;
	/** Null when neither state nor phase changes: such steps are no event of their own. */
	event: JobEventType | null;
	/** The hold the change puts on the account or app. */
	hold: HoldRequest | null;
	/** The Pin whose owner this job becomes. */
	pin: { id: string; by: 'answer' | 'adopted' } | null;
}
