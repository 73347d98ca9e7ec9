import { ourFailure } from './classify';
import type { FailureRow } from './failure-row';
import { rowOf, type FailureCode } from './failures';
import { sendsBytes } from './fall-back';
import type { HoldKind } from './hold';
import type { ErrorClass, Job, LeasedJob, QueueName } from './job';
import type { Outcome } from './outcome';
import type { Policy } from './policy';
import { newJob, parseRequest } from './request';
import { transition } from './transition';

/** One thing that would be done; jitter puts it between `earliest` and `latest`. Instants are epoch ms. */
export interface PreviewStep {
	what: 'send' | 'look';
	at: number;
	earliest: number;
	latest: number;
	/** The images themselves are sent instead of their addresses. */
	asFile?: true;
}

/** What would become of a job that meets the same error every time. */
export interface Preview {
	code: FailureCode;
	class: ErrorClass;
	/** When it was met first. */
	from: number;
	steps: PreviewStep[];
	/** What waits along between the tries; null when only the job does. */
	holds: { scope: 'account' | 'app'; kind: HoldKind } | null;
	/** More of the same would follow, up to the end of the job's patience. */
	goesOn: boolean;
	end:
		| { kind: 'failed'; queue: QueueName; code: string; at: number }
		| { kind: 'held'; scope: 'account' | 'app'; hold: HoldKind }
		| { kind: 'waits' };
}

// An hour between two tries, over a patience of 72 h, with some to spare.
const MOST_STEPS = 200;

/** Plays a failure through the decisions themselves: the same tables, the same code, nobody else's time. */
export function previewOf(code: string, policy: Policy, from: number): Preview {
	const row = rowOf(code);
	// The middle of each delay, with the shortest and the longest beside it.
	const [usual, early, late] = [0.5, 0, 1].map((chance) => played(row, policy, from, () => chance)) as [Played, Played, Played];
	// With the longest delays the end comes after fewer steps.
	const end = (late.end.kind === 'failed' ? late.end.at : null) ?? from;
	const steps = usual.steps.map((step, i) => ({ ...step, earliest: early.steps[i]?.at ?? step.at, latest: late.steps[i]?.at ?? Math.max(end, step.at) }));
	const holds = row.hold && usual.steps.length > 0 ? { scope: row.hold.scope, kind: row.hold.kind } : null;
	return { code: row.code, class: row.class, from, steps, holds, goesOn: usual.steps.length >= MOST_STEPS, end: usual.end };
}

type Row = FailureRow & { code: FailureCode };

interface Played {
	steps: { what: 'send' | 'look'; at: number; asFile?: true }[];
	end: Preview['end'];
}

function played(row: Row, policy: Policy, from: number, random: () => number): Played {
	const steps: Played['steps'] = [];
	// The end of a doubt, not the begin of one.
	if (row.code === 'outcome_unknown') return { steps, end: { kind: 'failed', queue: row.queue, code: row.code, at: from } };
	let job = someJob(policy, from), at = from;
	while (steps.length < MOST_STEPS) {
		const change = transition(leased(job, policy, at), outcomeOf(job, row, at), policy, at, random);
		job = change.job;
		if (change.hold?.until === null) return { steps, end: { kind: 'held', scope: row.hold?.scope ?? 'account', hold: change.hold.kind } };
		if (job.state === 'failed') return { steps, end: { kind: 'failed', queue: job.queue!.name, code: job.lastError!.code, at } };
		at = job.dueAt ?? at;
		steps.push({ what: job.phase === 'reconcile' ? 'look' : 'send', at, ...(sendsBytes(job) && { asFile: true as const }) });
	}
	return { steps, end: { kind: 'waits' } };
}

/** What the next step shows: a send meets the error; a look finds nothing, or is what the error is about. */
function outcomeOf(job: Job, row: Row, at: number): Outcome {
	const isOfLooks = LOOKS.includes(row.code);
	const failure = ourFailure(row.code);
	if (job.phase !== 'reconcile') return isOfLooks ? { kind: 'unknown', failure: ourFailure('response_timeout') } : { kind: row.outcome, failure };
	const evidence = { at, pages: 1, candidates: 0, note: 'A preview.' };
	if (isOfLooks) return { kind: 'unreadable', failure, evidence: { ...evidence, scan: row.code === 'reads_forbidden' ? 'forbidden' : 'incomplete' } };
	return { kind: 'absent', evidence: { ...evidence, scan: 'complete' } };
}

/** What only a look can meet. */
const LOOKS: readonly string[] = ['read_failed', 'scan_incomplete', 'reads_forbidden'];

function leased(job: Job, policy: Policy, at: number): LeasedJob {
	const lease = { fence: 'preview', until: at + policy.leaseMs, sendBy: job.phase === 'reconcile' ? null : at + policy.sendBudgetMs };
	if (job.phase === 'reconcile') return { ...job, lease };
	return { ...job, state: 'running', phase: null, attempts: job.attempts + 1, startedAt: at, lease };
}

function someJob(policy: Policy, from: number): Job {
	const parsed = parseRequest({ account: 'preview', boardId: '1', title: 'Preview', link: 'https://example.com/', media: { kind: 'image_url', url: 'https://example.com/pin.jpg' }, source: 'preview' }, from);
	if (!parsed.ok) throw parsed.error;
	return newJob(parsed.request, from, { ...policy, spreadMs: 0 }).job;
}

const SHOWN = 9;

/** The preview in one sentence: `Tried again at 00:30, 02:10, 07:40, then it goes to ops.` Times are UTC, with seconds where they matter. */
export function previewSentence({ steps, holds, end, goesOn, from }: Preview): string {
	const sends = steps.filter(({ what, asFile }) => what === 'send' && !asFile), files = steps.filter(({ asFile }) => asFile), looks = steps.filter(({ what }) => what === 'look');
	const tried = `${holds ? `the ${holds.scope} is held (${holds.kind}); ` : ''}tried again`;
	const parts = [
		...(looks.length > 0 ? [`looked for at ${times(looks, from)}`] : []),
		...(sends.length > 0 ? [`${looks.length > 0 ? 'if it is not there, sent again' : tried} at ${times(sends, from)}${goesOn ? ' and so on' : ''}`] : []),
		...(files.length > 0 ? [`the image itself is sent at ${times(files, from)}`] : []),
	];
	const said = [...parts, endOf(end, parts.length > 0, from)].join('; ');
	return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}

function endOf(end: Preview['end'], isLater: boolean, from: number): string {
	switch (end.kind) {
		case 'failed': return isLater ? `then at ${clock(end.at, from)} it goes to ${end.queue}${end.code ? ` (${end.code})` : ''}` : `goes to ${end.queue} at once`;
		case 'held': return `${isLater ? 'then ' : ''}the ${end.scope} is held (${end.hold}) and its jobs wait, until a check or a person ends the hold`;
		case 'waits': return 'as long as the patience of the job lasts';
	}
}

function times(steps: PreviewStep[], from: number): string {
	const shown = steps.slice(0, SHOWN).map(({ at }) => clock(at, from)).join(', ');
	return steps.length > SHOWN ? `${shown} and ${steps.length - SHOWN} times more` : shown;
}

function clock(at: number, from: number): string {
	const days = Math.floor(at / DAY_MS) - Math.floor(from / DAY_MS);
	return `${days > 0 ? `day ${days + 1} ` : ''}${new Date(Math.round(at / 1000) * 1000).toISOString().slice(11, 19)}`;
}

const DAY_MS = 24 * 3600 * 1000;
