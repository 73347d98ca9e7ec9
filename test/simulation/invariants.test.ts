import { isJobEvent, type JobEvent } from '../../src/job/event';
import type { Job } from '../../src/job/job';
import type { History } from '../support/history';
import { INVARIANTS, uncheckedIn, violationsOf, type InvariantName } from '../support/invariants';
import { OTHER, SAME, soundHistory } from './sound-history';

let sound: History;
beforeAll(async () => { sound = await soundHistory(); });

type Hash = Record<string, string>;
type Breaking = (history: History) => void;

const jobOf = (history: History, key: string): Job => history.jobs.find(({ id }) => id === history.calls.find((call) => call.key === key && call.jobId)!.jobId)!;
const eventsOf = (history: History, key: string): JobEvent[] => history.events.filter(isJobEvent).filter(({ jobId }) => jobId === jobOf(history, key).id);
const valuesOf = (history: History) => history.snapshots.at(-1)!.values;
const recordOf = (history: History, key: string) => valuesOf(history)[`job:${jobOf(history, key).id}`] as Hash;
const permitsOf = (history: History, key: string) => history.permits.filter(({ jobId }) => jobId === jobOf(history, key).id);

/** What each invariant must notice. */
const BROKEN: [invariant: InvariantName, what: string, breaking: Breaking][] = [
	['noDoublePin', 'a third Pin of two keys', ({ pins }) => pins.push({ ...pins[0]!, id: '99' })],
	['noDoublePin', 'a Pin nobody asked for', ({ pins }) => pins.push({ ...pins[0]!, id: '99', group: 'https://shop.example/nobody' })],
	['nothingAcknowledgedIsLost', 'an acknowledged job that is gone', ({ jobs }) => jobs.pop()],
	['nothingAcknowledgedIsLost', 'an acknowledged job that never was', ({ calls }) => calls.push({ key: 'gone', answer: 'created', jobId: 'pj_gone' })],
	['nothingAcknowledgedIsLost', 'a job under another state than its own', (history) => { valuesOf(history)['state:succeeded'] = []; }],
	['nothingAcknowledgedIsLost', 'a job under two states', (history) => { valuesOf(history)['state:queued'] = [jobOf(history, 'twin').id, '1']; }],
	['everyJobEnds', 'a job that waits under no hold', (history) => { delete valuesOf(history)['holds:held']; }],
	['everyJobEnds', 'a job that waits for nothing', (history) => { Object.assign(jobOf(history, 'wrong'), { state: 'queued' }); }],
	['succeededMeansPin', 'a Pin that does not exist', ({ pins }) => pins.pop()],
	['succeededMeansPin', 'the Pin of other content', ({ pins }) => { pins[0]!.group = OTHER!; }],
	['succeededMeansPin', 'a Pin on another board', ({ pins }) => { pins[0]!.board = '2'; }],
	['succeededMeansPin', 'one Pin for two jobs', (history) => { jobOf(history, 'twin').pinId = '11'; }],
	['failedMeansNoPin', 'a Pin of a failed job', ({ pins }) => pins.push({ ...pins[0]!, id: '99', group: OTHER! })],
	['oneJobAKey', 'a key that was created twice', ({ calls }) => calls.push({ key: 'first', answer: 'created', jobId: calls[1]!.jobId })],
	['oneJobAKey', 'a key that names two jobs', ({ calls }) => calls.push({ key: 'first', answer: 'existing', jobId: calls[2]!.jobId })],
	['oneJobAKey', 'more jobs than keys', ({ jobs }) => jobs.push({ ...jobs[0]!, id: 'pj_more' })],
	['onlyKnownEdges', 'a job in doubt that is sent', (history) => { eventsOf(history, 'twin').at(-1)!.snapshot.state = 'running'; }],
	['onlyKnownEdges', 'a job that begins with its end', (history) => { eventsOf(history, 'late')[0]!.snapshot.state = 'canceled'; }],
	['onlyKnownEdges', 'an end that moves on', (history) => { eventsOf(history, 'first').at(-2)!.snapshot.state = 'succeeded'; }],
	['eventsHaveNoGaps', 'a number left out', (history) => { history.events = history.events.filter((event) => event !== eventsOf(history, 'first')[1]); }],
	['eventsHaveNoGaps', 'a number told twice', (history) => history.events.push(eventsOf(history, 'twin').at(-1)!)],
	['eventsHaveNoGaps', 'time that goes back', (history) => { eventsOf(history, 'first')[1]!.at -= 3_600_000; }],
	['eventsHaveNoGaps', 'a beginning after what followed it', (history) => { eventsOf(history, 'late')[0]!.at += 60_000; }],
	['eventsHaveNoGaps', 'a last change that nobody was told', (history) => { jobOf(history, 'wrong').seq += 1; }],
	['eventsRebuildJobs', 'an event that tells another Pin', (history) => { eventsOf(history, 'first').at(-1)!.snapshot.pinId = '99'; }],
	['attemptsAreCounted', 'an attempt that is not on record', (history) => jobOf(history, 'wrong').attemptHistory.pop()],
	['attemptsAreCounted', 'two attempts of one number', (history) => { jobOf(history, 'first').attemptHistory[1]!.n = 1; }],
	['attemptsAreCounted', 'more tries than the class allows', (history) => { jobOf(history, 'first').used.classes.retry = 99; }],
	['nothingBeginsEarly', 'a retry before its time', (history) => { eventsOf(history, 'first').find(({ snapshot }) => snapshot.phase === 'publish')!.snapshot.dueAt! += 3_600_000; }],
	['sentAgainOnlyWhenAbsent', 'a send soon after the doubt', sendsAgainEarly],
	['sentAgainOnlyWhenAbsent', 'a last look before the horizon', (history) => { retryOf(history, 'again').snapshot.lookedAt! -= 120_000; }],
	['sentAgainOnlyWhenAbsent', 'two looks where three are asked', ({ scripts, jobs }) => {
		const { id } = jobs.find(({ content }) => content.link === 'https://shop.example/again')!;
		const [, look] = scripts!.leases.filter(({ jobId, by }) => jobId === id && by === 'claim');
		scripts!.leases.splice(scripts!.leases.indexOf(look!), 1);
	}],
	['everyPostHasItsPermit', 'a request without a permit', ({ permits }) => permits.pop()],
	['everyPostHasItsPermit', 'a second request in one permit', ({ posts }) => posts.push({ ...posts[1]!, group: OTHER! })],
	['everyPostHasItsPermit', 'a request after the send deadline', ({ posts }) => { posts[1]!.at += 60_000; posts[1]!.earliest += 60_000; }],
	['onePermitARun', 'a second permit in one run', (history) => history.permits.push({ ...permitsOf(history, 'mended')[0]! })],
	['onePermitARun', 'a permit of a job that does not run', (history) => { permitsOf(history, 'first')[0]!.at += 5000; }],
	['nothingIsSentAfterItFailed', 'a permit of a failed job', (history) => history.permits.push({ ...permitsOf(history, 'wrong')[0]!, at: eventsOf(history, 'wrong').at(-1)!.at + 1000 })],
	['nothingIsSentAfterItFailed', 'a request of a failed job', (history) => {
		const { at } = eventsOf(history, 'wrong').at(-1)!;
		Object.assign(history.posts.find(({ group }) => group === OTHER)!, { at: at + 1000, earliest: at + 1000 });
	}],
	['nothingIsSentUnderAHold', 'permits under a hold that ended later', (history) => {
		for (const event of history.events) {
			if (event.type === 'account.held' && !isJobEvent(event)) event.incident.until = null;
			if (event.type === 'account.released') event.at += 60_000;
		}
	}],
	['nothingIsSentUnderAHold', 'a permit while the account is held', (history) => { permitsOf(history, 'twin')[0]!.at = history.events.find(({ type }) => type === 'account.held')!.at + 1000; }],
	['accountsArePaced', 'more writes a minute than allowed', ({ rates }) => { rates.acme!.maxWritesPerMinute = 101; }],
	['indexesAgree', 'an index without its job', (history) => { valuesOf(history)['state:failed'] = []; }],
	['indexesAgree', 'a record that went on without its event', (history) => { recordOf(history, 'first').seq = '99'; }],
	['everyKeyIsBounded', 'a key nobody planned', ({ snapshots }) => { snapshots.at(-1)!.types['leftover'] = 'string'; }],
	['nothingIsLeftAtWork', 'a board that stays busy', (history) => { valuesOf(history)['busy:acme'] = { 1: jobOf(history, 'first').id }; }],
	['nothingIsLeftAtWork', 'a job that lost its Pin and was not sent back', (history) => {
		valuesOf(history).displaced = [jobOf(history, 'first').id];
		history.snapshots.at(-1)!.types.displaced = 'set';
	}],
	['nothingIsLeftAtWork', 'a lease that stays', (history) => { valuesOf(history).leases = [jobOf(history, 'first').id, '1']; }],
	['nothingIsLeftAtWork', 'a Pin that is kept from others for a job that is in no doubt', (history) => { valuesOf(history)['nat:acme:1'] = { [jobOf(history, 'first').id]: 'sent a b * * *' }; }],
	['nothingIsLeftAtWork', 'a doubt that nobody has', (history) => { valuesOf(history).doubt = [jobOf(history, 'twin').id, '1']; }],
	['leasesAreTakenOver', 'a lease that ran out long ago', ({ snapshots }) => { snapshots.find(({ values }) => values.leases)!.at += 600_000; }],
	['failuresHaveOneQueue', 'a failure in no queue', (history) => { delete valuesOf(history)['failed:ops']; }],
	['failuresHaveOneQueue', 'a failure that is nobody\'s', (history) => {
		jobOf(history, 'wrong').queue = eventsOf(history, 'wrong').at(-1)!.snapshot.queue = null;
	}],
	['failuresHaveOneQueue', 'a failure in two queues', (history) => { valuesOf(history)['failed:client'] = valuesOf(history)['failed:ops']; }],
	['oneLeaseAJob', 'a claim of a job that somebody holds', ({ scripts }) => { scripts!.leases.find(({ by }) => by === 'claim')!.before = { fence: '1-x', until: 0 }; }],
	['oneLeaseAJob', 'a job taken over before its lease ended', ({ scripts }) => { scripts!.leases.find(({ by }) => by === 'take-over')!.before!.until += 60_000; }],
	['oldFencesChangeNothing', 'a job given back under an old fence', ({ scripts }) => { scripts!.stale.find(({ by }) => by === 'give-back')!.changed = true; }],
	['repeatsHaveOneEffect', 'a repeated call with a second effect', ({ scripts }) => { scripts!.operations.find(({ asked }) => asked === 2)!.effects = 2; }],
	['repeatsHaveOneEffect', 'two events of one id', ({ events }) => { events[1]!.id = events[0]!.id; }],
	['boardsArePaced', 'two writes to a board in one breath', writesTwiceInOneBreath],
	['pinterestIsWaitedFor', 'a send before Pinterest said', ({ limited }) => { limited![0]!.resetAt! += 60_000; }],
	['noAccountStarves', 'a job that waits while others have their turn', (history) => {
		const [queued] = eventsOf(history, 'late');
		queued!.at = queued!.snapshot.dueAt = queued!.at - 300_000;
	}],
	['togetherInOrder', 'a job that overtakes one due with it', (history) => {
		const [first, twin] = ['first', 'twin'].map((key) => eventsOf(history, key)[0]!);
		twin!.snapshot.dueAt = first!.snapshot.dueAt;
		history.events.splice(history.events.indexOf(twin!), 1);
		history.events.unshift(twin!);
	}],
	['delaysFollowTheirRule', 'a retry that waits too long', (history) => { retryOf(history, 'many-0').snapshot.dueAt! += 4999; }],
	['delaysFollowTheirRule', 'a retry that does not wait for its hold', (history) => { eventsOf(history, 'many-0').find(({ snapshot }) => snapshot.phase === 'publish')!.snapshot.dueAt = 0; }],
	['retriesAreSpread', 'retries that come back together', (history) => {
		for (let n = 0; n < 20; n++) retryOf(history, `many-${n}`).snapshot.dueAt = retryOf(history, 'many-0').snapshot.attemptHistory!.at(-1)!.endedAt + 2500;
	}],
	['refusedIsNotSentAgain', 'a second send of what was refused for good', (history) => {
		for (const { attemptHistory } of [jobOf(history, 'first'), eventsOf(history, 'first').at(-1)!.snapshot]) Object.assign(attemptHistory![0]!, { class: 'route', code: 'board_not_found' });
	}],
	['requeueKeepsTheKey', 'a requeue that is no new revision', (history) => { eventsOf(history, 'mended').find(({ type }) => type === 'job.requeued')!.snapshot.revision = 1; }],
	['requeueKeepsTheKey', 'a requeue by nobody', (history) => { eventsOf(history, 'mended').find(({ type }) => type === 'job.requeued')!.snapshot.revisions = []; }],
	['noSecretIsKept', 'a token in a record', (history) => { recordOf(history, 'first').board = 'canary-token'; }],
	['noSecretIsKept', 'a token in the log', ({ logs }) => logs.push('{"token":"canary-token"}')],
];

