import type { Job } from './job';
import { utc } from './request-times';

/** The warnings of a job that has its Pin: one more when it was sent after Publish Before, as its user allowed. */
export function warningsOnceSent(job: Job): string[] {
	const { publishBefore, whenLate, warnings } = job;
	const sentAt = job.startedAt ?? job.attemptHistory.findLast(({ outcome }) => outcome === 'unknown' || outcome === 'published')?.startedAt ?? null;
	if (whenLate !== 'publish' || publishBefore === null || sentAt === null || sentAt <= publishBefore) return warnings;
	const late = `Published late: Publish Before was ${utc(publishBefore)}.`;
	return warnings.includes(late) ? warnings : [...warnings, late];
}
