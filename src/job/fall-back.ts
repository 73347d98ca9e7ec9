import type { FailureCode } from './failures';
import { rowOf } from './failures';
import type { FailureRow } from './failure-row';
import type { Attempt, Job, Media } from './job';
import { addressesOf } from './media';
import type { Policy } from './policy';

/**
 * Whether Pinterest has now failed so often to load the images of this revision from their addresses that they are sent as bytes from
 * here on. `attempts` are those so far, the one that has just ended with this row among them. Not asked while the job is in doubt:
 * bytes make a second Pin as well as an address does.
 */
export function fallsBack({ revision, content, bytesAfter }: Job, row: FailureRow, attempts: readonly Attempt[], { addressFailures }: Policy): boolean {
	if (!row.ofAddress || bytesAfter !== null || !hasImageAddress(content.media)) return false;
	return attempts.filter((attempt) => attempt.revision === revision && isOfAddress(attempt)).length >= addressFailures;
}

/** A video goes as a file in any case. */
function hasImageAddress(media: Media): boolean {
	return media.kind !== 'video_url' && addressesOf(media).length > 0;
}

const isOfAddress = ({ code }: Attempt): boolean => code !== null && rowOf(code).ofAddress === true;

/** Whether this job's next request carries the images themselves. */
export function sendsBytes({ bytesAfter }: Pick<Job, 'bytesAfter'>): boolean {
	return bytesAfter !== null;
}

/** What Pinterest said of the addresses: what it stays when they cannot be sent as bytes either. */
export function addressFailureOf({ attemptHistory }: Pick<Job, 'attemptHistory'>): FailureCode {
	const code = attemptHistory.findLast(isOfAddress)?.code;
	return code ? rowOf(code).code : 'image_unreachable';
}

/** Whether a request with the images themselves has left, or may have. */
export function wentAsBytes({ bytesAfter, attemptHistory }: Pick<Job, 'bytesAfter' | 'attemptHistory'>): boolean {
	return bytesAfter !== null && attemptHistory.some(({ n, outcome }) => n > bytesAfter && outcome !== 'not_sent');
}
