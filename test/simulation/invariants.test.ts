import { isJobEvent, type JobEvent } from '../../src/job/event';
import type { Job } from '../../src/job/job';
import type { History } from '../support/history';
import { INVARIANTS, violationsOf, type InvariantName } from '../support/invariants';
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
	['noDoublePin', 'a third Pin of two keys', ({ pins }) => pins.push({ ...pins[0]!, id: '13' })],
	['noDoublePin', 'a Pin nobody asked for', ({ pins }) => pins.push({ ...pins[0]!, id: '13', group: 'https://shop.example/nobody' })],
	['nothingAcknowledgedIsLost', 'an acknowledged job that is gone', ({ jobs }) => jobs.pop()],
	['nothingAcknowledgedIsLost', 'a job under another state than its own', (history) => { valuesOf(history)['state:succeeded'] = []; }],
	['nothingAcknowledgedIsLost', 'a job under two states', (history) => { valuesOf(history)['state:queued'] = [jobOf(history, 'twin').id, '1']; }],
	['everyJobEnds', 'a job that waits for nothing', (history) => { Object.assign(jobOf(history, 'wrong'), { state: 'queued' }); }],
	['succeededMeansPin', 'a Pin that does not exist', ({ pins }) => pins.pop()],
	['succeededMeansPin', 'the Pin of other content', ({ pins }) => { pins[0]!.group = OTHER!; }],
	['succeededMeansPin', 'a Pin on another board', ({ pins }) => { pins[0]!.board = '2'; }],
	['succeededMeansPin', 'one Pin for two jobs', (history) => { jobOf(history, 'twin').pinId = '11'; }],
	['failedMeansNoPin', 'a Pin of a failed job', ({ pins }) => pins.push({ ...pins[0]!, id: '13', group: OTHER! })],
	['oneJobAKey', 'a key that was created twice', ({ calls }) => calls.push({ key: 'first', answer: 'created', jobId: calls[1]!.jobId })],
	['oneJobAKey', 'a key that names two jobs', ({ calls }) => calls.push({ key: 'first', answer: 'existing', jobId: calls[2]!.jobId })],
	['oneJobAKey', 'more jobs than keys', ({ jobs }) => jobs.push({ ...jobs[0]!, id: 'pj_more' })],
	['onlyKnownEdges', 'a job in doubt that is sent', (history) => { eventsOf(history, 'twin').at(-1)!.snapshot.state = 'running'; }],
	['onlyKnownEdges', 'an end that moves on', (history) => { eventsOf(history, 'first').at(-2)!.snapshot.state = 'succeeded'; }],
	['eventsHaveNoGaps', 'a number left out', (history) => { history.events = history.events.filter((event) => event !== eventsOf(history, 'first')[1]); }],
	['eventsHaveNoGaps', 'a number told twice', (history) => history.events.push(eventsOf(history, 'twin').at(-1)!)],
	['eventsHaveNoGaps', 'time that goes back', (history) => { eventsOf(history, 'first')[1]!.at -= 3_600_000; }],
	['eventsHaveNoGaps', 'a last change that nobody was told', (history) => { jobOf(history, 'wrong').seq += 1; }],
	['eventsRebuildJobs', 'an event that tells another Pin', (history) => { eventsOf(history, 'first').at(-1)!.snapshot.pinId = '99'; }],
	['attemptsAreCounted', 'an attempt that is not on record', (history) => jobOf(history, 'wrong').attemptHistory.pop()],
	['attemptsAreCounted', 'two attempts of one number', (history) => { jobOf(history, 'first').attemptHistory[1]!.n = 1; }],
	['attemptsAreCounted', 'more tries than the class allows', (history) => { jobOf(history, 'first').used.classes.retry = 99; }],
	['nothingBeginsEarly', 'a retry before its time', (history) => { eventsOf(history, 'first').find(({ snapshot }) => snapshot.phase === 'publish')!.snapshot.dueAt! += 3_600_000; }],
	['sentAgainOnlyWhenAbsent', 'a send soon after the doubt', sendsAgainEarly],
	['everyPostHasItsPermit', 'a request without a permit', ({ permits }) => permits.pop()],
	['everyPostHasItsPermit', 'a second request in one permit', ({ posts }) => posts.push({ ...posts[1]!, group: OTHER! })],
	['everyPostHasItsPermit', 'a request after the send deadline', ({ posts }) => { posts[1]!.at += 60_000; posts[1]!.earliest += 60_000; }],
	['onePermitARun', 'a second permit in one run', (history) => history.permits.push({ ...permitsOf(history, 'wrong')[0]! })],
	['onePermitARun', 'a permit of a job that does not run', (history) => { permitsOf(history, 'first')[0]!.at += 5000; }],
	['nothingIsSentAfterItFailed', 'a permit of a failed job', (history) => history.permits.push({ ...permitsOf(history, 'wrong')[0]!, at: eventsOf(history, 'wrong').at(-1)!.at + 1000 })],
	['nothingIsSentUnderAHold', 'a permit while the account is held', (history) => { permitsOf(history, 'twin')[0]!.at = history.events.find(({ type }) => type === 'account.held')!.at + 1000; }],
	['accountsArePaced', 'more writes a minute than allowed', ({ rates }) => { rates.acme!.maxWritesPerMinute = 101; }],
	['indexesAgree', 'an index without its job', (history) => { valuesOf(history)['state:failed'] = []; }],
	['indexesAgree', 'a record that went on without its event', (history) => { recordOf(history, 'first').seq = '99'; }],
	['everyKeyIsBounded', 'a key nobody planned', ({ snapshots }) => { snapshots.at(-1)!.types['leftover'] = 'string'; }],
	['nothingIsLeftAtWork', 'a board that stays busy', (history) => { valuesOf(history)['busy:acme'] = { 1: jobOf(history, 'first').id }; }],
	['nothingIsLeftAtWork', 'a lease that stays', (history) => { valuesOf(history).leases = [jobOf(history, 'first').id, '1']; }],
	['nothingIsLeftAtWork', 'a doubt that nobody has', (history) => { valuesOf(history).doubt = [jobOf(history, 'twin').id, '1']; }],
	['leasesAreTakenOver', 'a lease that ran out long ago', ({ snapshots }) => { snapshots[0]!.values.leases = ['pj_lost', String(snapshots[0]!.at - 60_000)]; }],
	['failuresHaveOneQueue', 'a failure in no queue', (history) => { delete valuesOf(history)['failed:ops']; }],
	['failuresHaveOneQueue', 'a failure in two queues', (history) => { valuesOf(history)['failed:client'] = valuesOf(history)['failed:ops']; }],
	['noSecretIsKept', 'a token in a record', (history) => { recordOf(history, 'first').board = 'canary-token'; }],
	['noSecretIsKept', 'a token in the log', ({ logs }) => logs.push('{"token":"canary-token"}')],
];

