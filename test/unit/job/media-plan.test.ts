import { requeue, update } from '../../../src/job/corrections';
import type { Job, LeasedJob, Upload } from '../../../src/job/job';
import { ourFailure } from '../../../src/job/classify';
import type { Outcome } from '../../../src/job/outcome';
import type { PublishRequest } from '../../../src/job/request';
import { transition } from '../../../src/job/transition';
import { aJob, dice, HOUR, MINUTE, NOW, POLICY, SECOND } from './builders';

const film = { kind: 'video_url', url: 'https://cdn.example/film.mp4' } as const;
const other = { kind: 'video_url', url: 'https://cdn.example/other.mp4' } as const;
const image = { kind: 'image_url', url: 'https://cdn.example/hat.jpg' } as const;

function aVideo(changes: Partial<Job> = {}, request: Partial<PublishRequest> = {}): LeasedJob {
	return { ...aJob(changes, { media: film, ...request }), lease: { fence: '1-a', until: NOW + MINUTE, sendBy: null } };
}

const upload = (changes: Partial<Upload> = {}): Upload => ({ mediaId: '77', at: NOW, readyAt: null, polls: 0, sha256: 'a'.repeat(64), bytes: 5, ...changes });
const onItsWay = (changes: Partial<Upload> = {}, more: Partial<Job> = {}) => aVideo({ state: 'retry_scheduled', phase: 'media', seq: 2, upload: upload(changes), ...more });
const after = (job: LeasedJob, outcome: Outcome, now = NOW) => transition(job, outcome, POLICY, now, dice(0));
const HANDED_OVER: Outcome = { kind: 'handed_over', mediaId: '77', sha256: 'a'.repeat(64), bytes: 5 };
const LOST: Outcome = { kind: 'lease_lost', afterPermit: false, sendBy: null };

it('hands a video over 45 minutes before its time, and at once without one', () => {
	expect(aVideo()).toMatchObject({ state: 'queued', phase: 'media', dueAt: NOW });
	const scheduled = aVideo({}, { scheduledAt: NOW + 2 * HOUR, publishBefore: NOW + 2 * HOUR + 1000 });
	expect(scheduled.dueAt).toBeGreaterThanOrEqual(NOW + 75 * MINUTE);
	expect(scheduled.dueAt).toBeLessThan(NOW + 75 * MINUTE + 1000);
	expect(aVideo({}, { scheduledAt: NOW + 10 * MINUTE }).dueAt).toBe(NOW);
});

it('keeps what was handed over and asks after 5, 10, 20, 30 and 30 seconds', () => {
	let change = after(aVideo(), HANDED_OVER);
	expect(change).toMatchObject({ event: 'job.retry_scheduled', job: { phase: 'media', attempts: 0, upload: upload() } });
	const waits = [change.job.dueAt! - NOW];
	for (let i = 0; i < 4; i++) {
		change = after({ ...change.job, lease: aVideo().lease }, { kind: 'processing' });
		expect(change.event).toBeNull();
		waits.push(change.job.dueAt! - NOW);
	}
	expect(waits).toEqual([5, 10, 20, 30, 30].map((s) => s * SECOND));
});

it('is sent at its own time once the video is ready', () => {
	const change = after(onItsWay({}, { scheduledAt: NOW + HOUR, publishBefore: NOW + HOUR }), { kind: 'media_ready' }, NOW + MINUTE);
	expect(change).toMatchObject({ event: 'job.retry_scheduled', job: { phase: 'publish', dueAt: NOW + HOUR, upload: { readyAt: NOW + MINUTE }, lastError: null } });
});

it('says so when Pinterest takes more than half an hour, and goes on asking', () => {
	expect(after(onItsWay(), { kind: 'processing' }, NOW + 30 * MINUTE).job.lastError).toBeNull();
	const change = after(onItsWay(), { kind: 'processing' }, NOW + 31 * MINUTE);
	expect(change.job).toMatchObject({ state: 'retry_scheduled', phase: 'media', upload: { mediaId: '77' }, lastError: { code: 'media_processing_slow' } });
});

