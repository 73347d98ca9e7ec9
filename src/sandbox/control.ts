import type { FaultShares, ScriptedFault } from './faults';
import type { FileSpec } from './files';
import type { ImageVerdict } from './images';
import type { LedgerCall, LedgerPin } from './ledger';
import type { Consistency, Rates } from './options';
import type { UploadStatus } from './media';
import type { RateSummary } from './rate-ledger';
import { commitPin } from './routes/pins';
import type { State } from './state';
import { countCalls, countPins, type PinCount, type SummaryWish } from './summary';
import type { TokenPair } from './tokens';
import type { Account, AccountSpec, App, Board, BoardSpec } from './world';

/** Who exists, with everything a caller needs to be configured. The tokens are worth nothing outside this sandbox. */
export interface WorldView {
	url: string;
	authorizeUrl: string;
	tokenUrl: string;
	apps: { id: string; secret: string; access: App['access'] }[];
	accounts: AccountView[];
}

export interface AccountView {
	name: string;
	userId: string;
	username: string;
	type: Account['type'];
	app: string;
	accessToken: string | null;
	refreshToken: string | null;
	boards: { id: string; name: string; sections: { id: string; name: string }[] }[];
}

/** What can be changed of an account. A duration is Pinterest's time and is divided by the time factor. */
export interface AccountChange {
	/** Writes are refused as spam for that long; 0 ends it. */
	spamForMs?: number;
	/** Get Board, Get Pin and the lists of a board are refused. */
	readsForbidden?: boolean;
	/** The scopes of its tokens from now on. */
	scopes?: string[];
	/** Kills its access tokens (`access`), and its refresh tokens too (`all`). A renewed or new token lives. */
	revoke?: 'access' | 'all';
}

export interface BoardChange {
	/** Pins are refused with 409 for that long; 0 ends it. */
	busyForMs?: number;
	/** The board is gone for good. */
	removed?: true;
}

export interface CallFilter {
	account?: string;
	board?: string;
	operation?: string;
	status?: string;
	fault?: string;
	/** A part of the link. */
	link?: string;
	/** Only what comes after this call number. */
	after?: number;
	limit?: number;
}

export interface PinFilter {
	account?: string;
	board?: string;
	/** A part of the link. */
	link?: string;
	title?: string;
	/** Skips as many. */
	after?: number;
	limit?: number;
}

/** A part of a list; `next` is the `after` of the following part, null at the end. */
export interface Part<Item> {
	items: Item[];
	next: number | null;
}

/** A registered video, and the Pins made of it. */
export interface UploadView {
	id: string;
	account: string;
	status: UploadStatus;
	sha256: string | null;
	bytes: number | null;
	usedBy: string[];
}

export interface Summary extends PinCount {
	calls: ReturnType<typeof countCalls>;
	rates: RateSummary;
	/** Faults that were scripted and met no call yet. */
	pendingFaults: number;
	timeFactor: number;
}

const partSize = 1000;

/** Steers a sandbox and reads its ledger: what `/_sandbox/*` does over HTTP. Throws on names that do not exist. */
export class Control {
	constructor(private readonly state: State) {}

	/** Accounts, tokens, boards, app. */
	world(): WorldView {
		const { origin, world } = this.state;
		return {
			url: `${origin}/v5`,
			authorizeUrl: `${origin}/oauth/`,
			tokenUrl: `${origin}/v5/oauth/token`,
			apps: [...world.apps.values()].map(({ id, secret, access }) => ({ id, secret, access })),
			accounts: [...world.accounts.values()].map((account) => this.account(account.name)),
		};
	}

	/** One account, with its newest living tokens. */
	account(name: string): AccountView {
		const account = this.state.world.account(name);
		const { userId, username, type, app } = account;
		const boards = account.boards.filter((board) => !board.removed).map(boardView);
		return { name, userId, username, type, app: app.id, ...this.state.tokens.newest(account), boards };
	}

	addAccount(spec: AccountSpec): AccountView {
		return this.account(this.state.addAccount(spec).name);
	}

	changeAccount(name: string, change: AccountChange): AccountView {
		const account = this.state.world.account(name);
		if (change.spamForMs !== undefined) account.spamUntil = this.inMs(change.spamForMs);
		account.readsForbidden = change.readsForbidden ?? account.readsForbidden;
		if (change.scopes) this.state.tokens.setScopes(account, change.scopes);
		if (change.revoke) this.state.tokens.revoke(account, change.revoke === 'all');
		return this.account(name);
	}

	/** Sets what Pinterest lets the app do; without an id, the first app. */
	changeApp(change: { access?: App['access']; daily?: boolean }, id?: string): void {
		const { apps } = this.state.world;
		const app = id === undefined ? [...apps.values()][0] : apps.get(id);
		if (!app) throw new Error(`No app has the id "${id}".`);
		Object.assign(app, change);
	}

	/** A new pair of tokens for the account: what reconnecting it gives. */
	issueToken(name: string, wish: { scopes?: string[]; lifeMs?: number } = {}): TokenPair {
		return this.state.tokens.issue(this.state.world.account(name), wish);
	}

	addBoard(account: string, spec: BoardSpec): AccountView['boards'][number] {
		return boardView(this.state.world.addBoard(this.state.world.account(account), spec));
	}

