import { refuse, type Answer } from '../answers';
import { isListed } from '../lag';
import type { LedgerPin } from '../ledger';
import type { State } from '../state';
import type { Account, Board } from '../world';
import { page } from './paging';
import { pinBody } from './pins';
import { nakedDate, type ApiCall, type BearerRoute } from './route';

const boards = ['boards:read'];
const pins = ['boards:read', 'pins:read'];
const get = (operation: string, pattern: RegExp, scopes: string[], handle: BearerRoute['handle']): BearerRoute => {
	return { operation, method: 'GET', pattern, kind: 'read', scopes, handle };
};

export const listingRoutes: BearerRoute[] = [
	get('listBoards', /^\/v5\/boards\/?$/, boards, (state, { account, query }) => {
		return page(sorted(account.boards.filter((board) => !board.removed)), query, (board) => boardBody(state, board));
	}),
	get('getBoard', /^\/v5\/boards\/(\d+)$/, boards, (state, call) => {
		return onBoard(state, call, (board) => ({ status: 200, body: boardBody(state, board) }));
	}),
	get('listSections', /^\/v5\/boards\/(\d+)\/sections\/?$/, boards, (state, call) => {
		return onBoard(state, call, (board) => page(sorted(board.sections), call.query, ({ id, name }) => ({ id, name })));
	}),
	get('listBoardPins', /^\/v5\/boards\/(\d+)\/pins\/?$/, pins, (state, call) => {
		return onBoard(state, call, (board) => {
			const all = state.settings.consistency.boardListsSections;
			return pinPage(state, call, state.ledger.ofBoard(board.id).filter((pin) => all || pin.section === null));
		});
	}),
	get('listSectionPins', /^\/v5\/boards\/(\d+)\/sections\/(\d+)\/pins\/?$/, pins, (state, call) => {
		return onBoard(state, call, (board) => {
			const section = call.params[1]!;
			if (!board.sections.some(({ id }) => id === section)) return refuse.listedSectionGone();
			return pinPage(state, call, state.ledger.ofBoard(board.id).filter((pin) => pin.section === section));
		});
	}),
	get('listPins', /^\/v5\/pins\/?$/, pins, (state, call) => pinPage(state, call, state.ledger.ofAccount(call.account.name))),
	get('getUserAccount', /^\/v5\/user_account\/?$/, ['user_accounts:read'], (state, { account }) => {
		return { status: 200, body: accountBody(state, account) };
	}),
];

const sorted = <Item extends { orderKey: string }>(items: Item[]) => [...items].sort((a, b) => (a.orderKey < b.orderKey ? -1 : 1));

/** Get Board and the lists of a board may be forbidden to newer apps for accounts that are no business (2026-11). */
function onBoard(state: State, { account, params }: ApiCall, then: (board: Board) => Answer): Answer {
	if (account.readsForbidden) return refuse.readsForbidden();
	const board = state.world.board(params[0]!);
	if (!board) return refuse.listedBoardGone();
	return board.owner === account ? then(board) : refuse.forbiddenBoard();
}

function pinPage(state: State, call: ApiCall, all: readonly LedgerPin[]): Answer {
	const viewAt = state.lag.viewAt(state.now, call.record.path, call.nth);
	const listed = all.filter((pin) => isListed(pin, viewAt));
	const answer = page(listed, call.query, (pin) => pinBody(state, pin));
	const items = (answer.body as { items?: unknown[] }).items;
	const skipped = items ? state.lag.skipped(items.length, call.record.path, call.nth) : -1;
	if (skipped >= 0) items!.splice(skipped, 1);
	return answer;
}

function boardBody(state: State, board: Board): object {
	const listed = state.ledger.ofBoard(board.id).filter((pin) => isListed(pin, state.now));
	const modifiedAt = listed.reduce((latest, pin) => Math.max(latest, pin.createdAt), board.createdAt);
	return {
		id: board.id,
		name: board.name,
		description: null,
		owner: { username: board.owner.username },
		privacy: 'PUBLIC',
		pin_count: listed.length,
		follower_count: 0,
		collaborator_count: 0,
		created_at: nakedDate(board.createdAt),
		board_pins_modified_at: nakedDate(modifiedAt),
		media: { image_cover_url: null, pin_thumbnail_urls: [] },
	};
}

function accountBody(state: State, account: Account): object {
	return {
		id: account.userId,
		username: account.username,
		account_type: account.type,
		business_name: account.type === 'BUSINESS' ? account.name : null,
		profile_image: '',
		website_url: '',
		about: '',
		board_count: account.boards.filter((board) => !board.removed).length,
		pin_count: state.ledger.ofAccount(account.name).filter((pin) => isListed(pin, state.now)).length,
		follower_count: 0,
		following_count: 0,
		monthly_views: 0,
	};
}
