import { die } from './random';

/** How a call ends when a fault has it end otherwise than it should. */
export type Ending =
	| { kind: 'answer'; status: number; body: unknown; headers?: Record<string, string> }
	| { kind: 'rateLimit' }
	| { kind: 'hang' | 'reset' | 'close' }
	/** The true answer, spoiled: half its body and then the end, half its body and then silence, no id, no JSON. */
	| { kind: 'cut' | 'stall' | 'noId' | 'notJson' };

/** A fault: whether the call has its effect before it ends so. `late`: the Pin comes into being after the answer failed. */
export interface Fault {
	commits: 'no' | 'yes' | 'late';
	ending: Ending;
	/** Never before the whole body was read: whoever sent it cannot know that nothing came of it. */
	afterBody?: true;
}

const answer = (status: number, code: number, message: string): Ending => ({
	kind: 'answer',
	status,
	body: { code, message, status: 'failure' },
});
const ourEnd = 'Sorry! Something went wrong on our end.';

/** Every fault that has a name. */
export const faults = {
	'429': { commits: 'no', ending: { kind: 'rateLimit' } },
	// Pinterest tells a spam block from a rate limit by text alone (pinterest/api-quickstart, 2026-11).
	spam429: { commits: 'no', ending: answer(429, 8, 'Sorry, this action was blocked because it looks like spam.') },
	resetBefore: { commits: 'no', ending: { kind: 'reset' } },
	resetAfterBody: { commits: 'no', ending: { kind: 'reset' }, afterBody: true },
	closeBefore: { commits: 'no', ending: { kind: 'close' } },
	hangBefore: { commits: 'no', ending: { kind: 'hang' } },
	error500Before: { commits: 'no', ending: answer(500, 0, 'Internal server error') },
	error503Before: { commits: 'no', ending: answer(503, 0, 'Service unavailable') },
	error2787Before: { commits: 'no', ending: answer(400, 2787, ourEnd) },
	busy409: { commits: 'no', ending: answer(409, 409, 'Could not get exclusive access to the board.') },
	commitThenHang: { commits: 'yes', ending: { kind: 'hang' } },
	commitThenReset: { commits: 'yes', ending: { kind: 'reset' } },
	commitThenClose: { commits: 'yes', ending: { kind: 'close' } },
	commitThen500: { commits: 'yes', ending: answer(500, 0, 'Internal server error') },
	commitThen408: { commits: 'yes', ending: answer(408, 0, 'Request timeout') },
	// Seen in public code: a 400 with this code although the Pin had been created (2026-11).
	commitThen2787: { commits: 'yes', ending: answer(400, 2787, ourEnd) },
	cutBody: { commits: 'yes', ending: { kind: 'cut' } },
	stallBody: { commits: 'yes', ending: { kind: 'stall' } },
	noId2xx: { commits: 'yes', ending: { kind: 'noId' } },
	notJson2xx: { commits: 'yes', ending: { kind: 'notJson' } },
	lateCommit: { commits: 'late', ending: { kind: 'hang' } },
} satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;
/** Chance of each named fault, 0 to 1; together at most 1. */
export type FaultShares = Partial<Record<FaultName, number>>;
/** A fault as applied to one call, with the name it has in the ledger. */
export type AppliedFault = Fault & { name: string };

/**
 * What a scripted fault waits for; what is left out matches anything. `link` and `title` match by containing; they, and `board`, are
 * known once the body was read, so that no fault that asks for them strikes earlier.
 */
export interface FaultMatch {
	account?: string;
	board?: string;
	operation?: string;
	method?: string;
	path?: string;
	link?: string;
	title?: string;
}

/** A fault for the next `times` calls (default 1) that match, after letting `skip` of them pass. */
export interface ScriptedFault {
	match?: FaultMatch;
	fault: FaultName | Fault;
	times?: number;
	skip?: number;
}

/** What is known of a call when its fault is decided; `content` fields are absent before its body was read. */
export interface FaultSubject {
	account: string | null;
	operation: string;
	method: string;
	path: string;
	board?: string | null;
	link?: string | null;
	title?: string | null;
}

