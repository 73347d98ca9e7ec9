import type { Engine } from '../engine';
import { each, tellHandled } from './jobs-handle';
import { named } from './jobs-look';
import { usage, type Called } from './jobs-options';
import { actorOf, correctionOf } from './jobs-values';

/** Corrects or reschedules jobs that wait. */
export async function update(engine: Engine, { ids, values }: Called): Promise<void> {
	const correction = correctionOf(values, Date.now());
	if (Object.keys(correction).length === 0) throw usage('No correction is given.', 'For example: --scheduled-at 4h, or --title "Summer lamp".');
	tellHandled(await each(named(ids), (id) => engine.update(id, correction, actorOf(values))), values, 'job', 'corrected');
}

/** Takes back jobs that wait. */
export async function cancel(engine: Engine, { ids, values }: Called): Promise<void> {
	tellHandled(await each(named(ids), (id) => engine.cancel(id, actorOf(values))), values, 'job', 'canceled');
}
