import type { HoldKind, HoldRequest, Incident } from '../job/hold';
import type { Namespace } from './namespace';

/** Stops of accounts and of the app. Opening and ending each write one event; prolonging writes none. */
export class HoldStore {
	constructor(private readonly namespace: Namespace) {}

	/** Opens the hold, or prolongs the one of this kind that stands. `eventId` is null when it stood already. */
	async open(_request: HoldRequest): Promise<{ incident: Incident; eventId: string | null }> { throw new Error('soon'); }

	/** Ends these kinds of hold, or all of them; answers those that stood. */
	async release(_account: string, _kinds?: readonly HoldKind[] | null, _by?: string | null): Promise<Incident[]> { throw new Error('soon'); }

	/** Ends the holds whose time is over; for the sweeper. */
	async releaseExpired(): Promise<Incident[]> { throw new Error('soon'); }

	async list(_account?: string): Promise<Incident[]> { throw new Error('soon'); }

	async kinds(_account: string): Promise<HoldKind[]> { throw new Error('soon'); }

	/** Opens `no_worker` for accounts whose jobs wait and that nobody served for `staleMs`; answers those newly opened. */
	async openForMissingWorkers(_staleMs: number): Promise<{ incident: Incident; eventId: string; at: number }[]> { throw new Error('soon'); }
}