function sendsAgainEarly(history: History): void {
	const [, , doubt] = eventsOf(history, 'twin');
	const again = structuredClone(doubt!);
	Object.assign(again.snapshot, { phase: 'publish', lookedAt: doubt!.snapshot.inDoubt!.sendBy + 60_000 });
	history.events.splice(history.events.indexOf(doubt!) + 1, 0, { ...again, seq: doubt!.seq + 1 });
}

describe('the invariants of a run', () => {
	it('find nothing wrong with a run that keeps every promise', async () => {
		expect(await violationsOf(sound)).toEqual({});
		expect(sound.jobs.map(({ state, attempts }) => [state, attempts])).toEqual([['succeeded', 2], ['succeeded', 1], ['failed', 1]]);
		expect(sound.posts.map(({ group }) => group)).toEqual(expect.arrayContaining([SAME, OTHER]));
	});

	it.each(BROKEN)('%s notices %s', async (invariant, _what, breaking) => {
		const broken = structuredClone(sound);
		breaking(broken);
		expect(await INVARIANTS[invariant](broken)).not.toEqual([]);
	});

	it('are each shown a broken run', () => {
		expect([...new Set(BROKEN.map(([invariant]) => invariant))].sort()).toEqual(Object.keys(INVARIANTS).sort());
	});
});
