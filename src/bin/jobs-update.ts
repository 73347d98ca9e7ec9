import type { Engine } from '../engine';
import type { JobView } from '../job/view';
import { count, jobText } from './job-text';
import { each, tellRefusals } from './jobs-handle';
import { aside, named, print } from './jobs-look';
import { usage, type Called } from './jobs-options';
import { actorOf, correctionOf } from './jobs-values';

/** Corrects or reschedules jobs that wait. */
export async function update(engine: Engine, { ids, values }: Called): Promise<void> {
	const correction = correctionOf(values, Date.now());
	if (Object.keys(correction).length === 0) throw usage('No correction is given.', 'For example: --scheduled-at 4h, or --title "Summer lamp".');
	await change(ids, values, 'corrected', (id) => engine.update(id, correction, actorOf(values)));
}

/** Takes back jobs that wait. */
export async function cancel(engine: Engine, { ids, values }: Called): Promise<void> {
	await change(ids, values, 'canceled', (id) => engine.cancel(id, actorOf(values)));
}

async function change(ids: string[], values: Called['values'], done: string, act: (id: string) => Promise<JobView>): Promise<void> {
	const { handled, refused } = await each(named(ids), act);
	for (const job of handled) print(job, values, jobText);
	tellRefusals(refused, values);
	aside(values, `${count(handled.length, 'job')} ${done}${refused.length > 0 ? `, ${refused.length} refused` : ''}.`);
}
