import { batch } from './records';
import type { Namespace } from './namespace';

/** A board as a worker reported it (the shape of src/publish). */
export interface ReportedBoard {
	id: string;
	name: string;
	privacy: string | null;
	sections: { id: string; name: string }[];
}

/** How an account is paced, as its worker said; `concurrent` is also the running cap of `claim`. */
export interface ReportedPace {
	writesPerMinute: number;
	burst: number;
	writesPerDay: number | null;
	pinsPerDay?: number | null;
	concurrent: number;
}

export interface AccountRecord {
	/** The name it was bound under first. */
	account: string;
	/** Its further names, since it was renamed. */
	aliases: string[];
	client: string | null;
	pinterestUserId: string | null;
	username: string | null;
	/** When a worker that holds its token was last heard of. */
	lastServedAt: number | null;
	boards: ReportedBoard[];
	boardsAt: number | null;
	pace: ReportedPace | null;
	/** What is known of its limits, as `learn` was told. */
	limits: object;
	/** Of a job in doubt that was proven absent, a person decides: a worker said so within the last minutes. */
	neverResend: boolean;
}

export interface WorkerRecord {
	id: string;
	host: string;
	accounts: number;
	lastSeenAt: number;
	/** How far the store's clock is ahead of Pinterest's by this worker's latest answer, ms; null when it has none. */
	skewMs: number | null;
	/** How it paces the whole app; null when it does not, absent of a worker that does not tell. */
	appPace?: ReportedPace | null;
}

/** A worker that was silent for so long registers anew before it sends; real time, as what disks and processes take. */
const SILENT_MS = 90_000;
/** Accounts that one call of a worker names: with thousands it would hold up Redis. */
const MOST_AT_ONCE = 100;
/** A worker that was silent for this long is forgotten. */
const FORGET_WORKER_MS = 3600 * 1000;

/** What the workers reported of the accounts they serve, and of themselves. */
export class AccountStore {
	constructor(private readonly namespace: Namespace) {}

	/** Binds the name to a Pinterest user. Answers the user's first name, this one or another; null when the name is another user's. */
	async bind(account: string, user: { id: string; username: string }, client: string | null): Promise<string | null> {
		const [first] = await this.namespace.run<string[]>('bind-account', [account, user.id, user.username, client ?? '']);
		return first || null;
	}

	/** The name under which everything of the account is kept. */
	async firstName(account: string): Promise<string> {
		return await this.namespace.read((client) => client.hget(this.namespace.key('renames'), account)) ?? account;
	}

	/** A filter, a correction or a subscription that names accounts by further names, with their first ones. */
	async named<T extends { account?: string; accounts?: string[] }>(given: T): Promise<T> {
		if (given.account === undefined && !given.accounts) return given;
		const renames = await this.renames();
		const first = (account: string): string => renames.get(account) ?? account;
		return {
			...given,
			...(given.account !== undefined && { account: first(given.account) }),
			...(given.accounts && { accounts: given.accounts.map(first) }),
		};
	}

	/** Further name → first name. */
	async renames(): Promise<Map<string, string>> {
		return new Map(Object.entries(await this.namespace.read((client) => client.hgetall(this.namespace.key('renames')))));
	}

	/** `whole`: the sections of all of them were read anew. */
	async saveBoards(account: string, boards: ReportedBoard[], whole = true): Promise<void> {
		await this.namespace.run('save-boards', [account, JSON.stringify(boards), whole ? 1 : 0]);
	}

	/** The boards as any worker saved them last, and when the account was used: now while a job waits or runs, else as its last one came in. */
	async boardList(account: string): Promise<{ boards: ReportedBoard[]; boardsAt: number | null; sectionsAt: number | null; usedAt: number | null }> {
		const { namespace } = this;
		const [[boards, boardsAt, sectionsAt], counts, newest] = await namespace.read((client) => batch(client, [
			['hmget', namespace.key('account', account), 'boards', 'boardsAt', 'sectionsAt'],
			['hmget', namespace.key('counts', account), 'queued', 'running', 'retry_scheduled'],
			['zrange', namespace.key('jobs', account), 0, 0, 'REV', 'WITHSCORES'],
		])) as [(string | null)[], (string | null)[], string[]];
		const isUsed = counts.some((count) => Number(count ?? 0) > 0);
		return {
			boards: boardsOf(boards), boardsAt: boardsAt ? Number(boardsAt) : null, sectionsAt: sectionsAt ? Number(sectionsAt) : null,
			usedAt: isUsed ? namespace.now() : newest[1] ? Number(newest[1]) : null,
		};
	}