it('hands a video over once more that could not be processed, then asks the client', () => {
	const failed: Outcome = { kind: 'not_sent', failure: ourFailure('media_processing_failed') };
	const again = after(onItsWay(), failed);
	expect(again.job).toMatchObject({ state: 'retry_scheduled', phase: 'media', upload: null, attempts: 0 });
	const over = after({ ...again.job, lease: aVideo().lease }, failed);
	expect(over.job).toMatchObject({ state: 'failed', phase: null, upload: null, queue: { name: 'client' } });
	expect(over.job.lastError?.message).not.toContain('attempts');
});

it('goes back to its video when the create says that it is gone or not ready', () => {
	const sent = aVideo({ state: 'running', phase: null, attempts: 1, startedAt: NOW, upload: upload({ readyAt: NOW }) });
	const refused = (code: 'media_gone' | 'media_not_ready' | 'board_busy'): Outcome => ({ kind: 'refused', failure: ourFailure(code) });
	expect(after(sent, refused('media_gone')).job).toMatchObject({ phase: 'media', upload: null });
	expect(after(sent, refused('media_not_ready')).job).toMatchObject({ phase: 'media', upload: { mediaId: '77', readyAt: null } });
	expect(after(sent, refused('board_busy')).job).toMatchObject({ phase: 'publish', upload: { readyAt: NOW } });
});

it('gives up on a video that loses its worker three times', () => {
	for (const job of [aVideo(), onItsWay()]) {
		const first = after(job, LOST);
		expect(first).toMatchObject({ event: null, job: { state: job.state, phase: 'media', dueAt: job.dueAt, lostLeases: 1 } });
		expect(after({ ...job, lostLeases: 2 }, LOST).job).toMatchObject({ state: 'failed', lastError: { code: 'poison' }, queue: { name: 'engineering' } });
	}
	expect(after({ ...aVideo(), lostLeases: 2 }, HANDED_OVER).job.lostLeases).toBe(0);
});

describe('a correction', () => {
	const decided = (answer: ReturnType<typeof update>): Job => {
		if (!('change' in answer)) throw answer;
		return answer.change.job;
	};
	const ready = { ...onItsWay({ readyAt: NOW }), phase: 'publish', lease: null } as const satisfies Job;
	const waiting = { ...onItsWay(), lease: null, dueAt: NOW + 30 * SECOND };
	const corrected = (job: Job, changes: Parameters<typeof update>[1]) => decided(update(job, changes, {}, NOW, POLICY));

	it('hands another video over anew, and keeps this one for another title, cover or time', () => {
		expect(corrected(ready, { media: other })).toMatchObject({ phase: 'media', upload: null, dueAt: NOW });
		expect(corrected(ready, { title: 'New' })).toMatchObject({ phase: 'publish', upload: ready.upload });
		expect(corrected(ready, { media: { ...film, cover: image } })).toMatchObject({ phase: 'publish', upload: ready.upload });
		expect(corrected(waiting, { scheduledAt: NOW + HOUR })).toMatchObject({ phase: 'media', upload: waiting.upload, dueAt: waiting.dueAt });
	});

	it('makes an image of a video and a video of an image', () => {
		expect(corrected(waiting, { media: image })).toMatchObject({ state: 'retry_scheduled', phase: 'publish', upload: null, dueAt: NOW });
		expect(corrected({ ...aVideo(), lease: null }, { media: image })).toMatchObject({ state: 'queued', phase: null, upload: null });
		expect(corrected(aJob(), { media: film })).toMatchObject({ state: 'queued', phase: 'media' });
	});

	it('keeps the video of a failed job that is requeued as it was, but not in another account', () => {
		const failed = { ...ready, state: 'failed', phase: null, queue: { name: 'client', owner: null, since: NOW, snoozedUntil: null } } as const satisfies Job;
		expect(decided(requeue(failed, { title: 'New' }, {}, NOW, POLICY))).toMatchObject({ state: 'queued', phase: null, upload: ready.upload });
		expect(decided(requeue(failed, { account: 'other' }, {}, NOW, POLICY))).toMatchObject({ state: 'queued', phase: 'media', upload: null });
	});

	it('is refused while the video is being handed over', () => {
		expect(update(aVideo(), { title: 'New' }, {}, NOW, POLICY)).toMatchObject({ code: 'job_not_waiting' });
	});
});
