import { cancel, requeue, update, type Decided } from '../../../src/job/corrections';
import { addressFailureOf } from '../../../src/job/fall-back';
import type { FailureCode } from '../../../src/job/failures';
import type { Attempt, Job, LeasedJob, Media } from '../../../src/job/job';
import type { AttemptOutcome } from '../../../src/job/outcome';
import { transition } from '../../../src/job/transition';
import { viewOf } from '../../../src/job/view';
import { aDoubt, aJob, anAttempt, aRunningJob, dice, HOUR, MINUTE, notSent, NOW, POLICY, published, refused, SECOND, unknown } from './builders';

const decide = (job: LeasedJob, outcome: AttemptOutcome, now = NOW): Job => transition(job, outcome, POLICY, now, dice(0.5)).job;
const failedOnce = (code: FailureCode, changes: Partial<Attempt> = {}) => anAttempt({ outcome: 'refused', class: 'retry_later', code, ...changes });
/** On its second attempt, after Pinterest could not load its image once. */
const again = (changes: Partial<Job> = {}): LeasedJob => aRunningJob({ attempts: 2, attemptHistory: [failedOnce('image_unreachable')], used: { classes: {}, codes: { image_unreachable: 1 }, afterAbsence: 0 }, ...changes });
const media = (given: Media): Partial<Job> => ({ content: { ...aJob().content, media: given } });
const url = { kind: 'image_url', url: 'https://cdn.example/hat.jpg' } as const;
const file = { kind: 'image_base64', sha256: 'e'.repeat(64), contentType: 'image/png', bytes: 5 } as const;
const card = (image: typeof url | typeof file) => ({ image, title: null, description: null, link: null });

describe('an image that Pinterest cannot load from its address', () => {
	it('is asked for once more, then sent itself when the next try would have come', () => {
		expect(decide(aRunningJob(), refused('image_unreachable'))).toMatchObject({ state: 'retry_scheduled', bytesAfter: null });
		expect(decide(again(), refused('image_unreachable'))).toMatchObject({
			state: 'retry_scheduled', phase: 'publish', bytesAfter: 2, dueAt: NOW + 90 * SECOND, used: { codes: { image_unreachable: 2 } }, lastError: { code: 'image_unreachable' },
		});
	});

	it('is sent itself also where no try would have come', () => {
		const broken = again({ attemptHistory: [failedOnce('image_broken')], used: { classes: {}, codes: { image_broken: 1 }, afterAbsence: 0 } });
		expect(decide(broken, refused('image_broken'))).toMatchObject({ state: 'retry_scheduled', bytesAfter: 2, dueAt: NOW + 2500 });
	});

	it.each<[string, Partial<Job>, FailureCode, number | null]>([
		['one of each kind', { attemptHistory: [failedOnce('image_broken')] }, 'image_unreachable', 2],
		['others between', { attempts: 3, attemptHistory: [failedOnce('image_unreachable'), failedOnce('board_busy', { n: 2 })] }, 'image_unreachable', 3],
		['a doubt that has ended between', { attempts: 3, attemptHistory: [failedOnce('image_unreachable'), anAttempt({ n: 2 })] }, 'image_unreachable', 3],
		['a failure of another kind', {}, 'board_busy', null],
		['the first of them in an earlier revision', { revision: 2 }, 'image_unreachable', null],
		['a first one of another kind', { attemptHistory: [failedOnce('board_busy')] }, 'image_unreachable', null],
		['a carousel of addresses', media({ kind: 'carousel', cards: [card(url), card(url)] }), 'image_unreachable', 2],
		['a carousel of files', media({ kind: 'carousel', cards: [card(file), card(file)] }), 'image_unreachable', null],
		['a file', media(file), 'image_unreachable', null],
		['a video, whose cover stands at an address', { ...media({ kind: 'video_url', url: 'https://cdn.example/lamp.mp4', cover: url }), upload: { mediaId: '1', at: NOW, readyAt: NOW, polls: 0, sha256: 'e', bytes: 1 } }, 'image_unreachable', null],
	])('counts: %s', (_what, changes, code, bytesAfter) => {
		expect(decide(again(changes), refused(code))).toMatchObject({ state: 'retry_scheduled', bytesAfter });
	});

	it('stays at its address while the job is in doubt: bytes would make a second Pin as well', () => {
		const doubtful = decide(again({ inDoubt: aDoubt({ sendBy: NOW + MINUTE }) }), refused('image_unreachable'));
		expect(doubtful).toMatchObject({ state: 'retry_scheduled', phase: 'reconcile', bytesAfter: null, inDoubt: { sendBy: NOW + MINUTE } });
		expect(decide(again(), unknown('pinterest_fault'))).toMatchObject({ phase: 'reconcile', bytesAfter: null });
	});

	it('fails as Pinterest said when it cannot be sent itself either, or is refused so', () => {
		for (const outcome of [notSent('image_unreachable'), refused('image_unreachable')]) {
			const over = decide(again({ attempts: 3, bytesAfter: 2, used: { classes: {}, codes: { image_unreachable: 2 }, afterAbsence: 0 } }), outcome);
			expect(over).toMatchObject({ state: 'failed', queue: { name: 'client' }, lastError: { code: 'image_unreachable', message: expect.stringMatching(/^Gave up after 3 attempts\. /) as string } });
		}
		expect(addressFailureOf({ attemptHistory: [failedOnce('image_unreachable'), failedOnce('image_broken'), failedOnce('board_busy')] })).toBe('image_broken');
		expect(addressFailureOf({ attemptHistory: [] })).toBe('image_unreachable');
	});

	it('ends with the job when its time is over before', () => {
		expect(decide(again({ createdAt: NOW - 72 * HOUR }), refused('image_unreachable'))).toMatchObject({ state: 'failed', lastError: { code: 'deadline_passed' } });
	});
});

