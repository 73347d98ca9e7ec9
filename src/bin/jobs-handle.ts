import type { Engine } from '../engine';
import { isEngineError, type EngineError } from '../errors';
import type { HandlingRequest } from '../job/handling';
import type { JobView } from '../job/view';
import { count, jobText, refusalLine } from './job-text';
import { aside, named, print } from './jobs-look';
import { usage, type Action, type Called } from './jobs-options';
import { actorOf, instantOf, textOf } from './jobs-values';

interface Handled {
	handled: JobView[];
	refused: { id: string; error: EngineError }[];
}

const DONE: Partial<Record<Action, string>> = { claim: 'claimed', release: 'released', note: 'noted', snooze: 'snoozed', resolve: 'resolved' };

/** Claims, releases, notes, snoozes or resolves failures: these, or all of a cause. */
export async function handle(engine: Engine, { action, ids, values }: Called): Promise<void> {
	const request = requestOf(action, values), actor = actorOf(values), cause = textOf(values, 'cause');
	if (cause !== undefined && ids.length > 0) throw usage('Both ids and a cause are given.', 'Give the ids of jobs, or --cause for all of a cause.');
	const answer = cause === undefined ? await each(named(ids), (id) => engine.failures.handle(id, request, actor)) : await engine.failures.handleMany({ cause }, request, actor);
	tellHandled(answer, values, 'failure', DONE[action]!);
}

/** The jobs as they stand now, what was refused, and how many there were of each. */
export function tellHandled({ handled, refused }: Handled, values: Called['values'], what: string, done: string): void {
	for (const job of handled) print(job, values, jobText);
	tellRefusals(refused, values);
	aside(values, `${count(handled.length, what)} ${done}${refused.length > 0 ? `, ${refused.length} refused` : ''}.`);
}

/** One after another; what one refuses harms no other. */
export async function each(ids: string[], act: (id: string) => Promise<JobView>): Promise<Handled> {
	const handled: JobView[] = [], refused: Handled['refused'] = [];
	for (const id of ids) {
		try {
			handled.push(await act(id));
		} catch (error) {
			if (!isEngineError(error) || error.code === 'redis_unavailable') throw error;
			refused.push({ id, error });
		}
	}
	return { handled, refused };
}

/** Names what was refused, and ends the command with 1. */
export function tellRefusals(refused: Handled['refused'], values: Called['values']): void {
	for (const { id, error: { code, message, hint } } of refused) {
		if (values.json) console.log(JSON.stringify({ id, error: { code, message, hint } }));
		else console.error(refusalLine(id, { code, message, hint }));
	}
	if (refused.length > 0) process.exitCode = 1;
}

function requestOf(action: Action, values: Called['values']): HandlingRequest {
	switch (action) {
		case 'claim': return { what: 'claim', owner: textOf(values, 'for') ?? null, takeOver: values['take-over'] === true };
		case 'release': return { what: 'release' };
		case 'snooze': return { what: 'snooze', until: instantOf(needed(values, 'until', '4h'), 'until', Date.now()), note: textOf(values, 'note') ?? null };
		case 'resolve': return { what: 'resolve', note: textOf(values, 'note') ?? null };
		default: return { what: 'note', note: needed(values, 'note', '"Asked Acme for a larger image"') };
	}
}

function needed(values: Called['values'], name: string, example: string): string {
	const text = textOf(values, name);
	if (text === undefined) throw usage(`--${name} is missing.`, `For example: --${name} ${example}.`);
	return text;
}
