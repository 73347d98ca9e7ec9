// When things happen: limits, holds, turns and delays.
import { isJobEvent, type JobEvent } from '../../../src/job/event';
import type { FailureRow } from '../../../src/job/failure-row';
import { rowOf } from '../../../src/job/failures';
import { APP } from '../../../src/job/hold';
import type { BackoffRule, Policy } from '../../../src/job/policy';
import { CLOCK_MS, eventsByJob, grouped, type History } from '../history';

/** I19: no account writes more in a minute than Pinterest allows. */
export function accountsArePaced({ rates }: History): string[] {
	const mostAMinute = 100;
	return Object.entries(rates)
		.filter(([, { maxWritesPerMinute }]) => maxWritesPerMinute > mostAMinute)
		.map(([account, { maxWritesPerMinute }]) => `${account} wrote ${maxWritesPerMinute} times in a minute`);
}

/** I19: two writes to one board lie as far apart as the policy says. A job that was moved to another board is left out. */
export function boardsArePaced({ permits, jobs, policy }: History): string[] {
	const boards = new Map(jobs.filter(({ revision }) => revision === 1).map(({ id, account, content }) => [id, `${account} ${content.boardId}`]));
	const ofBoard = grouped(permits.filter(({ jobId }) => boards.has(jobId)), ({ jobId }) => boards.get(jobId)!);
	return [...ofBoard].flatMap(([board, given]) => given.sort((a, b) => a.at - b.at).flatMap(({ at }, i) => {
		const gapMs = i === 0 ? Infinity : at - given[i - 1]!.at;
		return gapMs < policy.boardGapMs - CLOCK_MS ? [`Two writes to ${board} were permitted ${gapMs} ms apart, at ${at}`] : [];
	}));
}

/** I20: once a 429 is known, nothing is permitted for its account before the time it told. */
export function pinterestIsWaitedFor({ limited, events, jobs, permits }: History): string[] {
	const accounts = new Map(jobs.map(({ id, account }) => [id, account]));
	const known = new Map(events.filter(isJobEvent).flatMap(({ at, snapshot }) => {
		const requestId = snapshot.attemptHistory?.at(-1)?.requestId;
		return requestId ? [[requestId, at] as const] : [];
	}).reverse());
	return (limited ?? []).flatMap(({ account, requestId, resetAt }) => {
		const since = known.get(requestId) ?? Infinity;
		return permits
			.filter(({ jobId, at }) => accounts.get(jobId) === account && resetAt !== null && at > since + CLOCK_MS && at < resetAt - CLOCK_MS)
			.map(({ jobId, at }) => `${jobId} was permitted at ${at}, ${resetAt! - at} ms before ${account} may come back`);
	});
}

/** So many jobs of other accounts have their turn meanwhile before one may be called starved. */
const OTHERS_SERVED = 20;

/**
 * I21: an account whose job is due has its turn while others have theirs. Two leases are allowed for: what killed
 * workers held of an account comes back with theirs. That it is the very next slot is shown in pacer.test.ts and claim.test.ts.
 */
export function noAccountStarves(history: History): string[] {
	const patienceMs = 2 * history.policy.leaseMs + 5000;
	const changes = [...eventsByJob(history).values()].flatMap((events) => events.map((event, i) => ({ event, before: events[i - 1] })));
	const runs = changes.filter(({ event }) => event.type === 'job.running').map(({ event, before }) => ({ event, before, account: accountOf(event) }));
	// A lease that was lost before its permit puts the job back without an event.
	const freed = grouped((history.scripts?.leases ?? []).filter(({ fence, by }) => fence === '' && by !== 'enqueue'), ({ jobId }) => jobId);
	return runs.flatMap(({ event, before, account }) => {
		const freedAt = freed.get(event.jobId)?.findLast(({ at }) => at <= event.at)?.at ?? 0;
		const releases = history.events.filter((other) => other.type === 'account.released' && !isJobEvent(other) && [account, APP].includes(other.account) && other.at <= event.at);
		const readyAt = Math.max(before?.at ?? 0, before?.snapshot.dueAt ?? 0, releases.at(-1)?.at ?? 0, freedAt);
		if (event.at - readyAt <= patienceMs) return [];
		const meanwhile = runs.filter((other) => other.event.at > readyAt && other.event.at < event.at);
		const isStarved = meanwhile.every((other) => other.account !== account) && meanwhile.length >= OTHERS_SERVED;
		return isStarved ? [`${event.jobId} of ${account} was due at ${readyAt} and began at ${event.at}, after ${meanwhile.length} jobs of others`] : [];
	});
}

