/** The most events seen in any span of that length. */
class Peak {
	most = 0;
	private times: number[] = [];
	private first = 0;

	constructor(private readonly spanMs: number) {}

	add(at: number): void {
		this.times.push(at);
		while (this.times[this.first]! <= at - this.spanMs) this.first += 1;
		this.most = Math.max(this.most, this.times.length - this.first);
		if (this.first > 1000) {
			this.times = this.times.slice(this.first);
			this.first = 0;
		}
	}
}

/** What the calls of an account did to the limits. Spans are the sandbox's own time: a minute divided by the time factor. */
export interface AccountRates {
	calls: number;
	writes: number;
	/** Most writes and reads in any minute (sliding, so stricter than what is enforced), most calls in any second. */
	maxWritesPerMinute: number;
	maxReadsPerMinute: number;
	peakCallsPerSecond: number;
	status429: number;
	/** Calls of the same kind that came before the reset that a 429 had told. */
	calledBeforeReset: number;
	maxInFlight: number;
}

/** Pace of the writes to one board, in real milliseconds. */
export interface BoardRates {
	writes: number;
	/** Shortest time between the arrivals of two writes; null with fewer than two. */
	minGapMs: number | null;
	maxInFlight: number;
}

export interface RateSummary {
	accounts: Record<string, AccountRates>;
	boards: Record<string, BoardRates>;
	apps: Record<string, { maxWritesPerDay: number; maxCallsPerDay: number }>;
}

type Kind = 'read' | 'write';

interface AccountTally {
	minute: Record<Kind, Peak>;
	second: Peak;
	resetAt: Record<Kind, number>;
	inFlight: number;
	sums: AccountRates;
}

/** Watches how fast calls come, whether or not a limit is enforced. */
export class RateLedger {
	private readonly accounts = new Map<string, AccountTally>();
	private readonly boards = new Map<string, BoardRates & { lastAt: number; inFlight: number }>();
	private readonly apps = new Map<string, { writes: Peak; calls: Peak }>();

	constructor(private readonly timeFactor: number) {}

	/** A call whose token and body were read; the answer ends it. */
	arrive(at: number, call: { account: string; app: string; kind: Kind; board: string | null }): { end(): void; limited(resetAt: number | null): void } {
		const account = this.account(call.account);
		const board = call.kind === 'write' && call.board !== null ? this.board(call.board) : null;
		this.countApp(call.app, call.kind, at);
		tally(account, call.kind, at);
		if (board) tallyBoard(board, at);
		return {
			end: () => {
				account.inFlight -= 1;
				if (board) board.inFlight -= 1;
			},
			limited: (resetAt) => {
				account.sums.status429 += 1;
				account.resetAt[call.kind] = Math.max(account.resetAt[call.kind], resetAt ?? 0);
			},
		};
	}

	/** The figures so far. */
	summary(): RateSummary {
		return {
			accounts: Object.fromEntries([...this.accounts].map(([name, { sums, minute, second }]) => [
				name,
				{ ...sums, maxWritesPerMinute: minute.write.most, maxReadsPerMinute: minute.read.most, peakCallsPerSecond: second.most },
			])),
			boards: Object.fromEntries([...this.boards].map(([id, { writes, minGapMs, maxInFlight }]) => [id, { writes, minGapMs, maxInFlight }])),
			apps: Object.fromEntries([...this.apps].map(([id, { writes, calls }]) => [
				id,
				{ maxWritesPerDay: writes.most, maxCallsPerDay: calls.most },
			])),
		};
	}

	private account(name: string): AccountTally {
		const minuteMs = 60_000 / this.timeFactor;
		return found(this.accounts, name, () => ({
			minute: { read: new Peak(minuteMs), write: new Peak(minuteMs) },
			second: new Peak(1000 / this.timeFactor),
			resetAt: { read: 0, write: 0 },
			inFlight: 0,
			sums: { ...noRates },
		}));
	}

	private board(id: string) {
		return found(this.boards, id, () => ({ writes: 0, minGapMs: null, maxInFlight: 0, lastAt: 0, inFlight: 0 }));
	}

	private countApp(id: string, kind: Kind, at: number): void {
		const dayMs = 86_400_000 / this.timeFactor;
		const app = found(this.apps, id, () => ({ writes: new Peak(dayMs), calls: new Peak(dayMs) }));
		app.calls.add(at);
		if (kind === 'write') app.writes.add(at);
	}
}

const noRates: AccountRates = {
	calls: 0,
	writes: 0,
	maxWritesPerMinute: 0,
	maxReadsPerMinute: 0,
	peakCallsPerSecond: 0,
	status429: 0,
	calledBeforeReset: 0,
	maxInFlight: 0,
};

function tally(account: AccountTally, kind: Kind, at: number): void {
	account.minute[kind].add(at);
	account.second.add(at);
	account.inFlight += 1;
	account.sums.calls += 1;
	if (kind === 'write') account.sums.writes += 1;
	if (at < account.resetAt[kind]) account.sums.calledBeforeReset += 1;
	account.sums.maxInFlight = Math.max(account.sums.maxInFlight, account.inFlight);
}

function tallyBoard(board: BoardRates & { lastAt: number; inFlight: number }, at: number): void {
	const gapMs = at - board.lastAt;
	if (board.writes > 0) board.minGapMs = Math.min(board.minGapMs ?? gapMs, gapMs);
	board.lastAt = at;
	board.writes += 1;
	board.inFlight += 1;
	board.maxInFlight = Math.max(board.maxInFlight, board.inFlight);
}

function found<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
	const value = map.get(key) ?? make();
	map.set(key, value);
	return value;
}
