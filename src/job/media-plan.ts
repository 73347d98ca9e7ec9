import { stepOf, type Change } from './change';
import { dueAtOf } from './due';
import type { Job, Upload } from './job';
import type { MediaOutcome } from './outcome';
import type { Policy } from './policy';
import type { Terms } from './terms';

type Planned = Pick<Job, 'account' | 'scheduledAt' | 'publishBefore' | 'content'>;

/** Whether a video has to be handed over, or is not known to be ready. */
export function needsMediaStep({ content, upload }: Pick<Job, 'content' | 'upload'>): boolean {
	return content.media.kind === 'video_url' && (upload === null || upload.readyAt === null);
}

/** What a job that starts, or starts over, waits for and from when: a video is handed over ahead of its time, since Pinterest has to process it. */
export function firstStep(job: Planned, upload: Upload | null, policy: Policy, now: number): { phase: 'media' | null; dueAt: number } {
	const dueAt = dueAtOf(job, policy, now);
	if (!needsMediaStep({ content: job.content, upload })) return { phase: null, dueAt };
	return { phase: 'media', dueAt: Math.max(now, dueAt - policy.videoLeadMs) };
}

type Progress = Exclude<MediaOutcome, { failure: unknown }>;

/** A media step went well. Null when Pinterest has been processing the video for too long. */
export function afterMediaStep(job: Job, outcome: Progress, terms: Terms): Change | null {
	const { policy, now } = terms;
	const after = (upload: Upload, more: Partial<Job>) => stepOf(job, { state: 'retry_scheduled', lostLeases: 0, lastError: null, upload, ...more });
	const again = (upload: Upload) => after(upload, { phase: 'media', dueAt: now + pollDelayMs(upload.polls, policy) });
	if (outcome.kind === 'handed_over') {
		const { mediaId, sha256, bytes } = outcome;
		return again({ mediaId, at: now, readyAt: null, polls: 0, sha256, bytes });
	}
	if (job.upload === null) throw new TypeError(`Job ${job.id} has no video on its way.`);
	const { upload } = job;
	if (outcome.kind === 'media_ready') return after({ ...upload, readyAt: now }, { phase: 'publish', dueAt: dueAtOf(job, policy, now) });
	return now - upload.at > policy.mediaBudgetMs ? null : again({ ...upload, polls: upload.polls + 1 });
}

function pollDelayMs(polls: number, { mediaPollAfterMs }: Policy): number {
	return mediaPollAfterMs[Math.min(polls, mediaPollAfterMs.length - 1)]!;
}
