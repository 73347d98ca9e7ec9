import { DELIVERY_DELAYS_MS, JITTER, OVERLOAD_MS, retryDelayMs, type Failure, type RetryOptions } from '../../../src/webhook/schedule';

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE;
const options = (change: Partial<RetryOptions> = {}): RetryOptions => ({ random: 0.5, timeFactor: 1, busyBefore: false, ...change });
const answered = (status: number, retryAfterMs: number | null = null): Failure => ({ kind: 'answered', status, retryAfterMs });

describe('the pause after a failed try', () => {
	it('follows the schedule through nine tries over about 45 hours, then there is none', () => {
		const delays = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((tries) => retryDelayMs(tries, answered(500), options()));
		expect(delays).toEqual([5 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, null]);
		expect(DELIVERY_DELAYS_MS).toHaveLength(9);
		expect(DELIVERY_DELAYS_MS.reduce((sum, ms) => sum + ms, 0) / HOUR).toBeCloseTo(44.6, 1);
	});

	it.each([[0, 1 - JITTER], [0.5, 1], [0.999999, 1 + JITTER]])('is spread by a fifth: random %f gives %f times the delay', (random, times) => {
		expect(retryDelayMs(4, answered(500), options({ random }))).toBeCloseTo(30 * MINUTE * times, -2);
	});

	it.each<[string, number, Failure, number]>([
		['is at least a minute after 429', 1, answered(429), OVERLOAD_MS],
		['is at least a minute after a timeout', 1, { kind: 'timeout' }, OVERLOAD_MS],
		['is the planned one after a timeout, when that is longer', 4, { kind: 'timeout' }, 30 * MINUTE],
		['is the planned one when nobody is there', 1, { kind: 'unreachable' }, 5 * SECOND],
		['is as long as Retry-After asks', 2, answered(503, 90 * SECOND), 90 * SECOND],
		['is never shorter for Retry-After', 3, answered(503, SECOND), 5 * MINUTE],
		['is at most doubled by Retry-After', 2, answered(429, 24 * HOUR), 2 * MINUTE],
		['is short while the receiver has the event in its hands', 6, answered(409), MINUTE],
	])('%s', (_name, tries, failure, delay) => {
		expect(retryDelayMs(tries, failure, options())).toBe(delay);
	});

	it('follows the schedule again after a second 409 in a row', () => {
		expect(retryDelayMs(6, answered(409), options({ busyBefore: true }))).toBe(6 * HOUR);
	});

	it('is divided by the time factor, the minute for an overload too', () => {
		expect(retryDelayMs(4, answered(500), options({ timeFactor: 60 }))).toBe(30 * SECOND);
		expect(retryDelayMs(1, { kind: 'timeout' }, options({ timeFactor: 60 }))).toBe(SECOND);
	});

	it.each([410, 301, 302, 401, 404, 413, 500, 502])('treats HTTP %i like any other refusal', (status) => {
		expect(retryDelayMs(2, answered(status), options())).toBe(MINUTE);
	});
});
