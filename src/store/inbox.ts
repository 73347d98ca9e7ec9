import type { Namespace } from './namespace';

/** Event ids a receiver has taken, so that each starts one execution. */
export class Inbox {
	constructor(private readonly namespace: Namespace, private readonly limits: { claimMs?: number; doneMs?: number } = {}) {}

	/** `claimed` for a minute; `busy` when another receiver holds it; `done` when it was taken within 7 days. */
	async claim(_inbox: string, _eventId: string): Promise<{ kind: 'claimed'; token: string } | { kind: 'busy' } | { kind: 'done' }> { throw new Error('soon'); }
	/** The event is taken; false when the claim had run out and is another's. */
	async confirm(_inbox: string, _eventId: string, _token: string): Promise<boolean> { throw new Error('soon'); }
	/** The event was not taken: the next delivery may. */
	async release(_inbox: string, _eventId: string, _token: string): Promise<boolean> { throw new Error('soon'); }
}
