import { bucketsFor, dayBucket, gapMs, minuteBucket, pinsBucket, type Bucket } from '../../../src/pace/buckets';
import { PACE_PRESETS, presetOf } from '../../../src/pace/presets';

const MINUTE = 60_000, DAY = 24 * 60 * MINUTE;
const pace = (change = {}) => ({ ...PACE_PRESETS.standard, ...change });

/** The most calls any span of this length can see: a full bucket, and all that comes into it meanwhile. */
const most = (bucket: Bucket, spanMs: number) => bucket.maximum + spanMs / gapMs(bucket);

describe('the bucket of a minute', () => {
	it('gives the standard account 80 of 100 writes, five at once and two under way', () => {
		expect(minuteBucket(pace(), 'write', 1)).toEqual({ amount: 1, everyMs: 750, maximum: 5, concurrent: 2 });
	});

	it('gives reads a share of their own, twice as wide and without a cap on how many are under way', () => {
		expect(minuteBucket(pace(), 'read', 1)).toEqual({ amount: 1, everyMs: 375, maximum: 10, concurrent: null });
	});

	it.each([3, 5, 10, 20, 60, 100, 600, 1000])('never lets more than %i writes into a minute when that is the limit', (writesPerMinute) => {
		for (const burst of [1, 5, 50]) {
			expect(most(minuteBucket(pace({ writesPerMinute, burst }), 'write', 1), MINUTE)).toBeLessThanOrEqual(Math.max(writesPerMinute, 1 + writesPerMinute * 0.8));
		}
	});

	it.each([1, 60, 300, 600])('keeps the same limit in a minute that is %i times as short, with steps a timer can hold', (timeFactor) => {
		const bucket = minuteBucket(pace(), 'write', timeFactor);
		expect(bucket.everyMs).toBeGreaterThanOrEqual(10);
		expect(most(bucket, MINUTE / timeFactor)).toBeLessThanOrEqual(100);
	});
});

describe('the bucket of a day', () => {
	it('lets at most 300 calls of a trial app into any day: 250 over the day, 50 at once', () => {
		const bucket = dayBucket(250, 'write', 1);
		expect([bucket.maximum, most(bucket, DAY)]).toEqual([50, 300]);
	});
});

describe('the bucket of the Pins of a day', () => {
	it.each([2, 3, 5, 10, 20, 72, 100, 1000, 5000])('lets no more than %i Pins into any 24 hours, however fast the clock', (pinsPerDay) => {
		for (const timeFactor of [1, 60]) {
			const { amount, everyMs, maximum } = pinsBucket(pinsPerDay, timeFactor);
			// A day that is over as the next token comes: [0, 24 h).
			expect(maximum + amount * Math.ceil(DAY / timeFactor / everyMs)).toBeLessThanOrEqual(pinsPerDay);
		}
	});

	it('gives the only Pin of a day each 24 hours', () => {
		expect(pinsBucket(1, 1)).toEqual({ amount: 1, everyMs: DAY, maximum: 1, concurrent: null });
	});

	it('is drawn from by Pins alone, before anything else', () => {
		const of = (who: string) => (who === 'acme' ? pace({ pinsPerDay: 10 }) : null);
		const names = (kind: 'write' | 'read', purpose?: 'registration') => bucketsFor('acme', kind, { of, timeFactor: 1 }, purpose).map(([name]) => name);
		expect([names('write'), names('write', 'registration'), names('read')]).toEqual([['@pins-day:acme', 'acme'], ['acme'], ['@reads:acme']]);
	});
});

it('leaves half of the reads of a day to looks, however many boards are listed', () => {
	const of = (who: string) => (who === 'acme' ? { ...PACE_PRESETS.trial } : null);
	const perDay = (purpose: 'look' | 'list') => bucketsFor('acme', 'read', { of, timeFactor: 1 }, purpose).filter(([name]) => name.endsWith('-day')).map(([, bucket]) => [bucket.maximum, DAY / gapMs(bucket)]);
	expect(perDay('look')).toEqual([[100, 500]]);
	expect(perDay('list')).toEqual([[50, 250], [100, 500]]);
});

it('gives a copy of a preset by name, and own settings as they are', () => {
	const own = pace({ writesPerMinute: 7 });
	expect(presetOf('trial')).toEqual({ writesPerMinute: 20, burst: 2, writesPerDay: 250, concurrent: 1, linkGapSeconds: 60 });
	expect(presetOf('trial')).not.toBe(PACE_PRESETS.trial);
	expect(presetOf(own)).toBe(own);
});
