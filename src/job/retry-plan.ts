import { backoffMs, headerWaitMs } from './backoff';
import type { FailureRow, HoldRow } from './failure-row';
import { APP, type HoldRequest } from './hold';
import type { ErrorClass, Job } from './job';
import type { Failure } from './outcome';
import type { BackoffRule, Policy } from './policy';
import type { Terms } from './terms';

/** The next try of a failure that may be tried again. */
export interface NextTry {
	dueAt: number;
	class: ErrorClass;
	used: Job['used'];
}

/** When a failed send is tried again; null when what it may use is used up. Counted per class, or per code where the row has a rule of its own. */
export function nextTry(job: Job, row: FailureRow, terms: Terms): NextTry | null {
	if (row.delay) return ofCode(job, row, scaled(row.delay, terms.policy), terms);
	return (row.class === 'retry' ? ofClass(job, 'retry', terms.policy.retry, terms) : null)
		// An outage that outlives the quick tries is treated as one that needs time.
		?? ofClass(job, 'retry_later', terms.policy.retryLater, terms);
}

/** The hold a row asks for. Its length grows with how often this job has met it; a job under a hold uses up no try. */
export function holdOf(job: Job, row: FailureRow, hold: HoldRow, { facts }: Failure, { policy, now, random }: Terms): HoldRequest {
	const grown = (rule: BackoffRule) => now + backoffMs(rule, usesOf(job, row.code) + 1, random);
	const by = { account: hold.scope === 'app' ? APP : job.account, kind: hold.kind, code: row.code, message: facts.message };
	if (hold.lasts === 'until_checked') return { ...by, until: null };
	if (hold.lasts !== 'by_headers') return { ...by, until: grown(scaled(hold.lasts, policy)) };
	return { ...by, until: facts.waitMs === null ? grown(policy.retryLater) : now + headerWaitMs(facts.waitMs, random) };
}

/** The counters after one more failure of this code. */
export function withCode(job: Job, code: string): Job['used'] {
	return { ...job.used, codes: { ...job.used.codes, [code]: usesOf(job, code) + 1 } };
}

function ofCode(job: Job, row: FailureRow, rule: BackoffRule, { now, random }: Terms): NextTry | null {
	const n = usesOf(job, row.code) + 1;
	return n > rule.attempts ? null : { dueAt: now + backoffMs(rule, n, random), class: row.class, used: withCode(job, row.code) };
}

function ofClass(job: Job, name: 'retry' | 'retry_later', rule: BackoffRule, { now, random }: Terms): NextTry | null {
	const n = (job.used.classes[name] ?? 0) + 1;
	if (n > rule.attempts) return null;
	return { dueAt: now + backoffMs(rule, n, random), class: name, used: { ...job.used, classes: { ...job.used.classes, [name]: n } } };
}

function usesOf(job: Job, code: string): number {
	return job.used.codes[code] ?? 0;
}

/** Rows speak of real time. */
function scaled(rule: BackoffRule, { timeFactor }: Policy): BackoffRule {
	const t = (ms: number) => Math.max(1, Math.round(ms / timeFactor));
	return { ...rule, baseMs: t(rule.baseMs), capMs: t(rule.capMs) };
}
