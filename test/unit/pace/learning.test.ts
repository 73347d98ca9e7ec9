import { begun, burstAt, isAlone, rateAt, refused, type Learned } from '../../../src/pace/learning';
import { FixedWindows, simulated, SlidingWindow, type Limit } from './model';

const MINUTE = 60_000, TARGET = 80;
const seeds = Array.from({ length: 15 }, (_, n) => n + 1);
interface Bounds {
	/** Until sixty Pins went through a limit of 30 a minute. */
	withinMs: number;
	refused: number;
	/** Share of the limit, once settled. */
	used: number;
}

const limits: [string, (perMinute: number) => Limit, Bounds][] = [
	['fixed windows', (n) => new FixedWindows(n), { withinMs: 150_000, refused: 0.02, used: 0.85 }],
	['a sliding window', (n) => new SlidingWindow(n, 'its own end'), { withinMs: 150_000, refused: 0.02, used: 0.85 }],
	['a sliding window that tells the end of another', (n) => new SlidingWindow(n, 'the end of another'), { withinMs: 200_000, refused: 0.035, used: 0.4 }],
];

/** Two calls of a window that began 20 s ago, one of the window before. */
const refusal = { at: 100 * MINUTE, waitMs: 40_000, sentAt: [-30_000, -15_000, -5_000].map((ms) => 100 * MINUTE + ms), rate: 4 };

describe('a refusal', () => {
	it('teaches what went through in the window whose end is told', () => {
		expect(refused(null, refusal, TARGET, 1)).toEqual({ ceiling: 2, rate: 1.8, from: refusal.at + 40_000, refusedAt: refusal.at });
	});

	it('teaches what went through in a minute where no end is told', () => {
		expect(refused(null, { ...refusal, waitMs: null }, TARGET, 1)).toMatchObject({ ceiling: 3, from: refusal.at });
	});

	it('counts once with those that were under way with it', () => {
		const first = refused(null, refusal, TARGET, 1);
		expect(refused(first, { ...refusal, at: refusal.at + 39_000 }, TARGET, 1)).toBe(first);
		expect(refused(first, { ...refusal, at: refusal.at + 41_000, sentAt: [refusal.at + 40_500] }, TARGET, 1)).not.toBe(first);
	});

	it('never takes more than three quarters of the pace at once: one that comes after a single call may be chance', () => {
		expect(refused(null, { ...refusal, rate: 80 }, TARGET, 1)).toMatchObject({ ceiling: 20, rate: 18 });
	});

	it('halves the pace where nobody counts, down to a tenth of the target', () => {
		let learned: Learned | null = null;
		const rates = [0, 1, 2, 3, 4].map((n) => {
			learned = refused(learned, { at: n * MINUTE, waitMs: null, sentAt: null, rate: learned?.rate ?? TARGET }, TARGET, 1);
			return learned.rate;
		});
		expect(rates).toEqual([40, 20, 10, 8, 8]);
	});
});

describe('the pace after a refusal', () => {
	const after = (minutes: number, learned: Learned, timeFactor = 1) => Math.round(rateAt(learned, TARGET, learned.from + minutes * MINUTE / timeFactor, timeFactor) * 10) / 10;

	it('stays a tenth below the ceiling for a while, then tries more by steps that double, and ends at the target', () => {
		const learned: Learned = { ceiling: 30, rate: 27, from: 0, refusedAt: 0 };
		expect([0, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5].map((minutes) => after(minutes, learned))).toEqual([27, 27, 27.8, 29.4, 32.7, 39.2, 52.1, 78]);
		expect(after(60, learned)).toBe(TARGET);
		expect(after(2.5, learned, 60)).toBe(27.8);
	});

	it('climbs by tenths of the ceiling to where it was', () => {
		const learned: Learned = { ceiling: 80, rate: 40, from: 0, refusedAt: 0 };
		expect([0, 1, 2, 3, 4, 5.5].map((minutes) => after(minutes, learned))).toEqual([40, 48, 56, 64, 72, 72]);
	});

	it('lets only so many go at once that a minute stays under the ceiling', () => {
		const learned: Learned = { ceiling: 30, rate: 27, from: 0, refusedAt: 0 };
		expect([burstAt(learned, 27, 5), burstAt(learned, 29, 5), burstAt({ ...learned, ceiling: 100 }, 90, 5), burstAt(null, 80, 5)]).toEqual([1, 1, 5, 5]);
	});
});

it('begins with one call after the other, and at half the pace where nobody tells a limit', () => {
	const [untold, told] = [begun(TARGET, 0, false), begun(TARGET, 0, true)];
	expect([0, MINUTE - 1, MINUTE].map((now) => rateAt(untold, TARGET, now, 1))).toEqual([40, 40, 80]);
	expect([0, MINUTE].map((now) => rateAt(told, TARGET, now, 1))).toEqual([80, 80]);
	expect([0, 2 * MINUTE - 1, 2 * MINUTE].map((now) => isAlone(told, now, 1))).toEqual([true, true, false]);
	expect([null, refused(told, refusal, TARGET, 1)].map((learned) => isAlone(learned, 0, 1))).toEqual([false, false]);
});

describe.each(limits)('against a hidden limit in %s', (_, limit, bounds) => {
	it('gets sixty Pins through a limit of 30 a minute soon, with hardly a refusal', () => {
		const runs = seeds.map((seed) => simulated({ limit: limit(30), seed, pins: 60, target: TARGET }));
		expect(Math.max(...runs.map(({ lastAt }) => lastAt))).toBeLessThanOrEqual(bounds.withinMs);
		const sum = (of: (run: typeof runs[number]) => number) => runs.reduce((all, run) => all + of(run), 0);
		expect(sum(({ refusals }) => refusals.length) / sum(({ calls }) => calls)).toBeLessThanOrEqual(bounds.refused);
	});

	it('settles within two minutes when the limit halves, and follows within eight when it comes back', () => {
		const worst = { refused: 0, used: 1, back: 1 };
		for (const seed of seeds) {
			const hidden = limit(60), halvedAt = 10 * MINUTE, backAt = 22 * MINUTE;
			const run = simulated({
				limit: hidden, seed, target: TARGET, untilMs: 34 * MINUTE,
				at: [[halvedAt, () => hidden.set(30)], [backAt, () => hidden.set(60)]],
			});
			const settled = run.between(halvedAt + 2 * MINUTE, backAt);
			const back = run.between(backAt + 8 * MINUTE, backAt + 12 * MINUTE);
			worst.refused = Math.max(worst.refused, settled.refusals / settled.calls);
			worst.used = Math.min(worst.used, settled.perMinute / 30);
			worst.back = Math.min(worst.back, back.perMinute / 60);
			expect(run.longestPauseMs).toBeLessThanOrEqual(MINUTE + 4000);
		}
		expect(worst.refused).toBeLessThanOrEqual(0.02);
		expect(worst.used).toBeGreaterThanOrEqual(bounds.used);
		expect(worst.back).toBeGreaterThanOrEqual(bounds.used);
	});
});
