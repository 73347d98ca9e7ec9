import { APP, nameOf, type HoldRequest } from './hold';
import { refuse, textField } from './request-fields';

/** Why, and until when, epoch ms; without an end until somebody resumes. */
export interface PauseOptions {
	until?: number | null;
	reason?: string | null;
}

const LONGEST_REASON = 500;
const LONGEST_MS = 366 * 24 * 3600 * 1000;

/** The hold of a pause. Throws `invalid_request`. */
export function pauseOf(subject: string, { until = null, reason = null }: PauseOptions, by: string | null, now: number): HoldRequest {
	const why = textField(reason, 'reason', 'Reason', LONGEST_REASON);
	if (until !== null && !(until > now)) refuse('until', 'Until lies in the past.', 'Choose a time from now on, or none: then it stays paused until somebody resumes it.');
	if (until !== null && until > now + LONGEST_MS) refuse('until', 'Until is more than a year away.', 'Choose an earlier time, or none: then it stays paused until somebody resumes it.');
	const done = `${by ?? 'Somebody'} paused ${subject === APP ? 'everything' : nameOf(subject)}`;
	return { account: subject, kind: 'paused', until, code: 'paused', message: why === null ? `${done}.` : `${done}: ${why}${/[.!?]$/.test(why) ? '' : '.'}` };
}
