import type { Ledger, PinContent } from './ledger';

export type GroupField = keyof PinContent;
/** How many Pins of one content there shall be (default 1). Fields that are left out are null. */
export type ExpectedGroup = Partial<PinContent> & { count?: number };

/** What to compare the ledger with. */
export interface SummaryWish {
	expected?: ExpectedGroup[];
	/** The fields that tell groups apart. Default: those any expected group names; without expectations, all. */
	groupBy?: GroupField[];
	/** Only these accounts. */
	accounts?: string[];
}

/** Pins against expectations. Pins put there through the control endpoints are left out. */
export interface PinCount {
	pins: number;
	groups: number;
	/** Pins more than expected, summed over the groups; of an unexpected group every Pin but the first. */
	double: number;
	/** Pins fewer than expected, summed over the groups. */
	missing: number;
	/** Groups nobody expected, when expectations were given. */
	unexpected: number;
	/** Of `pins`, those still to come (a late commit). */
	pending: number;
	deleted: number;
	/** The first 50 groups that are not as expected. */
	differences: { group: Partial<PinContent>; expected: number; pins: string[] }[];
}

export const groupFields: GroupField[] = ['account', 'board', 'section', 'link', 'title', 'description', 'altText', 'media'];
const listedDifferences = 50;

interface Group {
	group: Partial<PinContent>;
	expected: number | null;
	pins: string[];
}

/** Counts double and missing Pins per content group. */
export function countPins(ledger: Ledger, now: number, wish: SummaryWish = {}): PinCount {
	const pins = [...ledger.pins.values()].filter((pin) => pin.request !== null && isWanted(pin, wish.accounts));
	const fields = wish.groupBy ?? fieldsOf(wish.expected);
	const groups = new Map<string, Group>();
	const groupOf = (of: Partial<PinContent>) => {
		const group = Object.fromEntries(fields.map((field) => [field, of[field] || null]));
		const key = JSON.stringify(group);
		const found: Group = groups.get(key) ?? { group, expected: null, pins: [] };
		groups.set(key, found);
		return found;
	};
	for (const expected of wish.expected ?? []) {
		const group = groupOf(expected);
		group.expected = (group.expected ?? 0) + (expected.count ?? 1);
	}
	for (const pin of pins) groupOf(pin).pins.push(pin.id);

	const all = [...groups.values()].map((group) => ({ ...group, wanted: group.expected ?? 1 }));
	const sum = (of: (group: (typeof all)[number]) => number) => all.reduce((total, group) => total + Math.max(0, of(group)), 0);
	const isStranger = (group: (typeof all)[number]) => wish.expected !== undefined && group.expected === null;
	return {
		pins: pins.length,
		groups: all.filter((group) => group.pins.length > 0).length,
		double: sum((group) => group.pins.length - group.wanted),
		missing: sum((group) => group.wanted - group.pins.length),
		unexpected: all.filter(isStranger).length,
		pending: pins.filter((pin) => pin.createdAt > now).length,
		deleted: pins.filter((pin) => pin.deletedAt !== null).length,
		differences: all
			.filter((group) => group.pins.length !== group.wanted || isStranger(group))
			.slice(0, listedDifferences)
			.map((group) => ({ group: group.group, expected: isStranger(group) ? 0 : group.wanted, pins: group.pins })),
	};
}

/** How many calls had each operation, status and fault. `none` is a call without an answer. */
export function countCalls(ledger: Ledger, accounts?: string[]): {
	calls: number;
	dropped: number;
	byOperation: Record<string, Record<string, number>>;
	byFault: Record<string, number>;
} {
	const byOperation: Record<string, Record<string, number>> = {};
	const byFault: Record<string, number> = {};
	const calls = ledger.calls.filter((call) => isWanted(call, accounts));
	for (const call of calls) {
		const statuses = (byOperation[call.operation] ??= {});
		const status = call.status === null ? 'none' : String(call.status);
		statuses[status] = (statuses[status] ?? 0) + 1;
		if (call.fault) byFault[call.fault] = (byFault[call.fault] ?? 0) + 1;
	}
	return { calls: calls.length, dropped: ledger.droppedCalls, byOperation, byFault };
}

function isWanted({ account }: { account: string | null }, accounts?: string[]): boolean {
	return !accounts || (account !== null && accounts.includes(account));
}

function fieldsOf(expected?: ExpectedGroup[]): GroupField[] {
	if (!expected?.length) return groupFields;
	const named = new Set<string>(expected.flatMap((group) => Object.keys(group)));
	return groupFields.filter((field) => named.has(field));
}
