import { digits, letters } from './random';

/** An account as the world is described; what is left out is made up from the seed. */
export interface AccountSpec {
	name: string;
	userId?: string;
	username?: string;
	type?: 'BUSINESS' | 'PINNER';
	app?: string;
	token?: string;
	refreshToken?: string;
	scopes?: string[];
	boards?: BoardSpec[];
}

export interface BoardSpec {
	id?: string;
	name: string;
	sections?: (string | { id?: string; name: string })[];
}

/** `none` is an app that Pinterest has not approved at all; `daily` puts it under the limits of a trial. */
export interface AppSpec {
	id?: string;
	secret?: string;
	access?: App['access'];
	daily?: boolean;
}

export interface WorldSpec {
	apps?: AppSpec[];
	accounts: AccountSpec[];
}

export interface App {
	id: string;
	secret: string;
	access: 'standard' | 'trial' | 'none';
	daily: boolean;
}

export interface Account {
	name: string;
	userId: string;
	username: string;
	type: 'BUSINESS' | 'PINNER';
	app: App;
	/** Writes are refused as spam until then, epoch ms. */
	spamUntil: number;
	/** Reads of boards and Pins are refused with PINNER_DATA_ACCESS_DENIED. */
	readsForbidden: boolean;
	boards: Board[];
}

export interface Board {
	id: string;
	name: string;
	owner: Account;
	sections: Section[];
	createdAt: number;
	/** Place in a listing of boards. */
	orderKey: string;
	/** Writes are answered 409 until then, epoch ms. */
	busyUntil: number;
	removed: boolean;
}

export interface Section {
	id: string;
	name: string;
	orderKey: string;
}

const twoBoards: BoardSpec[] = [{ name: 'Summer', sections: ['Beach'] }, { name: 'Winter' }];

/** The world of an `accounts: [names]` option. */
export const worldOfNames = (names: string[]): WorldSpec => ({ accounts: names.map((name) => ({ name })) });

/** Who exists and what is theirs; ids come from the seed, so that the same seed makes the same world. */
export class World {
	readonly apps = new Map<string, App>();
	readonly accounts = new Map<string, Account>();
	readonly boards = new Map<string, Board>();

	constructor(
		private readonly seed: string | number,
		spec: WorldSpec,
		private readonly now: () => number,
	) {
		for (const app of spec.apps?.length ? spec.apps : [{}]) this.addApp(app);
		for (const account of spec.accounts) this.addAccount(account);
	}

	/** Adds an account with its boards; throws when the name is taken or its app unknown. */
	addAccount(spec: AccountSpec): Account {
		if (this.accounts.has(spec.name)) throw new Error(`The account "${spec.name}" exists already.`);
		const app = spec.app === undefined ? [...this.apps.values()][0] : this.apps.get(spec.app);
		if (!app) throw new Error(`No app has the id "${spec.app}".`);
		const account: Account = {
			name: spec.name,
			userId: spec.userId ?? digits(this.seed, 'user', spec.name),
			username: spec.username ?? spec.name.toLowerCase().replace(/[^a-z0-9_]/g, '_'),
			type: spec.type ?? 'BUSINESS',
			app,
			spamUntil: 0,
			readsForbidden: false,
			boards: [],
		};
		this.accounts.set(spec.name, account);
		for (const board of spec.boards ?? twoBoards) this.addBoard(account, board);
		return account;
	}

	/** Adds a board; throws when its id is taken. */
	addBoard(owner: Account, spec: BoardSpec): Board {
		const id = spec.id ?? digits(this.seed, 'board', owner.name, spec.name);
		if (this.boards.has(id)) throw new Error(`A board with the id ${id} exists already ("${spec.name}" of ${owner.name}).`);
		const board: Board = {
			id,
			name: spec.name,
			owner,
			sections: (spec.sections ?? []).map((section) => this.section(id, section)),
			createdAt: this.now(),
			orderKey: letters(16, this.seed, 'order', id),
			busyUntil: 0,
			removed: false,
		};
		this.boards.set(id, board);
		owner.boards.push(board);
		return board;
	}

	/** The account of that name; throws when there is none. */
	account(name: string): Account {
		const found = this.accounts.get(name);
		if (!found) throw new Error(`No account is called "${name}".`);
		return found;
	}

	/** The board with that id, unless it was removed. */
	board(id: string): Board | null {
		const found = this.boards.get(id);
		return found && !found.removed ? found : null;
	}

	private addApp(spec: AppSpec): void {
		const id = spec.id ?? digits(this.seed, 'app', this.apps.size).slice(0, 7);
		const secret = spec.secret ?? letters(40, this.seed, 'app secret', id);
		const access = spec.access ?? 'standard';
		this.apps.set(id, { id, secret, access, daily: spec.daily ?? access === 'trial' });
	}

	private section(boardId: string, spec: string | { id?: string; name: string }): Section {
		const { id, name } = typeof spec === 'string' ? { id: undefined, name: spec } : spec;
		const known = id ?? digits(this.seed, 'section', boardId, name);
		return { id: known, name, orderKey: letters(16, this.seed, 'order', known) };
	}
}
