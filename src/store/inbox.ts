import type { Namespace } from './namespace';

const CLAIM_MS = 60_000;
const DONE_MS = 7 * 24 * 3600 * 1000;

/** Event ids a receiver has taken, so that each starts one execution. */
export class Inbox {
	constructor(private readonly namespace: Namespace, private readonly limits: { claimMs?: number; doneMs?: number } = {}) {}

	/** `claimed` for a minute; `busy` when another receiver holds it; `done` when it was taken within 7 days. */
	async claim(inbox: string, eventId: string): Promise<{ kind: 'claimed'; token: string } | { kind: 'busy' } | { kind: 'done' }> {
		const args = [inbox, eventId, this.claimMs];
		const [kind, token] = await this.namespace.run<['claimed' | 'busy' | 'done', string]>('claim-inbox', args);
		return kind === 'claimed' ? { kind, token } : { kind };
	}

	/** The claim stands for another minute; false when it is another's. To be called well before it runs out. */
	async extend(inbox: string, eventId: string, token: string): Promise<boolean> {
		const [extended] = await this.namespace.run<number[]>('extend-inbox', [inbox, eventId, token, this.claimMs]);
		return extended === 1;
	}

	/** How long a claim stands, ms. */
	get claimMs(): number {
		return this.limits.claimMs ?? CLAIM_MS;
	}

	/** The event is taken; false when the claim had run out and is another's. */
	async confirm(inbox: string, eventId: string, token: string): Promise<boolean> {
		return this.settle(inbox, eventId, token, this.limits.doneMs ?? DONE_MS);
	}

	/** The event was not taken: the next delivery may. */
	async release(inbox: string, eventId: string, token: string): Promise<boolean> {
		return this.settle(inbox, eventId, token, '');
	}

	private async settle(inbox: string, eventId: string, token: string, doneMs: number | ''): Promise<boolean> {
		const [settled] = await this.namespace.run<number[]>('settle-inbox', [inbox, eventId, token, doneMs]);
		return settled === 1;
	}
}
