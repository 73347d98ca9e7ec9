import type { Engine } from '../engine';
import type { Incident, Pausable } from '../job/hold';
import { accountsText, accountText, heldText } from './account-text';
import { aside, print } from './jobs-look';
import { usage, type Called } from './jobs-options';
import { actorOf, instantOf, textOf } from './jobs-values';

/** Each account: who serves it, how it is paced, when its next Pin may go out and why not before. */
export async function accounts(engine: Engine, { ids, values }: Called): Promise<void> {
	noIds(ids, 'accounts');
	const account = textOf(values, 'account'), client = textOf(values, 'client');
	const found = (await engine.accounts()).filter((one) => (account === undefined || [one.account, ...one.aliases].includes(account)) && (client === undefined || one.client === client));
	for (const one of found) print(one, values, accountText);
	aside(values, found.length === 0 ? 'None.' : accountsText(found));
}

/** Publishes nothing new for an account, a client or at all. */
export async function pause(engine: Engine, { ids, values }: Called): Promise<void> {
	noIds(ids, 'pause');
	const until = textOf(values, 'until');
	const options = { until: until === undefined ? null : instantOf(until, 'until', Date.now()), reason: textOf(values, 'reason') ?? null };
	print<Incident>(await engine.pacing.pause(pausableOf(values), options, actorOf(values)), values, heldText);
}

/** Ends a pause. */
export async function resume(engine: Engine, { ids, values }: Called): Promise<void> {
	noIds(ids, 'resume');
	const ended = await engine.pacing.resume(pausableOf(values), actorOf(values));
	print<Incident>(ended, values, ({ message }) => `Resumed. Ended: ${message}`);
}

function pausableOf(values: Called['values']): Pausable {
	const account = textOf(values, 'account'), client = textOf(values, 'client'), { everything } = values;
	const given = [account, client, everything].filter((one) => one !== undefined).length;
	if (given !== 1) throw usage(given === 0 ? 'It is not said what.' : 'More than one thing is named.', 'Give --account NAME, --client LABEL or --everything.');
	return account !== undefined ? { account } : client !== undefined ? { client } : { everything: true };
}

function noIds(ids: string[], action: string): void {
	if (ids.length > 0) throw usage(`${action} takes no ids.`, 'Name an account with --account.');
}