	changeBoard(id: string, change: BoardChange): void {
		const board = this.board(id);
		if (change.busyForMs !== undefined) board.busyUntil = this.inMs(change.busyForMs);
		board.removed = change.removed ?? board.removed;
	}

	/** Puts Pins on a board that no call created; counts leave them out. */
	fillBoard(id: string, count: number): string[] {
		const board = this.board(id);
		const more = { mediaKind: 'image_url', dominantColor: null, mediaId: null, cover: null };
		return Array.from({ length: count }, (_, index) => {
			const link = `https://example.com/earlier/${index}`;
			const content = { account: board.owner.name, board: id, section: null, link, title: `Earlier ${index}`, description: null, altText: null };
			return commitPin(this.state, { ...content, media: `${link}.jpg` }, more, null).id;
		});
	}

	/** The user deletes a Pin. */
	deletePin(id: string): void {
		const pin = this.state.ledger.pins.get(id);
		if (!pin) throw new Error(`There is no Pin ${id}.`);
		pin.deletedAt = this.state.now;
	}

	addFault(fault: ScriptedFault): void {
		this.state.faults.add(fault);
	}

	pendingFaults(): ScriptedFault[] {
		return this.state.faults.pending();
	}

	clearFaults(): void {
		this.state.faults.clear();
	}

	/** Replaces the chances of faults. */
	setFaultShares(change: { faults?: FaultShares; readFaults?: FaultShares }): void {
		this.state.faults.setShares(change);
	}

	/** Sets its clock so far from that of its machine, ms. */
	setClockSkew(ms: number): void {
		this.state.settings.clockSkewMs = ms;
	}

	setConsistency(change: Partial<Consistency>): void {
		Object.assign(this.state.settings.consistency, change);
	}

	setRates(change: Partial<Rates>): void {
		Object.assign(this.state.settings.rates, change);
	}

	setImage(url: string, verdict: ImageVerdict, times?: number): void {
		this.state.images.say(url, verdict, times);
	}

	/** How long videos are processed, how many of the next ones fail, and how long the form of one registered from now on is taken. */
	setMedia({ processMs, failNext, expireMs }: { processMs?: number; failNext?: number; expireMs?: number }): void {
		if (processMs !== undefined) this.state.settings.mediaProcessMs = processMs;
		if (expireMs !== undefined) this.state.settings.uploadLifeMs = expireMs;
		if (failNext !== undefined) this.state.uploads.failNext(failNext);
	}

	/** Every video registered so far. */
	uploads(): UploadView[] {
		const { uploads } = this.state;
		return uploads.all().map((upload) => {
			const { id, account, sha256, bytes, usedBy } = upload;
			return { id, account: account.name, status: uploads.status(upload), sha256, bytes, usedBy };
		});
	}

	/** Serves a made-up file from now on, with a trouble for its first `times` fetches (default: always). Answers where. */
	addFile(spec: FileSpec): { url: string } {
		this.state.files.add(spec);
		return { url: `${this.state.origin}/files/${spec.name}` };
	}

	/** Calls, oldest first. */
	calls(filter: CallFilter = {}): Part<LedgerCall> {
		const { account, board, operation, status, fault, link, after = 0, limit = partSize } = filter;
		const found = this.state.ledger.calls.filter((call) => {
			return (
				call.n > after &&
				is(account, call.account) &&
				is(board, call.board) &&
				is(operation, call.operation) &&
				is(status, call.status === null ? 'none' : String(call.status)) &&
				is(fault, call.fault) &&
				(link === undefined || !!call.link?.includes(link))
			);
		});
		return { items: found.slice(0, limit), next: found.length > limit ? found[limit - 1]!.n : null };
	}

	/** Pins in the order of their creation, visible or not, those put there by `fillBoard` included. */
	pins(filter: PinFilter = {}): Part<LedgerPin> {
		const { account, board, link, title, after = 0, limit = partSize } = filter;
		const found = [...this.state.ledger.pins.values()].filter((pin) => {
			const linked = link === undefined || !!pin.link?.includes(link);
			return is(account, pin.account) && is(board, pin.board) && is(title, pin.title) && linked;
		});
		return { items: found.slice(after, after + limit), next: found.length > after + limit ? after + limit : null };
	}

	/** Double and missing Pins, calls by kind and status, and what the calls did to the limits. */
	summary(wish: SummaryWish = {}): Summary {
		const { ledger, now, settings, rates, faults } = this.state;
		return {
			...countPins(ledger, now, wish),
			calls: countCalls(ledger, wish.accounts),
			rates: rates.summary(),
			pendingFaults: faults.pending().length,
			timeFactor: settings.timeFactor,
		};
	}

	private board(id: string): Board {
		const board = this.state.world.board(id);
		if (!board) throw new Error(`There is no board ${id}.`);
		return board;
	}

	private inMs(ms: number): number {
		return this.state.now + ms / this.state.settings.timeFactor;
	}
}

const is = (wanted: string | undefined, value: string | null) => wanted === undefined || wanted === value;

function boardView({ id, name, sections }: Board): AccountView['boards'][number] {
	return { id, name, sections: sections.map((section) => ({ id: section.id, name: section.name })) };
}