	/** What is known of the account's limits, as `learn` was told; nothing is an empty object. */
	async recall<T extends object>(account: string): Promise<Partial<T>> {
		const limits = await this.namespace.read((client) => client.hget(this.namespace.key('account', account), 'limits'));
		return limits ? JSON.parse(limits) as T : {};
	}

	async learn(account: string, limits: object): Promise<void> {
		await this.namespace.run('learn', [account, JSON.stringify(limits)]);
	}

	/** A call that had its permit was refused by a limit; answers when the account's other permits of the last minute were given. */
	async refused(account: string): Promise<number[]> {
		return this.namespace.run<number[]>('refused-send', [account]);
	}

	/** A worker lives and serves these accounts: ends their `no_worker` holds. */
	async beat(worker: { id: string; host: string }, accounts: { account: string; client: string | null; pace: ReportedPace }[]): Promise<void> {
		for (const some of parted(accounts)) {
			const served = some.flatMap(({ account, client, pace }) => [account, client ?? '', JSON.stringify(pace), pace.concurrent]);
			await this.namespace.run('beat', [worker.id, worker.host, FORGET_WORKER_MS, SILENT_MS, accounts.length, ...served]);
		}
	}

	/** What a worker adds to its beat. That an account never sends again holds for `forMs`, whatever other workers say of it. */
	async note(workerId: string, { skewMs, neverResend, forMs, appPace = null }: { skewMs: number | null; neverResend: string[]; forMs: number; appPace?: ReportedPace | null }): Promise<void> {
		for (const some of parted(neverResend)) await this.namespace.run('worker-notes', [workerId, skewMs ?? '', Math.round(forMs), appPace ? JSON.stringify(appPace) : '', ...some]);
	}

	/** The worker stops: it is no longer counted; its accounts stay served until their last beat is stale. */
	async retire(workerId: string): Promise<void> {
		await this.namespace.run('retire', [workerId]);
	}

	/** Asks the account's workers to check its token now. */
	async askForCheck(account: string): Promise<void> {
		await this.namespace.run('ask-check', [account]);
	}

	/** Takes the checks that were asked for these accounts; each request is answered to one worker. */
	async checksAsked(accounts: string[]): Promise<string[]> {
		// Mostly nobody asks, and a worker may serve thousands.
		const asked = new Set(await this.namespace.read((client) => client.smembers(this.namespace.key('checks'))));
		if (asked.size === 0) return [];
		const renames = await this.renames();
		const wanted = accounts.filter((account) => asked.has(renames.get(account) ?? account));
		return wanted.length === 0 ? [] : this.namespace.run('take-checks', wanted);
	}

	async get(account: string): Promise<AccountRecord | null> {
		const [served, fields] = await this.namespace.read((client) => batch(client, [
			['zscore', this.namespace.key('accounts'), account], ['hgetall', this.namespace.key('account', account)],
		])) as [string | null, Record<string, string>];
		return served === null ? null : recordOf(account, served, fields, { aliases: aliasesIn(await this.renames()), now: this.namespace.now() });
	}

	/** When a worker was last heard of that publishes for each of these, under their first names; null when none ever was. */
	async lastServedAt(accounts: string[]): Promise<(number | null)[]> {
		if (accounts.length === 0) return [];
		const served = await this.namespace.read((client) => batch(client, accounts.map((account) => ['zscore', this.namespace.key('accounts'), account])));
		return served.map((at) => Number(at) || null);
	}

	/** What the workers reported of an account's boards, under its first name; null for an account nobody named. */
	async reported(account: string): Promise<Pick<AccountRecord, 'lastServedAt' | 'boards' | 'boardsAt'> | null> {
		const { namespace } = this;
		const [served, [boards, boardsAt]] = await namespace.read((client) => batch(client, [
			['zscore', namespace.key('accounts'), account], ['hmget', namespace.key('account', account), 'boards', 'boardsAt'],
		])) as [string | null, (string | null)[]];
		return served === null ? null : { lastServedAt: Number(served) || null, boards: boardsOf(boards), boardsAt: boardsAt ? Number(boardsAt) : null };
	}

	/** The accounts whose worker found this board. */
	async ownersOf(boardId: string): Promise<string[]> {
		const accounts = (await this.names()).map(({ account }) => account);
		const boards = await this.boardsOf(accounts);
		return accounts.filter((_, i) => boards[i]!.some(({ id }) => id === boardId));
	}

