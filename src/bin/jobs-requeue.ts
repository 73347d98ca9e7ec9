import type { Engine } from '../engine';
import { pinIdIn } from '../job/pin-id';
import type { BulkAnswer, Chosen, SoFar } from '../work/bulk-requeue';
import type { Verdict } from '../work/desk';
import { count, jobText } from './job-text';
import { tellRefusals } from './jobs-handle';
import { aside, follow, named, print } from './jobs-look';
import { usage, type Called } from './jobs-options';
import { actorOf, correctionOf, filterOf, numberOf, textOf } from './jobs-values';

const MOST = 500;

/** Puts failed jobs back under their keys: these, or all of a filter. */
export async function requeue(engine: Engine, { ids, values }: Called): Promise<void> {
	const chosen = chosenBy(ids, values), limit = limitOf(chosen, values), dryRun = values['dry-run'] === true;
	const answer = await engine.failures.requeueMany(chosen, correctionOf(values, Date.now()), actorOf(values), {
		dryRun, check: values['no-check'] !== true, limit, told: (soFar) => tell(soFar, values, dryRun),
	});
	for (const job of answer.requeued) print(job, values, jobText);
	tellRefusals(answer.refused, values);
	// What a script needs to ask for the progress; the jobs stand on the lines before.
	if (values.json) console.log(JSON.stringify({ bulk: answer.bulk, dryRun, requeued: answer.requeued.length, refused: answer.refused.length }));
	aside(values, endOf(answer, { dryRun, full: 'filter' in chosen && answer.requeued.length + answer.refused.length >= limit }));
	if (values.wait && answer.bulk) await follow(engine, answer.bulk, values);
}

/** What a person saw of a job whose outcome is unknown. */
export async function resolveUnknown(engine: Engine, { ids, values }: Called): Promise<void> {
	const [id, ...others] = named(ids);
	if (others.length > 0) throw usage('A verdict is of one job.', 'Look at each on its board, and give each its verdict.');
	print(await engine.resolveUnknown(id!, verdictOf(values), actorOf(values)), values, jobText);
}

function chosenBy(ids: string[], values: Called['values']): Chosen {
	const filter = filterOf(values, Date.now()), filters = Object.keys(filter).length;
	if (ids.length > 0 && filters > 0) throw usage('Both ids and a filter are given.', 'Give the ids of jobs, or a filter.');
	if (ids.length > 0) return { ids };
	if (filters === 0) throw usage('No job is named.', 'Give ids, or a filter, for example --cause or --code; --dry-run shows what it would do.');
	return { filter };
}

function limitOf(chosen: Chosen, values: Called['values']): number {
	return numberOf(values, 'limit', 1) ?? ('ids' in chosen ? chosen.ids.length : MOST);
}

/** On the other channel, so that what is printed stays one thing a line. */
function tell({ total, requeued, refused }: SoFar, values: Called['values'], dryRun: boolean): void {
	if (total > 1 && !values.json) console.error(`${requeued + refused} of ${total} ${dryRun ? 'checked' : 'put back'}${refused > 0 ? `, ${refused} of them refused` : ''}`);
}

function endOf({ bulk, requeued, refused }: BulkAnswer, { dryRun, full }: { dryRun: boolean; full: boolean }): string {
	const found = requeued.length + refused.length;
	if (found === 0) return 'None.';
	return [
		`${count(requeued.length, 'job')} ${dryRun ? 'would be put back; nothing was changed' : 'put back'}${refused.length > 0 ? `; ${refused.length} refused` : ''}.`,
		...(full ? [`That is the limit of ${found}: there may be more.`] : []),
		...(bulk ? [`How far they are: pinterest-jobs jobs progress ${bulk}`] : []),
	].join('\n');
}

function verdictOf(values: Called['values']): Verdict {
	const given = (['published', 'absent', 'abandon'] as const).filter((name) => values[name] !== undefined);
	const [verdict] = given;
	if (!verdict || given.length > 1) throw usage(verdict ? 'Several verdicts are given.' : 'No verdict is given.', 'Look at the board, then give --published PIN, --absent or --abandon.');
	if (verdict !== 'published') return { verdict };
	const pin = textOf(values, 'published')!, pinId = pinIdIn(pin);
	if (!pinId) throw usage(`"${pin}" is neither the id nor the address of a Pin.`, 'Open the Pin and copy its address: https://www.pinterest.com/pin/ and a number.');
	return { verdict, pinId };
}