/** Decides which fault a call meets: a scripted one first, else by chance. */
export class FaultPlan {
	private scripted: Required<ScriptedFault>[] = [];

	constructor(
		private readonly seed: string | number,
		public shares: FaultShares,
		public readShares: FaultShares,
	) {
		refuseBadShares(shares);
		refuseBadShares(readShares);
	}

	/** Replaces the chances; throws when one is unknown or they exceed 1. */
	setShares(change: { faults?: FaultShares; readFaults?: FaultShares }): void {
		for (const shares of [change.faults, change.readFaults]) if (shares) refuseBadShares(shares);
		this.shares = change.faults ?? this.shares;
		this.readShares = change.readFaults ?? this.readShares;
	}

	/** Adds a scripted fault. */
	add(fault: ScriptedFault): void {
		if (typeof fault.fault === 'string') refuseUnknown(fault.fault);
		this.scripted.push({ match: {}, times: 1, skip: 0, ...fault });
	}

	/** Forgets the scripted faults that were not met. */
	clear(): void {
		this.scripted = [];
	}

	/** The scripted faults still waiting for a call. */
	pending(): ScriptedFault[] {
		return this.scripted;
	}

	/** The scripted fault this call meets, used up by it. */
	scriptedFor(call: FaultSubject): AppliedFault | null {
		return this.take(call, () => true);
	}

	/** The same, but only a fault that ends the connection and waits for nothing in the body: it strikes before the body is read. */
	earlyFor(call: FaultSubject): AppliedFault | null {
		return this.take(call, ({ match, fault }) => {
			const { commits, ending, afterBody } = applied(fault);
			const early = commits === 'no' && !afterBody && (ending.kind === 'reset' || ending.kind === 'close');
			return early && match.board === undefined && match.link === undefined && match.title === undefined;
		});
	}

	private take(call: FaultSubject, wanted: (fault: Required<ScriptedFault>) => boolean): AppliedFault | null {
		for (const found of this.scripted.filter((fault) => wanted(fault) && matches(fault.match, call))) {
			if (found.skip-- > 0) continue;
			if (--found.times <= 0) this.scripted = this.scripted.filter((other) => other !== found);
			return applied(found.fault);
		}
		return null;
	}

	/**
	 * The fault that chance gives the nth call with this content. It depends on seed, content and n, not on what else
	 * was called before: two runs that send the same Pins in another order meet the same faults.
	 */
	byChance(kind: 'write' | 'read', content: string, nth: number): AppliedFault | null {
		let left = die(this.seed, 'fault', kind, content, nth);
		for (const [name, share] of Object.entries(kind === 'write' ? this.shares : this.readShares)) {
			if (left < share) return applied(name as FaultName);
			left -= share;
		}
		return null;
	}
}

function applied(fault: FaultName | Fault): AppliedFault {
	return typeof fault === 'string' ? { ...faults[fault], name: fault } : { ...fault, name: 'custom' };
}

function matches(match: FaultMatch, call: FaultSubject): boolean {
	return (
		same(match.account, call.account) &&
		same(match.board, call.board) &&
		same(match.operation, call.operation) &&
		same(match.method, call.method) &&
		holds(match.path, call.path) &&
		holds(match.link, call.link) &&
		holds(match.title, call.title)
	);
}

const same = (wanted: string | undefined, is: string | null | undefined) => wanted === undefined || wanted === is;
const holds = (wanted: string | undefined, is: string | null | undefined) => wanted === undefined || !!is?.includes(wanted);

function refuseUnknown(name: string): void {
	if (!(name in faults)) throw new Error(`Unknown fault "${name}". Known: ${Object.keys(faults).join(', ')}.`);
}

function refuseBadShares(shares: FaultShares): void {
	Object.keys(shares).forEach(refuseUnknown);
	const values = Object.values(shares);
	const bad = values.some((share) => !(share >= 0 && share <= 1));
	if (bad || values.reduce((sum, share) => sum + share, 0) > 1 + 1e-9) {
		throw new Error('Fault chances lie between 0 and 1, and together are at most 1.');
	}
}