	/** The names and client of every account a worker reported or a job names, by label. */
	async names(): Promise<Pick<AccountRecord, 'account' | 'aliases' | 'client'>[]> {
		const labels = await this.namespace.read((client) => client.zrange(this.namespace.key('accounts'), 0, -1));
		const renames = await this.renames(), aliases = aliasesIn(renames);
		const clients = await this.namespace.read((client) => batch(client, labels.map((label) => ['hget', this.namespace.key('account', label), 'client']))) as (string | null)[];
		return labels
			.map((account, i) => ({ account, aliases: aliases.get(account) ?? [], client: clients[i] || null }))
			.filter(({ account }) => !renames.has(account))
			.sort((a, b) => a.account.localeCompare(b.account));
	}

	/** What was reported last of the boards of each of these, under their first names. */
	async boardsOf(accounts: string[]): Promise<ReportedBoard[][]> {
		return (await this.namespace.read((client) => batch(client, accounts.map((account) => ['hget', this.namespace.key('account', account), 'boards'])))).map((kept) => boardsOf(kept as string | null));
	}

	/** Every account a worker reported or a job names, by label. */
	async list(): Promise<AccountRecord[]> {
		const flat = await this.namespace.read((client) => client.zrange(this.namespace.key('accounts'), 0, -1, 'WITHSCORES'));
		const labels = flat.filter((_, i) => i % 2 === 0);
		const renames = await this.renames();
		const fields = await this.namespace.read((client) => batch(client, labels.map((label) => ['hgetall', this.namespace.key('account', label)])));
		const known = { aliases: aliasesIn(renames), now: this.namespace.now() };
		return labels
			.map((label, i) => recordOf(label, flat[2 * i + 1] as string, fields[i] as Record<string, string>, known))
			// A name that is on its way to its first one is no account of its own.
			.filter(({ account }) => !renames.has(account))
			.sort((a, b) => a.account.localeCompare(b.account));
	}

	/** Workers heard of in the last hour, the latest first. */
	async workers(): Promise<WorkerRecord[]> {
		const since = this.namespace.now() - FORGET_WORKER_MS;
		const flat = await this.namespace.read((client) => client.zrevrangebyscore(this.namespace.key('workers'), '+inf', since, 'WITHSCORES'));
		const ids = flat.filter((_, i) => i % 2 === 0);
		const fields = await this.namespace.read((client) => batch(client, ids.map((id) => ['hgetall', this.namespace.key('worker', id)])));
		return ids.map((id, i) => {
			const { host = '', accounts = '0', skew, appPace } = fields[i] as Record<string, string>;
			return { id, host, accounts: Number(accounts), lastSeenAt: Number(flat[2 * i + 1]), skewMs: skew ? Number(skew) : null, ...(appPace !== undefined && { appPace: appPace ? JSON.parse(appPace) as ReportedPace : null }) };
		});
	}
}

/** In calls of a bearable size; one without any when there are none. */
function parted<T>(all: T[]): T[][] {
	return Array.from({ length: Math.max(1, Math.ceil(all.length / MOST_AT_ONCE)) }, (_, i) => all.slice(i * MOST_AT_ONCE, (i + 1) * MOST_AT_ONCE));
}

/** First name → further names. */
function aliasesIn(renames: Map<string, string>): Map<string, string[]> {
	const aliases = new Map<string, string[]>();
	for (const further of [...renames.keys()].sort()) aliases.set(renames.get(further)!, [...aliases.get(renames.get(further)!) ?? [], further]);
	return aliases;
}

function boardsOf(kept: string | null | undefined): ReportedBoard[] {
	return kept ? JSON.parse(kept) as ReportedBoard[] : [];
}

interface Known {
	aliases: Map<string, string[]>;
	now: number;
}

function recordOf(account: string, servedAt: string, fields: Record<string, string>, { aliases, now }: Known): AccountRecord {
	const { client, userId, username, boards, boardsAt, pace, limits, carefulUntil } = fields;
	return {
		account, aliases: aliases.get(account) ?? [],
		client: client || null, pinterestUserId: userId || null, username: username || null,
		lastServedAt: Number(servedAt) || null,
		boards: boardsOf(boards), boardsAt: boardsAt ? Number(boardsAt) : null,
		pace: pace ? JSON.parse(pace) as ReportedPace : null,
		limits: limits ? JSON.parse(limits) as object : {},
		neverResend: Number(carefulUntil ?? 0) > now,
	};
}
