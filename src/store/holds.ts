import { APP, clientOf, HOLD_KINDS, type HoldKind, type HoldRequest, type Incident } from '../job/hold';
import { holdFields, incidentOf } from './codec';
import type { Namespace } from './namespace';
import { batch } from './records';

const NO_WORKER = {
	code: 'no_worker',
	message: 'No worker publishes for this account. Publish a workflow with Pinterest Publish Worker and this account name.',
};

/** Stops of accounts, of clients and of the app. Opening and ending each write one event; prolonging writes none. */
export class HoldStore {
	constructor(private readonly namespace: Namespace) {}

	/** Opens the hold, or prolongs the one of this kind that stands. `eventId` is null when it stood already. */
	async open(request: HoldRequest): Promise<{ incident: Incident; eventId: string | null }> {
		const [incident, eventId] = await this.namespace.run<[string, string]>('open-hold', [JSON.stringify(holdFields(request))]);
		return { incident: incidentOf(incident), eventId: eventId || null };
	}

	/** Ends these kinds of hold, or all of them; answers those that stood. */
	async release(account: string, kinds: readonly HoldKind[] | null = null, by: string | null = null): Promise<Incident[]> {
		if (kinds?.length === 0) return [];
		const ended = await this.namespace.run<string[]>('release-holds', [account, by ?? '', ...(kinds ?? [])]);
		return ended.map(incidentOf);
	}

	/** Ends the holds whose time is over; for the sweeper. */
	async releaseExpired(): Promise<Incident[]> {
		return (await this.namespace.run<string[]>('release-expired', [])).map(incidentOf);
	}

	/** The holds that stand, of one account or of all, the longest first, with the jobs that wait under each now. */
	async list(account?: string): Promise<Incident[]> {
		const subjects = account === undefined ? await this.heldSubjects() : [account];
		const stored = await this.namespace.read((client) => batch(client, subjects.map((subject) => ['hvals', this.namespace.key('holds', subject)]))) as string[][];
		const clients = await this.accountsOf(subjects.flatMap((subject) => clientOf(subject) ?? []));
		const held = subjects.map((subject) => clients.get(clientOf(subject) ?? '') ?? [subject]);
		const waiting = await this.waiting(held.flat());
		return subjects.flatMap((subject, i) => (stored[i] as string[]).map((json): Incident => ({
			...incidentOf(json), ...(clientOf(subject) !== null && { accounts: held[i] }), waiting: held[i]!.reduce((sum, name) => sum + waiting.get(name)!, 0),
		}))).sort((a, b) => a.since - b.since);
	}

	async kinds(account: string): Promise<HoldKind[]> {
		const kinds = await this.namespace.read((client) => client.hkeys(this.namespace.key('holds', account)));
		return HOLD_KINDS.filter((kind) => kinds.includes(kind));
	}

	/** The kinds of hold that stand now, by account; one call, however many accounts there are. */
	async standing(): Promise<Map<string, HoldKind[]>> {
		const standing = new Map<string, HoldKind[]>();
		for (const member of await this.members()) {
			const at = member.indexOf(':'), account = member.slice(at + 1);
			standing.set(account, [...standing.get(account) ?? [], member.slice(0, at) as HoldKind]);
		}
		return standing;
	}

	/** Opens `no_worker` for accounts whose jobs wait and that nobody served for `staleMs`; answers all that stand, each with its event. */
	async openForMissingWorkers(staleMs: number): Promise<{ incident: Incident; eventId: string; at: number }[]> {
		const opened = await this.namespace.run<[string, string][]>('watch-workers', [staleMs, NO_WORKER.code, NO_WORKER.message]);
		return opened.map(([json, eventId]) => {
			const incident = incidentOf(json);
			return { incident, eventId, at: incident.since };
		});
	}

	private async heldSubjects(): Promise<string[]> {
		return [...new Set((await this.members()).map((member) => member.slice(member.indexOf(':') + 1)))];
	}

	private members(): Promise<string[]> {
		return this.namespace.read((client) => client.zrange(this.namespace.key('holds'), 0, -1));
	}

	/** The accounts that carry these labels now. */
	private async accountsOf(clients: string[]): Promise<Map<string, string[]>> {
		const found = new Map<string, string[]>(clients.map((client) => [client, []]));
		if (clients.length === 0) return found;
		const [names, renames] = await this.namespace.read((client) => batch(client, [
			['zrange', this.namespace.key('accounts'), 0, -1], ['hgetall', this.namespace.key('renames')],
		])) as [string[], Record<string, string>];
		const labels = await this.namespace.read((client) => batch(client, names.map((name) => ['hget', this.namespace.key('account', name), 'client'])));
		for (const [i, name] of names.entries()) if (!(name in renames)) found.get(labels[i] as string)?.push(name);
		return found;
	}

	/** Jobs that wait now, by account; of the app all of them. */
	private async waiting(accounts: string[]): Promise<Map<string, number>> {
		const counts = await this.namespace.read((client) => batch(client, accounts.flatMap((account) => (account === APP
			? [['zcard', this.namespace.key('state', 'queued')], ['zcard', this.namespace.key('state', 'retry_scheduled')]]
			: [['hget', this.namespace.key('counts', account), 'queued'], ['hget', this.namespace.key('counts', account), 'retry_scheduled']]))));
		return new Map(accounts.map((account, i) => [account, Number(counts[2 * i]) + Number(counts[2 * i + 1])]));
	}
}
