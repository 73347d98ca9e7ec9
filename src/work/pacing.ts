import { EngineError } from '../errors';
import type { Actor } from '../job/corrections';
import { APP, clientOf, holds, nameOf, subjectOf, type HoldKind, type HoldRequest, type Incident, type Pausable } from '../job/hold';
import { pauseOf, type PauseOptions } from '../job/pause';
import type { World } from './contract';

interface Parts {
	/** The name under which everything of the account is kept. */
	firstName(account: string): Promise<string>;
	/** Every account a worker reported or a job names, with the label its Worker gives it. */
	accounts(): Promise<{ account: string; client: string | null }[]>;
	holds: {
		list(account?: string): Promise<Incident[]>;
		open(hold: HoldRequest): Promise<{ incident: Incident }>;
		release(account: string, kinds: readonly HoldKind[] | null, by: string | null): Promise<Incident[]>;
	};
	/** The jobs that met these holds are due now. */
	goOnAfter(released: Incident[]): Promise<void>;
	/** Asks the account's workers to read its token and boards now. */
	askForCheck(account: string): Promise<void>;
	world: World;
}

/** What makes accounts and the app wait, as people deal with it. */
export class Pacing {
	constructor(private readonly parts: Parts) {}

	/**
	 * Publishes nothing new for an account, for the accounts whose Worker carries a client's label, or at all; what has its permit
	 * to send is finished, and Pins in doubt are still looked for. Paused again, the last word counts. `invalid_request`.
	 */
	async pause(paused: Pausable, options: PauseOptions, actor: Actor): Promise<Incident> {
		const subject = await this.known(paused);
		return (await this.parts.holds.open(pauseOf(subject, options, actor.by ?? null, this.parts.world.now()))).incident;
	}

	/** Ends a pause; all other holds stay. `hold_not_found`, naming the wider pause under which it still waits. */
	async resume(paused: Pausable, actor: Actor): Promise<Incident> {
		const subject = await this.first(paused);
		const [ended] = await this.parts.holds.release(subject, ['paused'], actor.by ?? null);
		return ended ?? await this.notPaused(subject);
	}

	/** Ends a hold of an account, a client or the app by hand; all of them when no kind is named. `hold_not_found`. */
	async release(account: string, kind: HoldKind | null, actor: Actor): Promise<Incident[]> {
		const released = await this.parts.holds.release(await this.parts.firstName(account), kind ? [kind] : null, actor.by ?? null);
		if (released.length > 0) {
			await this.parts.goOnAfter(released);
			return released;
		}
		throw new EngineError('hold_not_found', { message: `${account === APP ? 'The app' : account} is not held${kind ? ` by ${kind}` : ''}.`, hint: 'Hold → Get Many lists what is held.' });
	}

	/** Asks the workers of the account (of each account of a client or the app) to check its token now: a read, never a POST. Answers what is held at this moment. */
	async check(account: string): Promise<Incident[]> {
		const name = await this.parts.firstName(account);
		for (const one of await this.accountsOf(name)) await this.parts.askForCheck(one);
		return this.parts.holds.list(name);
	}

	/** The accounts that a hold under this name stops. */
	private async accountsOf(subject: string): Promise<string[]> {
		const client = clientOf(subject);
		if (client === null && subject !== APP) return [subject];
		return (await this.parts.accounts()).filter((one) => client === null || one.client === client).map(({ account }) => account);
	}

	private async first(paused: Pausable): Promise<string> {
		return 'account' in paused ? this.parts.firstName(paused.account) : subjectOf(paused);
	}

	/** A name that nobody has would be paused without any effect, and nobody would notice. */
	private async known(paused: Pausable): Promise<string> {
		const subject = await this.first(paused);
		if (subject === APP) return subject;
		const client = clientOf(subject);
		const names = [...new Set((await this.parts.accounts()).map((one) => (client === null ? one.account : one.client)).filter((name) => name !== null))];
		if (names.includes(client ?? subject)) return subject;
		const field = client === null ? 'account' : 'client', known = names.length > 0 ? ` Known are ${names.slice(0, 10).join(', ')}${names.length > 10 ? ' …' : ''}.` : '';
		const message = client === null ? `No worker has reported an account “${subject}”, and no job names it.` : `No account carries the client label “${client}”.`;
		throw new EngineError('invalid_request', { field, message, hint: `${client === null ? 'Choose an account from the list.' : 'Give the Client Label of a Worker node.'}${known}` });
	}

	private async notPaused(subject: string): Promise<never> {
		const wider = (await this.parts.holds.list()).find((incident) => incident.kind === 'paused' && incident.account !== subject && holds(incident, subject));
		throw new EngineError('hold_not_found', {
			message: subject === APP ? 'Not everything is paused.' : `${nameOf(subject)} is not paused.`,
			hint: wider ? `It waits since ${wider.message} Resume that.` : 'Hold → Get Many lists what is held; Release ends what is no pause.',
		});
	}
}
