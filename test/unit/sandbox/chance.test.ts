import { Lag, isListed } from '../../../src/sandbox/lag';
import type { LedgerPin } from '../../../src/sandbox/ledger';
import { laggingConsistency, settingsOf, type Consistency } from '../../../src/sandbox/options';
import { bell, die, digits } from '../../../src/sandbox/random';
import { FaultPlan } from '../../../src/sandbox/faults';

const many = Array.from({ length: 20_000 }, (_, index) => index);
const share = (values: boolean[]) => values.filter(Boolean).length / values.length;
const lagOf = (consistency: Partial<Consistency>, timeFactor = 1) => new Lag(settingsOf({ seed: 'lag', consistency, timeFactor }));

describe('chance', () => {
	it('is even, and bell-shaped where asked', () => {
		const thrown = many.map((n) => die('seed', n));
		for (const limit of [0.1, 0.5, 0.9]) expect(share(thrown.map((value) => value < limit))).toBeCloseTo(limit, 1);
		const bells = many.map((n) => bell('seed', n));
		expect(share(bells.map((value) => Math.abs(value) < 1))).toBeCloseTo(0.683, 1);
	});

	it('makes ids of eighteen digits that differ', () => {
		const ids = many.map((n) => digits('seed', n));
		expect(new Set(ids).size).toBe(many.length);
		expect(ids.every((id) => /^[1-9]\d{17}$/.test(id))).toBe(true);
	});

	it('gives each fault its share', () => {
		const plan = new FaultPlan('seed', { '429': 0.05, commitThenHang: 0.1 }, { error500Before: 0.2 });
		const met = many.map((n) => plan.byChance('write', `content ${n}`, 1)?.name ?? null);
		expect(share(met.map((name) => name === '429'))).toBeCloseTo(0.05, 2);
		expect(share(met.map((name) => name === 'commitThenHang'))).toBeCloseTo(0.1, 2);
		expect(share(many.map((n) => plan.byChance('read', `path ${n}`, 1) !== null))).toBeCloseTo(0.2, 1);
	});
});

describe('read lag', () => {
	const lags = many.map((n) => lagOf(laggingConsistency).visibleAfterMs(`content ${n}`, 1)).sort((a, b) => a - b);
	const at = (part: number) => lags[Math.floor(lags.length * part)]! / 1000;

	it('has the median and the 99th percentile it was given, and ends below the reconcile horizon', () => {
		expect(at(0.5)).toBeGreaterThan(3.7);
		expect(at(0.5)).toBeLessThan(4.4);
		expect(at(0.99)).toBeGreaterThan(150);
		expect(at(0.99)).toBeLessThan(280);
		expect(lags.at(-1)! / 60_000).toBeLessThanOrEqual(25);
	});

	it('is off by default, and shorter as time is faster', () => {
		expect(lagOf({}).visibleAfterMs('content', 1)).toBe(0);
		const fast = lagOf(laggingConsistency, 60);
		const slow = lagOf(laggingConsistency);
		expect(fast.visibleAfterMs('content', 1)).toBeCloseTo(slow.visibleAfterMs('content', 1) / 60, 6);
		expect(fast.lateCommitMs('content', 1)).toBeCloseTo(slow.lateCommitMs('content', 1) / 60, 6);
		expect(fast.viewAt(0, 'list', 3)).toBeCloseTo(slow.viewAt(0, 'list', 3) / 60, 6);
	});

	it('makes the shares of reads stale and of Pins late that it was given', () => {
		const lag = lagOf({ staleReadShare: 0.2, lateCommitShare: 0.1, flapShare: 0.05, skipShare: 0.3 });
		expect(share(many.map((n) => lag.viewAt(1000, 'list', n) < 1000))).toBeCloseTo(0.2, 1);
		expect(share(many.map((n) => lag.commitsLate('content', n)))).toBeCloseTo(0.1, 1);
		expect(share(many.map((n) => lag.flapMs('content', n) > 0))).toBeCloseTo(0.05, 1);
		expect(share(many.map((n) => lag.skipped(10, 'list', n) >= 0))).toBeCloseTo(0.3, 1);
	});
});

it.each([
	[99, false],
	[100, true],
	[149, true],
	[150, false],
	[199, false],
	[200, true],
	[300, false],
])('at %i a Pin visible from 100 that flaps by 50 and is deleted at 300 is listed: %s', (at, listed) => {
	expect(isListed({ visibleAt: 100, flapMs: 50, deletedAt: 300 } as LedgerPin, at)).toBe(listed);
});