describe('a correction', () => {
	const waiting = aJob({ state: 'retry_scheduled', phase: 'publish', attempts: 2, bytesAfter: 2, dueAt: NOW });
	const jobOf = (decided: Decided): Job => {
		if (decided instanceof Error) throw decided;
		return decided.change.job;
	};

	it('of the media begins with its address again, one of the texts does not', () => {
		expect(jobOf(update(waiting, { media: { kind: 'image_url', url: 'https://cdn.example/cap.jpg' } }, {}, NOW, POLICY)).bytesAfter).toBeNull();
		expect(jobOf(update(waiting, { title: 'Other' }, {}, NOW, POLICY)).bytesAfter).toBe(2);
	});

	it('of a failed job begins with the address again, which may have been mended', () => {
		const failed: Job = { ...waiting, state: 'failed', phase: null, dueAt: null, queue: { name: 'client', owner: null, since: NOW, snoozedUntil: null } };
		expect(jobOf(requeue(failed, {}, {}, NOW, POLICY))).toMatchObject({ state: 'queued', bytesAfter: null, used: { codes: {} } });
		expect(jobOf(requeue(jobOf(cancel(waiting, {}, NOW)), {}, {}, NOW, POLICY)).bytesAfter).toBeNull();
	});
});

describe('the view', () => {
	const WARNING = 'Sent as a file: Pinterest could not fetch https://cdn.example/hat.jpg.';
	const history = (outcome: Attempt['outcome'], n = 3) => [failedOnce('image_unreachable'), failedOnce('image_unreachable', { n: 2 }), anAttempt({ n, outcome })];

	it.each<[string, Partial<Job>, string[]]>([
		['once it was published so', { bytesAfter: 2, attemptHistory: history('published') }, [WARNING]],
		['while nobody knows', { bytesAfter: 2, attemptHistory: history('unknown') }, [WARNING]],
		['not before', { bytesAfter: 2, attemptHistory: history('published').slice(0, 2) }, []],
		['not when nothing left', { bytesAfter: 2, attemptHistory: history('not_sent') }, []],
		['not of an address', { bytesAfter: null, attemptHistory: history('published') }, []],
	])('says that it went as a file: %s', (_when, changes, warnings) => {
		expect(viewOf(aJob({ attempts: 3, ...changes })).warnings).toEqual(warnings);
	});

	it('names the images of a carousel, and keeps the creative as it was given', () => {
		const job = aJob({ attempts: 3, bytesAfter: 2, attemptHistory: history('published'), ...media({ kind: 'carousel', cards: [card(url), card({ ...url, url: 'https://cdn.example/cap.jpg' } as unknown as typeof url)] }) });
		expect(viewOf(job)).toMatchObject({ creative: { kind: 'carousel' }, warnings: ['Sent as files: Pinterest could not fetch the images of the carousel (https://cdn.example/hat.jpg · https://cdn.example/cap.jpg).'] });
	});

	it('says what the next try carries', () => {
		expect(viewOf(decide(again(), refused('image_unreachable'))).nextAction).toBe('Waiting: sending again at 10:01 UTC, with the image itself: Pinterest cannot load it from its address.');
		expect(viewOf(decide(again(), refused('image_unreachable'))).warnings).toEqual([]);
		expect(viewOf(decide(again({ attempts: 3, bytesAfter: 2 }), published())).warnings).toEqual([WARNING]);
	});
});
