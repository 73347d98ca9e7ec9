import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';
import type { AccountView, JobView } from '../../src';
import type { ItemError } from './errors';

/** More would push the output out of sight; the items say the rest. */
const LINES = 3;

/** Tells in the output pane what to do about the failed, held and refused jobs of an output, what its accounts wait for, and that a dry run was one. */
export function addOutputHints(n8n: IExecuteFunctions, json: Record<string, unknown>[], now = Date.now()): void {
	if (typeof n8n.addExecutionHints !== 'function') return;
	const hints = [...dryRunHint(json), ...refusalHints(json), ...nextActionHints(jobsIn(json), now), ...pacingHints(json.flatMap((one: unknown) => (isAccount(one) ? [one] : [])))];
	if (hints.length > 0) n8n.addExecutionHints(...hints);
}

/** What a dry run shows looks as if it had been done. */
export function dryRunHint(json: Record<string, unknown>[]): NodeExecutionHint[] {
	if (!json.some(({ dryRun }) => dryRun === true)) return [];
	return [{ type: 'info', location: 'outputPane', message: 'Dry run: this is what would be requeued. Nothing was changed.' }];
}

/** A line for each reason why jobs of an item about many were left as they were. */
export function refusalHints(json: Record<string, unknown>[]): NodeExecutionHint[] {
	const refusals = json.flatMap((one) => (Array.isArray(one['refusals']) ? one['refusals'] as ItemError[] : []));
	const codes = [...new Set(refusals.map(({ code }) => code))].map((code) => refusals.filter((refusal) => refusal.code === code));
	if (codes.length === 0) return [];
	const lines = codes.slice(0, LINES).map((same) => {
		const [{ code, message, hint }] = same as [ItemError];
		return `<b>${same.length === 1 ? 'One job was' : `${same.length} jobs were`} refused</b> (${code}). ${escaped([message, hint].filter(Boolean).join(' '))}`;
	});
	return [{ type: 'warning', location: 'outputPane', message: lines.join('<br>') }];
}

/** One hint with a line for each cause, those of most jobs first; none when nobody has to act. */
export function nextActionHints(jobs: JobView[], now: number): NodeExecutionHint[] {
	const causes = [...causesOf(jobs, now).values()].sort((a, b) => b.length - a.length);
	if (causes.length === 0) return [];
	const left = causes.slice(LINES), others = left.flat().length;
	const lines = [...causes.slice(0, LINES).map(lineOf), ...(left.length > 0 ? [`${others} more ${others === 1 ? 'job' : 'jobs'} for other reasons: <b>nextAction</b> of each item says what to do.`] : [])];
	return [{ type: 'warning', location: 'outputPane', message: lines.join('<br>') }];
}

/** One hint with a line for each account whose jobs are held or have no worker, then for those that are slowed. */
export function pacingHints(accounts: AccountView[]): NodeExecutionHint[] {
	const isStuck = ({ waiting, pacing: { state } }: AccountView) => waiting > 0 && (state === 'held' || state === 'not_served');
	// Each item that comes in gives all accounts.
	const all = [...new Map(accounts.map((one) => [one.account, one])).values()];
	const stuck = all.filter(isStuck), told = [...stuck, ...all.filter((one) => !isStuck(one) && one.pacing.slowed !== null)];
	if (told.length === 0) return [];
	const lines = told.slice(0, LINES).map((one) => `<b>${escaped(one.account)}</b>: ${escaped(isStuck(one) ? `${one.waiting} waiting. ${one.pacing.why}` : one.pacing.slowed!)}`);
	const left = told.length - lines.length;
	if (left > 0) lines.push(`${left} more ${left === 1 ? 'account' : 'accounts'}: <b>pacing.why</b> of each item says why.`);
	return [{ type: stuck.length > 0 ? 'warning' : 'info', location: 'outputPane', message: lines.join('<br>') }];
}

/** The job views in an output, one by one or in the list of an item about many. */
export function jobsIn(json: Record<string, unknown>[]): JobView[] {
	return json.flatMap((one) => (isJob(one) ? [one] : Array.isArray(one['jobs']) ? one['jobs'].filter(isJob) : []));
}

const isJob = (one: unknown): one is JobView => typeof one === 'object' && one !== null && 'nextAction' in one && 'attemptHistory' in one;

const isAccount = (one: unknown): one is AccountView => typeof one === 'object' && one !== null && 'pacing' in one && 'incidents' in one;

/** Jobs that wait for somebody, by what they wait for; what was resolved or snoozed is left alone. */
function causesOf(jobs: JobView[], now: number): Map<string, JobView[]> {
	const causes = new Map<string, JobView[]>();
	for (const job of jobs) {
		const cause = job.incident?.id ?? openCause(job, now);
		if (cause) causes.set(cause, [...(causes.get(cause) ?? []), job]);
	}
	return causes;
}

function openCause({ id, state, queue }: JobView, now: number): string | null {
	if (state !== 'failed' || !queue || Date.parse(queue.snoozedUntil ?? '') > now) return null;
	return queue.cause ?? id;
}

function lineOf(jobs: JobView[]): string {
	const [{ incident, queue, lastError, nextAction, fix }] = jobs as [JobView];
	const many = jobs.length === 1 ? 'One job' : `${jobs.length} jobs`;
	if (incident) return `<b>${many} ${jobs.length === 1 ? 'waits' : 'wait'}</b> (${escaped(incident.kind)}). ${escaped(nextAction)}`;
	const together = jobs.length > 1 && fix?.operation === 'requeue' && queue?.cause ? ` All at once: Pinterest Requeue, Requeue Many, with the cause <b>${escaped(queue.cause)}</b>.` : '';
	return `<b>${many} failed</b> (${escaped([lastError?.code, queue?.name].filter(Boolean).join(', '))}). ${escaped(nextAction)}${together}`;
}

/** Hints are shown as HTML. */
export const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