function retryOf(history: History, key: string): JobEvent {
	return eventsOf(history, key).find(({ snapshot }) => snapshot.phase === 'publish')!;
}

/** Of two jobs that were sent one after the other the second had the board of the first, and was sent a second earlier. */
function writesTwiceInOneBreath(history: History): void {
	const many = history.permits.filter(({ jobId }) => history.jobs.find(({ id }) => id === jobId)!.account === 'many');
	const [before, after] = many.slice(0, 2).map(({ jobId }) => history.jobs.find(({ id }) => id === jobId)!);
	const { link } = after!.content;
	after!.content.boardId = history.pins.find(({ group }) => group === link)!.board = before!.content.boardId;
	history.events.filter(isJobEvent).findLast(({ jobId, type }) => jobId === after!.id && type === 'job.running')!.at -= 1000;
	many[1]!.at -= 1000;
	for (const post of history.posts.filter(({ group }) => group === link)) Object.assign(post, { at: post.at - 1000, earliest: post.earliest - 1000 });
}

function sendsAgainEarly(history: History): void {
	const [, , doubt] = eventsOf(history, 'twin');
	const again = structuredClone(doubt!);
	Object.assign(again.snapshot, { phase: 'publish', lookedAt: doubt!.snapshot.inDoubt!.sendBy + 60_000 });
	history.events.splice(history.events.indexOf(doubt!) + 1, 0, { ...again, seq: doubt!.seq + 1 });
}