/** I21: jobs of a board that were due together begin in the order in which they came in. Whom somebody touched before is left out. */
export function togetherInOrder(history: History): string[] {
	const boards = new Map(history.jobs.filter(({ revision }) => revision === 1).map(({ id, account, content }) => [id, `${account} ${content.boardId}`]));
	const begun = [...eventsByJob(history)].flatMap(([jobId, [queued, running]]) =>
		(boards.has(jobId) && queued?.type === 'job.queued' && running?.type === 'job.running' ? [{ jobId, queued, at: history.events.indexOf(running) }] : []));
	return [...grouped(begun, ({ jobId, queued }) => `${boards.get(jobId)} ${queued.snapshot.dueAt}`).values()].flatMap((together) =>
		together.slice(1).flatMap(({ jobId, at }, i) => (at < together[i]!.at ? [`${jobId} began before ${together[i]!.jobId}, which came in first`] : [])));
}

function accountOf({ snapshot }: JobEvent): string {
	return snapshot.account ?? '';
}

/** I22: a failed send waits as long as the rule of its failure says, neither shorter nor longer. */
export function delaysFollowTheirRule(history: History): string[] {
	return retriesOf(history).flatMap(({ jobId, snapshot }) => {
		const { dueAt, lastError, used, attemptHistory } = snapshot;
		const endedAt = attemptHistory?.at(-1)?.endedAt, row: FailureRow | undefined = lastError ? rowOf(lastError.code) : undefined;
		if (dueAt === null || !row || !used || endedAt === undefined) return [`${jobId} is to be sent again and does not say why`];
		const [leastMs, mostMs] = row.hold ? [0, Infinity] : row.delay
			? boundsOf(inTime(row.delay, history.policy), used.codes[row.code] ?? 0)
			: boundsOf(lastError!.class === 'retry' ? history.policy.retry : history.policy.retryLater, used.classes[lastError!.class] ?? 0);
		const waitsMs = dueAt - endedAt;
		return waitsMs < leastMs || waitsMs > mostMs ? [`${jobId} waits ${waitsMs} ms after ${row.code}, not ${leastMs} to ${mostMs}`] : [];
	});
}

/** I22: jobs that failed in one second are not sent again in one second. */
export function retriesAreSpread(history: History): string[] {
	const secondMs = 1000 / history.policy.timeFactor;
	const together = grouped(retriesOf(history).filter(({ snapshot }) => snapshot.lastError?.class === 'retry'), ({ at }) => String(Math.floor(at / secondMs)));
	return [...together.values()].filter(({ length }) => length >= OTHERS_SERVED).flatMap((failed) => {
		const again = [...grouped(failed, ({ snapshot }) => String(Math.floor((snapshot.dueAt ?? 0) / secondMs))).values()].map(({ length }) => length);
		const most = Math.max(...again);
		return most > failed.length / 2 ? [`Of ${failed.length} jobs that failed in one second ${most} are sent again in one`] : [];
	});
}

/** The events by which a send that failed is to be repeated; one after a doubt waits by the plan of looks. */
function retriesOf(history: History): JobEvent[] {
	return [...eventsByJob(history).values()].flatMap((events) => events.filter(({ snapshot }, i) =>
		snapshot.state === 'retry_scheduled' && snapshot.phase === 'publish' && events[i - 1]?.snapshot.state === 'running'));
}

function inTime({ baseMs, capMs, ...rule }: BackoffRule, { timeFactor }: Policy): BackoffRule {
	return { ...rule, baseMs: Math.round(baseMs / timeFactor), capMs: Math.round(capMs / timeFactor) };
}

/** Least and most of the n-th wait (from 1): half to whole of the doubled base; the first one of all, where it is spread. */
function boundsOf({ baseMs, capMs, spreadFirst }: BackoffRule, n: number): [number, number] {
	const whole = Math.min(capMs, baseMs * 2 ** (n - 1));
	return spreadFirst && n === 1 ? [0, whole] : [Math.floor(whole / 2), Math.ceil(whole)];
}
