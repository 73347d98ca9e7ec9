import { hash } from './random';

/** What makes two Pins the same to somebody who looks at them. */
export interface PinContent {
	account: string;
	board: string;
	section: string | null;
	link: string | null;
	title: string | null;
	description: string | null;
	altText: string | null;
	/** The image URL, or `sha256:` and the hash of the bytes; of a carousel all of them, with commas between. */
	media: string;
}

/** A Pin of the ledger. Instants in epoch ms; a Pin that comes late has `createdAt` in the future. */
export interface LedgerPin extends PinContent {
	id: string;
	mediaKind: string;
	mediaSha256: string | null;
	/** Of a video: its upload, and its cover as an image of `media` stands or as `frame:` and the second. */
	mediaId: string | null;
	cover: string | null;
	dominantColor: string | null;
	createdAt: number;
	visibleAt: number;
	/** From `visibleAt + flapMs` on it is hidden once more for that long. Zero: it does not flap. */
	flapMs: number;
	/** Number of the call that created it; null when it was put there through the control endpoints. */
	request: number | null;
	orderKey: string;
	deletedAt: number | null;
}

/** One HTTP call as the ledger keeps it. `status` is null when none was sent. */
export interface LedgerCall {
	n: number;
	at: number;
	ms: number | null;
	method: string;
	path: string;
	operation: string;
	account: string | null;
	token: string | null;
	status: number | null;
	code: number | null;
	/** Of a 429: when the window that refused it ends, epoch ms; null when it is told in no header. */
	resetAt: number | null;
	requestId: string;
	fault: string | null;
	/** The client was gone before the body was whole or the answer sent. */
	aborted: boolean;
	/** Hash of the Pin's content, and how many times this content has been sent. */
	content: string | null;
	nth: number | null;
	board: string | null;
	link: string | null;
	committed: boolean;
	pinId: string | null;
}

/** The hash that names a content group. */
export function contentHash(pin: PinContent): string {
	const { account, board, section, link, title, description, altText, media } = pin;
	return hash(account, board, section, link, title, description, altText, media).slice(0, 16);
}

/** Every call and every Pin. Calls beyond `keepCalls` are dropped, oldest first, and counted; Pins never. */
export class Ledger {
	readonly calls: LedgerCall[] = [];
	readonly pins = new Map<string, LedgerPin>();
	droppedCalls = 0;
	private readonly byBoard = new Map<string, LedgerPin[]>();
	private readonly byAccount = new Map<string, LedgerPin[]>();
	private readonly timesSent = new Map<string, number>();
	private called = 0;

	constructor(private readonly keepCalls: number) {}

	/** Begins the record of a call. */
	begin(call: Pick<LedgerCall, 'at' | 'method' | 'path' | 'requestId'>): LedgerCall {
		this.called += 1;
		const record: LedgerCall = { ...blankCall, ...call, n: this.called };
		this.calls.push(record);
		// In blocks: taking one off the front of a long array at every call would be slow.
		if (this.calls.length > this.keepCalls * 1.1) {
			this.droppedCalls += this.calls.splice(0, this.calls.length - this.keepCalls).length;
		}
		return record;
	}

	/** How many times this has been sent, this time included. */
	countSent(content: string): number {
		const nth = (this.timesSent.get(content) ?? 0) + 1;
		this.timesSent.set(content, nth);
		return nth;
	}

	/** Keeps a Pin. */
	add(pin: LedgerPin): void {
		this.pins.set(pin.id, pin);
		insert(listOf(this.byBoard, pin.board), pin);
		insert(listOf(this.byAccount, pin.account), pin);
	}

	/** The Pins of a board, visible or not, in the order of its listing. */
	ofBoard(board: string): readonly LedgerPin[] {
		return this.byBoard.get(board) ?? [];
	}

	/** The Pins of an account, visible or not, in the order of its listing. */
	ofAccount(account: string): readonly LedgerPin[] {
		return this.byAccount.get(account) ?? [];
	}
}

const blankCall: LedgerCall = {
	n: 0,
	at: 0,
	ms: null,
	method: '',
	path: '',
	operation: 'unknown',
	account: null,
	token: null,
	status: null,
	code: null,
	resetAt: null,
	requestId: '',
	fault: null,
	aborted: false,
	content: null,
	nth: null,
	board: null,
	link: null,
	committed: false,
	pinId: null,
};

function listOf(lists: Map<string, LedgerPin[]>, key: string): LedgerPin[] {
	const list = lists.get(key) ?? [];
	lists.set(key, list);
	return list;
}

/** Keeps the list in listing order, which need not be the order of creation. */
function insert(list: LedgerPin[], pin: LedgerPin): void {
	let low = 0;
	let high = list.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (list[middle]!.orderKey < pin.orderKey) low = middle + 1;
		else high = middle;
	}
	list.splice(low, 0, pin);
}
