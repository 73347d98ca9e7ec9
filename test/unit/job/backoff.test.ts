import fc from 'fast-check';
import { backoffMs, headerWaitMs } from '../../../src/job/backoff';
import { dice, HOUR, MINUTE, POLICY, SECOND } from './builders';

const chance = fc.double({ min: 0, max: 0.9999999, noNaN: true });
const rules = fc.constantFrom(POLICY.retry, POLICY.retryLater, { baseMs: 10 * SECOND, capMs: 30 * SECOND, attempts: 3 });

describe('backoffMs', () => {
	it('lies between half and the whole of the exponential delay, and never above the cap', () => {
		fc.assert(fc.property(rules, fc.integer({ min: 2, max: 1000 }), chance, (rule, n, random) => {
			const full = Math.min(rule.capMs, rule.baseMs * 2 ** (n - 1));
			const delay = backoffMs(rule, n, dice(random));
			expect(delay).toBeGreaterThanOrEqual(Math.floor(full / 2));
			expect(delay).toBeLessThanOrEqual(full);
			expect(Number.isInteger(delay)).toBe(true);
		}));
	});

	it.each([[0, 0], [0.5, 2500], [0.999, 4995]])('spreads the first quick retry over the whole base (dice %d)', (random, delay) => {
		expect(backoffMs(POLICY.retry, 1, dice(random))).toBe(delay);
	});

	it('never waits less than half a minute before it comes back to somebody who asked for time', () => {
		expect(backoffMs(POLICY.retryLater, 1, dice(0))).toBe(30 * SECOND);
	});

	it('lets quick retries outlive ten minutes and slow ones five hours, on the mean', () => {
		const span = (rule: typeof POLICY.retry) => Array.from({ length: rule.attempts }, (_, i) => backoffMs(rule, i + 1, dice(0.5))).reduce((a, b) => a + b);
		expect(span(POLICY.retry)).toBeGreaterThan(10 * MINUTE);
		expect(span(POLICY.retryLater)).toBeGreaterThan(5 * HOUR);
	});
});

describe('headerWaitMs', () => {
	it('is what was asked and up to a tenth more, at most two seconds', () => {
		fc.assert(fc.property(fc.integer({ min: 1000, max: 86_400_000 }), chance, (waitMs, random) => {
			const wait = headerWaitMs(waitMs, dice(random));
			expect(wait).toBeGreaterThanOrEqual(waitMs);
			expect(wait).toBeLessThanOrEqual(Math.ceil(waitMs + Math.min(waitMs / 10, 2000)));
		}));
	});
});
