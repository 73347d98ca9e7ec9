import { assertNever } from './assert-never';
import type { FailureRow } from './failure-row';
import { rowOf } from './failures';
import { sendsBytes, wentAsBytes } from './fall-back';
import { holdHint, type Incident } from './hold';
import type { Job, Media } from './job';
import { addressesOf, hashesOf } from './media';
import { utc } from './request-times';

/** The hint or client sentence of a row, about this job: its account, board, link and media in place of their signs. */
export function sentence(text: string, { account, content }: Pick<Job, 'account' | 'content'>): string {
	const { boardId, boardName, sectionId, link, media } = content;
	const words: Record<string, string> = {
		account,
		board: boardName === null ? boardId : `“${boardName}” (${boardId})`,
		section: sectionId ?? '(none)',
		link: link ?? '(none)',
		media: mediaWords(media),
	};
	return filled(text, words);
}

function mediaWords(media: Media): string {
	switch (media.kind) {
		case 'image_url': return `the image ${media.url}`;
		case 'image_base64': return `the image of ${Math.ceil(media.bytes / 1024)} kB (${media.contentType})`;
		case 'carousel': return `an image of the carousel (${media.cards.length} images${media.cards.map(({ image }) => (image.kind === 'image_url' ? ` · ${image.url}` : '')).join('')})`;
		case 'video_url': return `the video ${media.url}`;
		default: return assertNever(media);
	}
}

/** A sentence of a row with words in place of its signs. */
export function filled(text: string, words: Partial<Record<string, string>>): string {
	return text.replace(/\{(\w+)\}/g, (sign, name: string) => words[name] ?? sign);
}

/** What happens to this job next, or what somebody has to do, in plain words. */
export function nextActionOf(job: Job, incident: Incident | null): string {
	switch (job.state) {
		case 'queued':
		case 'retry_scheduled':
			return incident === null ? waitingFor(job) : heldBy(job, incident);
		case 'running':
			return 'Publishing now.';
		case 'succeeded':
			return job.recovered ? 'Done: the Pin was found on the board.' : 'Done.';
		case 'canceled':
			return afterCancel(job);
		case 'failed':
			return afterFailure(job);
	}
}

function waitingFor(job: Job): string {
	const at = job.dueAt === null ? '' : ` ${clock(job.dueAt, job)}`;
	if (job.phase === 'reconcile') return `Waiting: looking for the Pin on the board before sending again${at}.`;
	if (job.phase === 'media') return job.upload === null ? `Waiting: the video is handed to Pinterest${at}.` : `Waiting: Pinterest is preparing the video; asking again${at}.`;
	if (job.waitsForLink) return 'Waiting for its turn: another Pin of this link went out just before, or waits in front of it (Worker, Seconds Between Pins of One Link).';
	if (job.state === 'retry_scheduled') return `Waiting: sending again${at}${sendsBytes(job) ? ', with the image itself: Pinterest cannot load it from its address' : ''}.`;
	return job.scheduledAt === null || job.scheduledAt <= job.createdAt ? `Waiting for its turn; due${at || ' now'}.` : `Waiting: scheduled${at}.`;
}

/** That Pinterest did not get the address which the job names. */
export function sentAsFile(job: Job): string[] {
	if (!wentAsBytes(job)) return [];
	const addresses = addressesOf(job.content.media);
	return [addresses.length === 1 ? `Sent as a file: Pinterest could not fetch ${addresses[0]}.` : `Sent as files: Pinterest could not fetch the images of the carousel (${addresses.join(' · ')}).`];
}

function heldBy(job: Job, { kind, account, until, message }: Incident): string {
	const doubt = job.phase === 'reconcile' ? ' The Pin is looked for before anything is sent again.' : '';
	if (kind === 'paused') return `Held: ${message} ${until === null ? 'It goes on' : `It goes on ${clock(until, job)}, or sooner`} with Pinterest Requeue → Hold → Resume.${doubt}`;
	const end = until === null ? '' : ` The hold ends ${clock(until, job)}.`;
	return `Held: ${holdHint(kind, account)}${end}${doubt}`;
}

function afterCancel({ lastError, publishBefore, content, mayExist }: Job): string {
	if (mayExist) return 'Nothing: it was canceled after Redis had lost some writes, so that its Pin may exist all the same. Look at the board, then use Resolve Unknown, if it is still wanted.';
	if (lastError?.code !== 'deadline_passed' || publishBefore === null) return `Nothing: it was canceled. ${requeueOf(content)}`;
	return `Nothing: it was skipped, since Publish Before (${utc(publishBefore)}) has passed. ${requeueOf(content, 'a later one')}`;
}

/** What brings back a job that nobody wants any more: the bytes of its images are no longer kept. */
function requeueOf({ media }: Job['content'], ...given: string[]): string {
	const needed = [...given, ...(hashesOf(media).length > 0 ? ['its image once more'] : [])];
	return `Requeue${needed.length > 0 ? ` with ${needed.join(' and ')}` : ''} brings it back.`;
}

function afterFailure(job: Job): string {
	if (job.mayExist) return 'Nothing: closed by hand without knowing whether the Pin exists. This key is not sent again, unless somebody gives another verdict.';
	if (job.queue === null && !job.inDoubt) return `Nothing: it was closed by ${job.handling.at(-1)?.by ?? 'hand'}. ${requeueOf(job.content)}`;
	if (job.lastError === null) return 'Look at the last attempt, then requeue.';
	const hint = sentence(rowOf(job.lastError.code).hint, job);
	return /requeue|verdict/i.test(hint) ? hint : `${hint} Then requeue this job.`;
}

/** What a client may be told. A row that is tried again speaks of that; once its tries are over it would promise too much. */
export function clientSentence(row: FailureRow, job: Job): string {
	const gaveUp = job.state === 'failed' && row.queue !== 'client' && (row.class === 'retry' || row.class === 'retry_later');
	return gaveUp ? 'Not published: we are looking into it.' : sentence(row.clientMessage, job);
}

/** `at 10:05 UTC`, with the day when that is another one than that of the last thing known of the job. */
function clock(at: number, job: Job): string {
	const text = new Date(at).toISOString();
	const known = Math.max(job.createdAt, job.revisions.at(-1)?.at ?? 0, job.attemptHistory.at(-1)?.endedAt ?? 0, job.looks.at(-1)?.at ?? 0);
	const day = text.slice(0, 10) === new Date(known).toISOString().slice(0, 10) ? '' : `on ${text.slice(0, 10)} `;
	return `${day}at ${text.slice(11, 16)} UTC`;
}
