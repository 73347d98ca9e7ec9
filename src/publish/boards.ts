import type { Failure } from '../job/outcome';
import type { Board } from './contract';
import { allPages, type Listing } from './pages';
import type { PinterestClient } from './pinterest-client';
import type { Tokens } from './tokens';

/** 10,000 boards; Pinterest allows an account 2,000 (developers.pinterest.com, 2026-11). */
const MAX_PAGES = 40;

/** Sections take a call per board: this many boards get theirs, so that a large account does not eat a trial app's day. */
const BOARDS_WITH_SECTIONS = 100;

type Client = Pick<PinterestClient, 'boards' | 'sections'>;

/** Every board of the account, the first 100 with their sections: those of `known` boards that have not changed are taken from there. Rejects when a listing cannot be read, with the failure's code. */
export async function listBoards(client: Client, tokens: Tokens, known: readonly Board[] = []): Promise<Board[]> {
	const listed = itemsOf(await allPages((bookmark) => client.boards(tokens, bookmark), MAX_PAGES));
	const before = new Map(known.map((board) => [board.id, board]));
	const boards: Board[] = [];
	for (const [i, board] of listed.entries()) {
		const same = before.get(board.id);
		const isSame = same?.name === board.name && same.privacy === board.privacy;
		const sections = i >= BOARDS_WITH_SECTIONS ? [] : isSame ? same.sections : await sectionsOf(client, tokens, board.id);
		boards.push({ ...board, sections });
	}
	return boards;
}

/** A board whose sections are refused (403, 404, 409) is listed without them. */
async function sectionsOf(client: Client, tokens: Tokens, boardId: string): Promise<Board['sections']> {
	const listing = await allPages((bookmark) => client.sections(tokens, boardId, bookmark), MAX_PAGES);
	const status = listing.ended.kind === 'failed' ? listing.ended.failure.facts.httpStatus : null;
	return status === 403 || status === 404 || status === 409 ? [] : itemsOf(listing);
}

function itemsOf<T>({ items, ended }: Listing<T, Failure>): T[] {
	if (ended.kind !== 'failed') return items;
	const { code, facts } = ended.failure;
	throw Object.assign(new Error(`The boards could not be read: ${facts.message}`), { code });
}
