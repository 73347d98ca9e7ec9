import { ourFailure, type CallResult } from '../../../src/job/classify';
import type { FailureCode } from '../../../src/job/failures';
import type { Attempt, Doubt, Evidence, Job, LeasedJob } from '../../../src/job/job';
import type { AttemptOutcome, Failure, LookOutcome } from '../../../src/job/outcome';
import { policyOf } from '../../../src/job/policy';
import { newJob, parseRequest, type ParsedRequest, type PublishRequest } from '../../../src/job/request';

export const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE;

/** 24 November 2026, 10:00 UTC. */
export const NOW = Date.UTC(2026, 10, 24, 10);
export const POLICY = policyOf();

/** Dice that always show the same. */
export const dice = (value: number) => () => value;

export function aRequest(changes: Partial<PublishRequest> = {}): PublishRequest {
	return {
		account: 'acme-us', boardId: '1234', link: 'https://shop.example/summer', title: 'Summer', description: 'Hats', altText: 'A hat',
		media: { kind: 'image_url', url: 'https://cdn.example/hat.jpg' }, source: 'row-17', ...changes,
	};
}

export function parsed(changes: Partial<PublishRequest> = {}): ParsedRequest {
	const answer = parseRequest(aRequest(changes), NOW);
	if (!answer.ok) throw answer.error;
	return answer.request;
}

/** A job that was enqueued at NOW. */
export function aJob(changes: Partial<Job> = {}, request: Partial<PublishRequest> = {}): Job {
	return { ...newJob(parsed(request), NOW, POLICY).job, ...changes };
}

/** A job that a worker was just given to publish. */
export function aRunningJob(changes: Partial<Job> = {}, sendBy: number | null = null): LeasedJob {
	return { ...aJob({ state: 'running', seq: 2, attempts: 1, startedAt: NOW, dueAt: null, ...changes }), lease: { fence: '1-a', until: NOW + MINUTE, sendBy } };
}

/** An attempt that nobody knows the end of. */
export function anAttempt(changes: Partial<Attempt> = {}): Attempt {
	return {
		n: 1, revision: 1, startedAt: NOW, endedAt: NOW, outcome: 'unknown', class: 'retry', code: 'response_timeout', httpStatus: null,
		pinterestCode: null, requestId: null, message: null, ...changes,
	};
}

export function aDoubt(changes: Partial<Doubt> = {}): Doubt {
	return { notBefore: NOW - 2 * MINUTE, sendBy: NOW, step: 0, absentScans: 0, ...changes };
}

/** A job in doubt that a worker was just given to look for. */
export function aJobInDoubt(doubt: Partial<Doubt> = {}, changes: Partial<Job> = {}): LeasedJob {
	return {
		...aJob({
			state: 'retry_scheduled', phase: 'reconcile', seq: 3, attempts: 1, inDoubt: aDoubt(doubt), dueAt: NOW,
			lastError: { class: 'retry', code: 'response_timeout', message: 'No end within 20000 ms.', httpStatus: null }, ...changes,
		}),
		lease: { fence: '2-b', until: NOW + MINUTE, sendBy: null },
	};
}

export function published(pinId = '99'): AttemptOutcome {
	return { kind: 'published', pinId, pinUrl: null, requestId: 'rid-1', httpStatus: 201 };
}

export function aFailure(code: FailureCode, facts: Partial<Failure['facts']> = {}): Failure {
	const failure = ourFailure(code);
	return { ...failure, facts: { ...failure.facts, ...facts } };
}

export function refused(code: FailureCode, facts: Partial<Failure['facts']> = {}): AttemptOutcome {
	return { kind: 'refused', failure: aFailure(code, facts) };
}

export function notSent(code: FailureCode): AttemptOutcome {
	return { kind: 'not_sent', failure: aFailure(code) };
}

export function unknown(code: FailureCode = 'response_timeout'): AttemptOutcome {
	return { kind: 'unknown', failure: aFailure(code) };
}

export function evidence(at: number, scan: Evidence['scan'] = 'complete', candidates = 0): Evidence {
	return { at, scan, pages: 1, candidates, note: `scan at ${at}` };
}

export function absent(at: number): LookOutcome {
	return { kind: 'absent', evidence: evidence(at) };
}

/** An answer of Pinterest to a create, unless another endpoint is named. */
export function answer(status: number, body: unknown = {}, more: Partial<CallResult & { kind: 'answer' }> = {}): CallResult {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	return { kind: 'answer', endpoint: 'create', status, headers: {}, body: text, complete: true, ...more };
}

/** A call that got no answer. */
export function fault(reached: 'nothing' | 'connected' | 'sent', code: string, more: Partial<CallResult & { kind: 'fault' }> = {}): CallResult {
	return { kind: 'fault', endpoint: 'create', reached, code, syscall: null, message: `It ended with ${code}`, ...more };
}
