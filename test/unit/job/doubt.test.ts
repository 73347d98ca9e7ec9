import { intoSuspicion, mayHaveLeft } from '../../../src/job/doubt';
import type { Job } from '../../../src/job/job';
import { transition } from '../../../src/job/transition';
import { absent, aJobInDoubt, aRunningJob, dice, MINUTE, NOW, POLICY, SECOND } from './builders';

/** Redis was back at NOW, without what was written in the last second before. */
const FORGOTTEN = { lookFrom: NOW - SECOND, at: NOW, isFresh: true };
const HORIZON = NOW + POLICY.leaseMs + POLICY.horizonMs;
const earlier = (changes: Partial<Job> = {}) => aRunningJob({ createdAt: NOW - 10 * MINUTE, dueAt: NOW - MINUTE, ...changes });
const revisedAt = (at: number): Partial<Job> => ({ revisions: [{ revision: 2, at, by: 'Ops', changes: {} }] });

describe('a job that Redis may have forgotten to be sent', () => {
	it.each<[string, Partial<Job>, boolean]>([
		['was due before', {}, true],
		['came since then', { createdAt: NOW + 1, dueAt: NOW + 1 }, false],
		['was due only later', { dueAt: NOW + 1 }, false],
		['was due only later, and was corrected before', { dueAt: NOW + 1, ...revisedAt(NOW - MINUTE) }, false],
		['was put off since then', { dueAt: NOW + 1, ...revisedAt(NOW) }, true],
		['was looked for since then', { lookedAt: NOW + 1 }, false],
		['was looked for before', { lookedAt: NOW - 1 }, true],
	])('is one that %s: %j → %p', (_name, changes, expected) => {
		expect(mayHaveLeft(earlier(changes), FORGOTTEN)).toBe(expected);
	});

	it('is looked for as if it had been sent until its last possible permit ran out; no attempt counts', () => {
		const change = intoSuspicion(earlier(), FORGOTTEN, { policy: POLICY, now: NOW + SECOND, random: dice(0) });
		const sendBy = NOW + POLICY.leaseMs;
		expect(change).toMatchObject({ from: 'running', event: 'job.retry_scheduled' });
		expect(change.job).toMatchObject({ state: 'retry_scheduled', phase: 'reconcile', attempts: 0, dueAt: sendBy + 5 * SECOND, inDoubt: { sendBy, step: 0, suspected: true } });
		expect(change.job.inDoubt!.notBefore).toBe(NOW - 10 * MINUTE - POLICY.createdBeforeSlackMs);
	});

	it('is looked for later on with what is left of the plan', () => {
		const change = intoSuspicion(earlier(), FORGOTTEN, { policy: POLICY, now: NOW + 20 * MINUTE, random: dice(0) });
		expect(change.job).toMatchObject({ dueAt: NOW + POLICY.leaseMs + 20 * MINUTE, inDoubt: { step: 7 } });
	});

	it('is sent once its absence is proven, which uses up none of what may be sent again', () => {
		const used = { classes: {}, codes: {}, afterAbsence: 3 };
		const job = aJobInDoubt({ suspected: true, sendBy: NOW + POLICY.leaseMs, absentScans: 2, step: 8 }, { used });
		const early = transition(job, absent(HORIZON - 1), POLICY, HORIZON - 1, dice(0)).job;
		expect(early).toMatchObject({ phase: 'reconcile', inDoubt: { suspected: true } });
		const change = transition(job, absent(HORIZON), POLICY, HORIZON, dice(0));
		expect(change.job).toMatchObject({ state: 'retry_scheduled', phase: 'publish', dueAt: HORIZON, inDoubt: null, used });
	});
});
