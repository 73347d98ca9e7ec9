import type { FailureGroup } from '../job/failure-group';
import type { AttemptView, HandlingView, JobView, RevisionView } from '../job/view';
import type { BulkProgress } from '../work/bulk-requeue';

/** A job as a person decides by it: whose it is, what it publishes, what went wrong, what to do, who has it. */
export function jobText(job: JobView): string {
	return [headOf(job), ...rows(job).map(([name, text]) => `    ${name.padEnd(10)}${text}`)].join('\n');
}

/** All of it: every attempt, look, correction and handling beside. */
export function wholeJobText(job: JobView): string {
	const parts: [string, string[]][] = [
		['Description', job.description?.split('\n') ?? []],
		['Attempts', job.attemptHistory.map(attemptLine)],
		['Looks at the board', job.looks.map(({ at, scan, pages, note }) => `${time(at)}  ${scan}, ${count(pages, 'page')}: ${note}`)],
		['Corrections', job.revisions.map(revisionLine)],
		['Done about it', job.handling.map(handlingLine)],
	];
	return [jobText(job), ...parts.filter(([, lines]) => lines.length > 0).map(([title, lines]) => `    ${title}\n${lines.map((line) => `      ${line}`).join('\n')}`)].join('\n');
}

/** `board 123 of acme-us: 41 jobs`, and what to do about all of them. */
export function groupText({ title, queue, code, recent, since, message, hint, fix, cause, client }: FailureGroup): string {
	const about = [queue, code, ...(client ? [client] : []), `since ${time(since)}`, ...(recent === null ? [] : [`${recent} new`])];
	const lines: [string, string][] = [
		['said', message], ['next', hint], ...(fix.length > 0 ? [['fix', `requeue with ${fix.join(' or ')}`] as [string, string]] : []), ['cause', cause],
	];
	return [`${title}  (${about.join(', ')})`, ...lines.map(([name, text]) => `    ${name.padEnd(10)}${text}`)].join('\n');
}

/** How far a bulk requeue is, in one line; what was refused below it. */
export function progressText(progress: BulkProgress): string {
	const { id, total, requeued, refused, states, percent, done, refusals } = progress;
	const now = Object.entries(states).filter(([, number]) => number > 0).map(([state, number]) => `${number} ${state}`).join(', ');
	const head = `${id}  ${done ? 'done' : `${percent} %`}: ${requeued} of ${total} put back, ${refused} refused${now ? `; now ${now}` : ''}`;
	return [head, ...refusals.map(({ jobId, code, message, hint }) => refusalLine(jobId, { code, message, hint }))].join('\n');
}

export function refusalLine(id: string, { code, message, hint }: { code: string; message: string; hint: string }): string {
	return `    ${id}  ${code}: ${message} ${hint}`;
}

/** `41 jobs`, `1 job`. */
export function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function headOf({ id, state, phase, queue, title, source }: JobView): string {
	const where = queue ? `, ${queue.name} since ${time(queue.since)}` : '';
	return `${id}  ${state}${phase && phase !== 'publish' ? ` (${phase})` : ''}${where}  ${[title, source && `[${source}]`].filter(Boolean).join(' ')}`.trimEnd();
}

function rows(job: JobView): [string, string][] {
	const { account, client, board, link, creative, attempts, attemptHistory, lastError, queue, nextAction, fix, incident, pinUrl, warnings } = job;
	const last = attemptHistory.at(-1);
	return [
		['account', `${account}${client ? ` (${client})` : ''}, board ${board.name ? `“${board.name}” (${board.id})` : board.id}${board.sectionId ? `, section ${board.sectionId}` : ''}`],
		['link', link ?? '(none)'],
		['image', creative.cards ? `${creative.ref}: ${creative.cards.map(({ ref }) => ref).join(' · ')}` : creative.ref],
		['attempts', `${attempts}${last ? `, the last ended ${time(last.endedAt)}: ${last.outcome}${last.httpStatus ? `, HTTP ${last.httpStatus}` : ''}` : ''}`],
		...(lastError ? [['error', `${lastError.class} ${lastError.code}: ${lastError.message}`] as [string, string]] : []),
		['next', nextAction],
		...(fix && fix.fields.length > 0 ? [['fix', `${fix.operation} with ${fix.fields.join(' or ')}`] as [string, string]] : []),
		...(queue ? [['has it', ownerOf(queue)] as [string, string], ['cause', queue.cause ?? '(none)'] as [string, string]] : []),
		...(incident ? [['held', `${incident.kind} since ${time(incident.since)}, ${count(incident.waiting, 'job')} waiting (${incident.id})`] as [string, string]] : []),
		...(pinUrl ? [['pin', pinUrl] as [string, string]] : []),
		...warnings.map((warning): [string, string] => ['warning', warning]),
	];
}

function ownerOf({ owner, snoozedUntil }: NonNullable<JobView['queue']>): string {
	const asleep = snoozedUntil !== null && Date.parse(snoozedUntil) > Date.now();
	return `${owner ?? 'nobody'}${asleep ? `; snoozed until ${time(snoozedUntil)}` : ''}`;
}

function attemptLine({ n, revision, endedAt, outcome, class: errorClass, code, httpStatus, pinterestCode, message }: AttemptView): string {
	const answer = [httpStatus && `HTTP ${httpStatus}`, pinterestCode !== null && `code ${pinterestCode}`].filter(Boolean).join(', ');
	return `${n}  ${time(endedAt)}  revision ${revision}  ${[outcome, errorClass, code].filter(Boolean).join(' ')}${answer ? ` (${answer})` : ''}${message ? `: ${message}` : ''}`;
}

function revisionLine({ revision, at, by, changes }: RevisionView): string {
	const shown = Object.entries(changes).map(([field, { from, to }]) => `${field} ${JSON.stringify(from)} → ${JSON.stringify(to)}`);
	return `${revision}  ${time(at)}  ${by ?? 'somebody'}: ${shown.join('; ') || 'as it was'}`;
}

function handlingLine({ at, by, what, note, until }: HandlingView): string {
	return `${time(at)}  ${by ?? 'somebody'} ${what}${until ? ` until ${time(until)}` : ''}${note ? `: ${note}` : ''}`;
}

/** `2026-11-28 10:05 UTC` */
export function time(iso: string): string {
	return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}
