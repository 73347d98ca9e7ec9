import type { Job } from '../job/job';
import { likenessOf, type ListedPin } from '../job/natural-key';
import type { Failure, LookOutcome } from '../job/outcome';
import { judgeScan, notBeforeOf, type Scan } from '../job/reconcile-plan';
import type { ClockSkew } from './clock-skew';
import type { Looked, PinOwners } from './contract';
import { allPages, type Listing } from './pages';
import type { PinterestClient } from './pinterest-client';
import type { Tokens } from './tokens';

/** 50,000 Pins; a board with more cannot be proven not to hold a Pin. */
const MAX_PAGES = 200;

interface Parts {
	client: Pick<PinterestClient, 'boardPins' | 'sectionPins'>;
	tokens: Tokens;
	owners: PinOwners;
	skew: Pick<ClockSkew, 'latestMs' | 'mostAheadMs'>;
	/** Epoch ms. */
	now(): number;
}

/**
 * Looks for the Pins of jobs in doubt: each board is read once for all of its jobs, each section once more. Whether the
 * listing of a board holds the Pins of its sections is not documented (2026-11), so for a job with a section both are read.
 */
export async function look(jobs: Job[], parts: Parts): Promise<Looked> {
	const outcomes = new Map<string, LookOutcome>();
	let pages = 0;
	for (const ofBoard of groupBy(jobs, (job) => job.content.boardId)) {
		const board = await scanBoard(ofBoard[0]?.content.boardId ?? '', parts);
		pages += board.scan.pages;
		for (const ofSection of groupBy(ofBoard, (job) => job.content.sectionId)) {
			const sectionId = ofSection[0]?.content.sectionId ?? null;
			const scan = sectionId === null ? board.scan : await withSection(board, sectionId, parts);
			pages += scan.pages - board.scan.pages;
			await judge(ofSection, scan, parts.owners, outcomes);
		}
	}
	return { outcomes, pages };
}

interface BoardScan {
	boardId: string;
	scan: Scan;
}

async function scanBoard(boardId: string, { client, tokens, skew, now }: Parts): Promise<BoardScan> {
	const at = now();
	const listing = await allPages((bookmark) => client.boardPins(tokens, boardId, bookmark), MAX_PAGES);
	return { boardId, scan: scanOf(at, listing, skew) };
}

/** The scan of a board with that of one section added; a board that could not be read to its end is not asked further. */
async function withSection({ boardId, scan }: BoardScan, sectionId: string, { client, tokens, skew }: Parts): Promise<Scan> {
	if (!scan.complete) return scan;
	const listing = await allPages((bookmark) => client.sectionPins(tokens, boardId, sectionId, bookmark), MAX_PAGES);
	const section = scanOf(scan.at, listing, skew);
	// What a section lists is in it, whatever the Pin says or leaves out; its word replaces the board's.
	const pins = new Map(scan.pins.map((pin) => [pin.id, pin]));
	for (const pin of section.pins) pins.set(pin.id, { ...pin, board_section_id: sectionId });
	return { ...section, pages: scan.pages + section.pages, pins: [...pins.values()] };
}

function scanOf(at: number, { items, pages, ended }: Listing<ListedPin, Failure>, skew: Parts['skew']): Scan {
	const failure = ended.kind === 'failed' ? ended.failure : null;
	return { at, complete: ended.kind === 'complete', pages, pins: items, failure, skewMs: skew.latestMs, aheadMs: skew.mostAheadMs };
}

async function judge(jobs: Job[], scan: Scan, owners: PinOwners, seen: Map<string, LookOutcome>): Promise<void> {
	const mayBeOurs = (pin: ListedPin): boolean => jobs.some((job) => likenessOf(job, pin, notBeforeOf(job, scan)) !== null);
	const candidates = scan.pins.filter(mayBeOurs).map((pin) => pin.id);
	const owned = candidates.length === 0 ? new Map<string, string>() : await owners(candidates);
	for (const job of jobs) {
		const outcome = judgeScan(job, scan, owned);
		if (!isPutOff(outcome)) seen.set(job.id, outcome);
	}
}

/** Nobody asked Pinterest for the next page: the look is not over, and costs none of the plan. */
const isPutOff = (outcome: LookOutcome): boolean => outcome.kind === 'unreadable' && outcome.failure.code === 'permit_refused';

function groupBy<T>(items: T[], keyOf: (item: T) => string | null): T[][] {
	const groups = new Map<string | null, T[]>();
	for (const item of items) groups.set(keyOf(item), [...groups.get(keyOf(item)) ?? [], item]);
	return [...groups.values()];
}
