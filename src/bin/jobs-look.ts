import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../engine';
import type { FailureGroup } from '../job/failure-group';
import type { JobFilter } from '../store/contract';
import type { BulkProgress } from '../work/bulk-requeue';
import { groupText, jobText, progressText, wholeJobText } from './job-text';
import { usage, type Called } from './jobs-options';
import { filterOf, instantOf, numberOf, textOf } from './jobs-values';

const PAGE = 200;
const ASK_AGAIN_MS = 1000;

/** All that is known of these jobs. */
export async function get(engine: Engine, { ids, values }: Called): Promise<void> {
	for (const job of await Promise.all(named(ids).map((id) => engine.get(id)))) print(job, values, wholeJobText);
}

/** The jobs of a filter, page after page. */
export async function list(engine: Engine, { ids, values }: Called): Promise<void> {
	if (ids.length > 0) throw usage('list takes no ids.', 'Use get for jobs whose id you know.');
	const filter = awake(filterOf(values, Date.now()), values), most = numberOf(values, 'limit', 1) ?? 50;
	let shown = 0, cursor: string | null | undefined;
	do {
		const page = await engine.list({ ...filter, limit: Math.min(PAGE, most - shown), cursor: cursor ?? undefined });
		for (const job of page.jobs) print(job, values, jobText);
		shown += page.jobs.length;
		cursor = page.cursor;
	} while (cursor && shown < most);
	if (shown === 0) aside(values, 'None.');
	else if (cursor) aside(values, `There may be more: --limit ${most * 4} shows them.`);
}

/** Open failures by cause. */
export async function groups(engine: Engine, { values }: Called): Promise<void> {
	const since = textOf(values, 'since'), { queue, account, client, code } = filterOf(values, Date.now());
	const recentAfter = since === undefined ? undefined : instantOf(since, 'since', Date.now(), '-');
	const found = (await engine.failures.groups({ queue, account, client, code, recentAfter, awake: !values.snoozed })).filter(({ recent }) => recent !== 0);
	for (const group of found) print<FailureGroup>(group, values, groupText);
	if (found.length === 0) aside(values, 'None.');
}

/** How far a bulk requeue is; with --wait until all of its jobs have ended. */
export async function progress(engine: Engine, { ids: [id, ...others], values }: Called): Promise<void> {
	if (!id || others.length > 0) throw usage('progress takes one id.', 'Give the bulk_… that requeue printed.');
	await follow(engine, id, values);
}

/** Prints the progress of a bulk requeue: once, or with --wait whenever it has changed. */
export async function follow(engine: Engine, id: string, values: Called['values']): Promise<void> {
	let told = '';
	for (;;) {
		const now = await engine.failures.progress(id);
		if (progressText(now) !== told) print<BulkProgress>(now, values, progressText);
		told = progressText(now);
		if (now.done || !values.wait) return;
		await sleep(ASK_AGAIN_MS);
	}
}

/** Prints one thing: a JSON object on a line, or as a person reads it. */
export function print<T>(one: T, values: Called['values'], text: (one: T) => string): void {
	console.log(values.json ? JSON.stringify(one) : text(one));
}

/** What only a person reads. */
export function aside(values: Called['values'], text: string): void {
	if (!values.json) console.log(text);
}

/** The ids that were given; at least one. */
export function named(ids: string[]): string[] {
	if (ids.length === 0) throw usage('No job is named.', 'Give its id; it begins with pj_.');
	return ids;
}

/** Who asks for failures is not shown those that are to be left alone for now. */
function awake(filter: JobFilter, values: Called['values']): JobFilter {
	const { states, queue, cause, owner, failedBefore } = filter;
	const ofFailures = states?.join() === 'failed' || [queue, cause, owner, failedBefore].some((given) => given !== undefined);
	return ofFailures && !values.snoozed ? { ...filter, awakeAt: Date.now() } : filter;
}

