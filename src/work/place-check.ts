import type { PinContent } from '../job/job';
import { placeProblem, type KnownBoards, type Problem } from '../job/preflight';
import { once } from './once';

/** Where a Pin is meant to go. */
export interface Place {
	account: string;
	content: Pick<PinContent, 'boardId' | 'sectionId'>;
}

interface Parts {
	/** What the workers of the account reported; null when nobody can tell. */
	boards(account: string): Promise<KnownBoards | null>;
	/** The accounts that a worker found to have this board. */
	ownersOf(boardId: string): Promise<string[]>;
	/** Asks the workers of the account to read its boards now; nobody need hear it. */
	askForBoards(account: string): Promise<void>;
	now(): number;
	sleep(ms: number): Promise<void>;
	/**
	 * Of new jobs: places that a list which was asked for did not have, and since when. A sheet with a wrong board comes again every
	 * minute, and each listing costs calls of the account's day. Where no list comes in time, nobody can tell.
	 */
	refuted?: Map<string, number>;
}

const REFUTED_MS = 3_600_000, MOST_REFUTED = 1000;

/** How long the workers that are asked for boards are waited for. */
const WAIT_MS = 5000;
const POLL_MS = 100;

/** Whether boards and sections are there. One run of it reads and asks for the boards of each account once. */
export class PlaceCheck {
	private readonly lists = new Map<string, Promise<KnownBoards | null>>();
	private readonly fresh = new Map<string, Promise<KnownBoards | null>>();
	private readonly places = new Map<string, Promise<Problem | null>>();

	constructor(private readonly parts: Parts) {}

	/** Whether the place is on the list as it stands, or nobody can tell: nothing is asked of a worker. */
	async isListed(place: Place): Promise<boolean> {
		return placeProblem(place, await this.listed(place.account)) === null;
	}

	/** What is wrong with the place; null when nothing is, or nobody can tell. */
	problem(place: Place): Promise<Problem | null> {
		return once(this.places, keyOf(place), () => this.look(place));
	}

	/** A board that is not in the list may be younger than the list: the workers are asked for a new one. */
	private async look(place: Place): Promise<Problem | null> {
		const { account, content } = place;
		const known = await this.listed(account);
		if (placeProblem(place, known) === null) return null;
		const { refuted, now, ownersOf } = this.parts, key = keyOf(place);
		const isRefuted = (refuted?.get(key) ?? -Infinity) > now() - REFUTED_MS;
		const list = isRefuted ? known : await once(this.fresh, account, () => this.reread(account, known));
		if (placeProblem(place, list) === null) return null;
		if (!isRefuted && refuted) {
			if (refuted.size >= MOST_REFUTED) refuted.clear();
			refuted.set(key, now());
		}
		return placeProblem(place, list, await ownersOf(content.boardId));
	}

	private listed(account: string): Promise<KnownBoards | null> {
		return once(this.lists, account, () => this.parts.boards(account));
	}

	private async reread(account: string, known: KnownBoards | null): Promise<KnownBoards | null> {
		await this.parts.askForBoards(account);
		for (let waitedMs = 0; waitedMs < WAIT_MS; waitedMs += POLL_MS) {
			const now = await this.parts.boards(account);
			if (now?.boardsAt !== known?.boardsAt) return now;
			await this.parts.sleep(POLL_MS);
		}
		return this.parts.refuted ? null : known;
	}
}

const keyOf = ({ account, content }: Place): string => `${account}|${content.boardId}|${content.sectionId ?? ''}`;
