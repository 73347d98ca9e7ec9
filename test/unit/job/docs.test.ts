import { readFileSync, writeFileSync } from 'node:fs';
import type { Change } from '../../../src/job/change';
import { cancel, lateEvidence, requeue, resolve, sendBack, update } from '../../../src/job/corrections';
import { endOfWaiting } from '../../../src/job/deadline';
import { intoSuspicion } from '../../../src/job/doubt';
import { FAILURES, type FailureCode } from '../../../src/job/failures';
import type { FailureRow } from '../../../src/job/failure-row';
import type { Job, LeasedJob } from '../../../src/job/job';
import type { LookOutcome, Outcome } from '../../../src/job/outcome';
import { giveBack, transition } from '../../../src/job/transition';
import { isEngineError } from '../../../src/errors';
import { absent, aDoubt, anAttempt, aFailure, aJob, aRunningJob, dice, evidence, HOUR, NOW, POLICY, published } from './builders';
import { errorsPage } from './errors-page';
import { tableUnder } from './markdown';

it('docs/errors.md lists every code as the tables have it', () => {
	if (process.env.UPDATE_DOCS === '1') writeFileSync('docs/errors.md', errorsPage());
	expect(readFileSync('docs/errors.md', 'utf8')).toBe(errorsPage());
});

it('docs/states.md has every edge that the code can make, and no other', () => {
	const written = tableUnder('states.md', '## Edges').map(([from, to, by, event]) => ({ edge: `${from} → ${to} ${event}`.trim(), by }));
	expect(new Set(written.map(({ edge }) => edge)).size).toBe(written.length);
	// Enqueue and claim are written by the store's scripts; the rest is decided here.
	const decidedHere = written.filter(({ by }) => !/^(enqueue|claim)/.test(by!)).map(({ edge }) => edge);
	expect(decidedHere.sort()).toEqual([...edgesOfTheCode()].sort());
});

const TERMS = { policy: POLICY, now: NOW, random: () => 0 };

const film = { kind: 'video_url', url: 'https://cdn.example/film.mp4' } as const;

const waiting: Job[] = [
	aJob(),
	aJob({ state: 'retry_scheduled', phase: 'publish' }),
	aJob({ state: 'retry_scheduled', phase: 'reconcile', inDoubt: aDoubt() }),
	aJob({}, { media: film }),
	aJob({ state: 'retry_scheduled', phase: 'media' }, { media: film }),
	aJob({ state: 'succeeded', pinId: '1', dueAt: null }),
	aJob({ state: 'succeeded', pinId: '1', recovered: true, dueAt: null, attemptHistory: [anAttempt()] }),
	aJob({ state: 'failed', dueAt: null }),
	aJob({ state: 'failed', dueAt: null, inDoubt: aDoubt() }),
	aJob({ state: 'failed', dueAt: null, mayExist: true }),
	aJob({ state: 'canceled', dueAt: null }),
];

const looks: LookOutcome[] = [
	absent(NOW), absent(NOW + HOUR),
	{ kind: 'found', pinId: '1', pinUrl: null, evidence: evidence(NOW, 'complete', 1) },
	{ kind: 'ambiguous', pinIds: ['1', '2'], evidence: evidence(NOW, 'complete', 2) },
	{ kind: 'contested', evidence: evidence(NOW, 'complete', 1) },
	...(['read_failed', 'reads_forbidden', 'rate_limited', 'token_dead'] as const).map((code): LookOutcome =>
		({ kind: 'unreadable', failure: aFailure(code), evidence: evidence(NOW, 'incomplete') })),
];

function edgesOfTheCode(): Set<string> {
	const edges = new Set<string>();
	const seen = (change: Change) => edges.add(`${change.from} → ${change.job.state} ${change.event ?? ''}`.trim());
	for (const [job, outcome] of endings()) seen(transition(job, outcome, POLICY, NOW, dice(0.5)));
	seen(giveBack(aRunningJob(), NOW));
	for (const job of waiting) {
		const late = [{ ...job, publishBefore: NOW - HOUR }, { ...job, publishBefore: NOW - HOUR, whenLate: 'skip' as const }];
		const changes = late.map((one) => endOfWaiting(one, TERMS));
		for (const change of changes) if (change) seen(change);
		if (changes[0]) seen(intoSuspicion(job, { at: NOW, lookFrom: NOW, isFresh: true }, TERMS));
	}
	for (const change of waiting.flatMap(corrections)) seen(change);
	seen(sendBack(waiting[5]!, NOW, POLICY));
	return edges;
}

/** Every outcome a worker may bring, for every job it may have been given. */
function endings(): [LeasedJob, Outcome][] {
	const exhausted = { classes: { retry: 8, retry_later: 12 }, codes: {}, afterAbsence: 0 };
	const rows: FailureRow[] = [...FAILURES];
	const failures = rows.map(({ code, outcome }): Outcome => ({ kind: outcome, failure: aFailure(code as FailureCode) }));
	const lost: Outcome[] = [true, false].map((afterPermit) => ({ kind: 'lease_lost', afterPermit, sendBy: NOW }));
	const { lease } = aRunningJob();
	const leased = (changes: Partial<Job>, request: Parameters<typeof aJob>[1] = {}): LeasedJob => ({ ...aJob(changes, request), lease });
	const upload = { mediaId: '1', at: NOW, readyAt: null, polls: 0, sha256: '', bytes: 1 };
	const videos = [leased({}, { media: film }), leased({ state: 'retry_scheduled', upload }, { media: film })];
	const steps: Outcome[] = [{ kind: 'handed_over', mediaId: '1', sha256: '', bytes: 1 }, { kind: 'processing' }, { kind: 'media_ready' }];
	const inDoubt = (step: number, changes: Partial<Job> = {}) => leased({ state: 'retry_scheduled', phase: 'reconcile', inDoubt: aDoubt({ step, absentScans: 2 }), ...changes });
	const doubts = [...[0, 8, 11].map((step) => inDoubt(step)), inDoubt(8, { publishBefore: NOW, whenLate: 'skip' })];
	return [
		...[aRunningJob(), aRunningJob({ publishBefore: NOW - HOUR, whenLate: 'skip' }), aRunningJob({ used: exhausted }), aRunningJob({ lostLeases: 2 })].flatMap((job) =>
			[published(), ...failures, ...looks, ...lost].map((outcome): [LeasedJob, Outcome] => [job, outcome])),
		...doubts.flatMap((job) => [...looks, ...lost].map((outcome): [LeasedJob, Outcome] => [job, outcome])),
		...videos.flatMap((job) => [job, { ...job, used: exhausted }, { ...job, lostLeases: 2 }]).flatMap((job) =>
			[...failures, ...lost, ...steps.slice(0, job.upload ? 3 : 1)].map((outcome): [LeasedJob, Outcome] => [job, outcome])),
	];
}

function corrections(job: Job): Change[] {
	const decided = [
		requeue(job, {}, {}, NOW, POLICY), update(job, { title: 'New' }, {}, NOW, POLICY), update(job, {}, {}, NOW, POLICY), cancel(job, {}, NOW),
		resolve(job, { verdict: 'published', pinId: '1' }, {}, NOW, POLICY), resolve(job, { verdict: 'absent' }, {}, NOW, POLICY), resolve(job, { verdict: 'abandon' }, {}, NOW, POLICY),
	];
	const changes = decided.flatMap((one) => (isEngineError(one) ? [] : [one.change]));
	return [...changes, lateEvidence(job, '1', NOW), lateEvidence(job, '2', NOW)];
}