describe('the invariants of a run', () => {
	it('find nothing wrong with a run that keeps every promise', async () => {
		expect(await violationsOf(sound)).toEqual({});
		const ends = ['first', 'twin', 'wrong', 'mended', 'again', 'many-0', 'late', 'held'].map((key) => jobOf(sound, key)).map(({ state, attempts, revision }) => [state, attempts, revision]);
		expect(ends).toEqual([['succeeded', 2, 1], ['succeeded', 1, 1], ['failed', 1, 1], ['succeeded', 2, 2], ['succeeded', 2, 1], ['succeeded', 2, 1], ['succeeded', 1, 1], ['queued', 0, 1]]);
		expect(sound.posts.map(({ group }) => group)).toEqual(expect.arrayContaining([SAME, OTHER]));
	});

	it('are told of every job who wrote it first, since what a cut took back is judged by when that was', () => {
		const enqueued = sound.scripts!.leases.filter(({ by }) => by === 'enqueue').map(({ jobId, fence, until, before }) => ({ jobId, fence, until, before }));
		const byId = (a: { jobId: string }, b: { jobId: string }) => (a.jobId < b.jobId ? -1 : 1);
		expect(enqueued.sort(byId)).toEqual(sound.jobs.map(({ id }) => ({ jobId: id, fence: '', until: 0, before: null })).sort(byId));
	});

	it('leave nothing unchecked', () => {
		expect(uncheckedIn(sound)).toEqual([]);
		expect(uncheckedIn({ ...sound, scripts: undefined })).toEqual(['oneLeaseAJob', 'oldFencesChangeNothing', 'repeatsHaveOneEffect']);
	});

	it.each(BROKEN)('%s notices %s', async (invariant, _what, breaking) => {
		const broken = structuredClone(sound);
		breaking(broken);
		expect(await INVARIANTS[invariant](broken)).not.toEqual([]);
	});

	it('are each shown a broken run that no other one notices', async () => {
		const alone = new Set<string>();
		for (const [invariant, , breaking] of BROKEN) {
			const broken = structuredClone(sound);
			breaking(broken);
			const noticed = Object.keys(await violationsOf(broken));
			if (noticed.length === 1 && noticed[0] === invariant) alone.add(invariant);
		}
		expect([...alone].sort()).toEqual(Object.keys(INVARIANTS).sort());
	});
});
