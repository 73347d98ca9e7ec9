import { EngineError } from '../errors';
import { APP, type HoldKind, type Incident } from '../job/hold';
import type { Actor } from '../job/corrections';

interface Parts {
	/** The name under which everything of the account is kept. */
	firstName(account: string): Promise<string>;
	holds: {
		list(account: string): Promise<Incident[]>;
		release(account: string, kinds: readonly HoldKind[] | null, by: string | null): Promise<Incident[]>;
	};
	/** The jobs that met these holds are due now. */
	goOnAfter(released: Incident[]): Promise<void>;
	/** Asks the account's workers to read its token and boards now. */
	askForCheck(account: string): Promise<void>;
}

/** What makes accounts and the app wait, as people deal with it. */
export class Pacing {
	constructor(private readonly parts: Parts) {}

	/** Ends a hold of an account (or of `@app`) by hand; all of them when no kind is named. `hold_not_found`. */
	async release(account: string, kind: HoldKind | null, actor: Actor): Promise<Incident[]> {
		const released = await this.parts.holds.release(await this.parts.firstName(account), kind ? [kind] : null, actor.by ?? null);
		if (released.length > 0) {
			await this.parts.goOnAfter(released);
			return released;
		}
		throw new EngineError('hold_not_found', { message: `${account === APP ? 'The app' : account} is not held${kind ? ` by ${kind}` : ''}.`, hint: 'Hold → Get Many lists what is held.' });
	}

	/** Asks the account's workers to check its token now: a read, never a POST. Answers what is held at this moment. */
	async check(account: string): Promise<Incident[]> {
		const name = await this.parts.firstName(account);
		await this.parts.askForCheck(name);
		return this.parts.holds.list(name);
	}
}
