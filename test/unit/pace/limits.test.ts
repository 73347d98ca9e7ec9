import { leftIn, steered, toldIn, type Known } from '../../../src/pace/limits';
import { PACE_PRESETS } from '../../../src/pace/presets';

const LIMIT = 'x-ratelimit-limit', REMAINING = 'x-ratelimit-remaining', RESET = 'x-ratelimit-reset';
const observed = '100, 100;w=1;name="safety_net_app_id_user_id", 1000;w=60;name="org_read"';
const real = { now: 0, timeFactor: 1 };
const pace = (change = {}) => ({ ...PACE_PRESETS.standard, ...change });
const known = (change: Partial<Known> = {}): Known => ({ told: null, learned: null, ...change });
const writes = (change: Partial<Known> = {}, settings = pace()) => steered(settings, 'write', known(change), real);

describe('what headers tell of a minute', () => {
	it.each([
		[observed, 'read', 1000],
		[observed, 'write', 6000],
		['30, 100;w=1;name="safety_net_app_id_user_id", 30;w=60;name="org_write"', 'write', 30],
		['30, 30;w=60;name="org_write"', 'read', null],
		['10, 10;w=86400;name="app_day", 100;w=60;name="org_write"', 'write', 100],
		['50, 50;w=30', 'write', 100],
		['100', 'write', null],
		['0, 0;w=60;name="org_write"', 'write', null],
	] as const)('%s for a %s: %s', (text, kind, perMinute) => {
		expect(toldIn({ [LIMIT]: text }, kind, 1)).toBe(perMinute);
	});

	it('is of the minute of a trial that is sped up, and nothing where seconds are too coarse', () => {
		expect([5, 60].map((timeFactor) => toldIn({ [LIMIT]: '30, 30;w=12;name="org_write"' }, 'write', timeFactor))).toEqual([30, null]);
	});
});

describe('the calls that are left', () => {
	const headers = (limit: string, remaining: string, reset: string) => ({ [LIMIT]: limit, [REMAINING]: remaining, [RESET]: reset });

	it.each([
		[headers('100, 100;w=60;name="org_write"', '0', '17'), 'write', { calls: 0, resetMs: 17_000 }],
		[headers('100, 100;w=60;name="org_write"', '0', '17'), 'read', null],
		[headers('100', '3', '1'), 'write', { calls: 3, resetMs: 1000 }],
		[headers('300, 300;w=86400;name="app_day_write"', '0', '7200'), 'write', null],
		[{ [LIMIT]: '100' }, 'write', null],
	] as const)('%j for a %s: %j', (given, kind, left) => {
		expect(leftIn(given, kind, 1)).toEqual(left);
	});
});

describe('the pace of an account', () => {
	it('is that of the settings while nothing else is known, or more is told', () => {
		expect(writes()).toEqual({ amount: 1, everyMs: 750, maximum: 5, concurrent: 2 });
		expect(writes({ told: 1000 })).toEqual(writes());
	});

	it('is 80 % of what is told when that is less, and follows it', () => {
		expect(writes({ told: 30 })).toEqual({ amount: 1, everyMs: 2500, maximum: 5, concurrent: 2 });
		expect(writes({ told: 60 }).everyMs).toBe(1250);
		expect(writes({ told: 5 }).maximum).toBe(1);
	});

	it('is what was learned when that is less still', () => {
		const learned = { ceiling: 30, rate: 27, from: 0, refusedAt: 0 };
		expect(writes({ learned })).toEqual({ amount: 1, everyMs: 2222, maximum: 1, concurrent: 2 });
		expect(writes({ told: 20, learned }).everyMs).toBe(3750);
	});

	it('begins with one call under way', () => {
		expect(writes({ told: 100, learned: { ceiling: null, rate: 80, from: 0, refusedAt: null } })).toEqual({ ...writes(), concurrent: 1 });
	});

	it('of reads is a share of its own until less is told', () => {
		const reads = (told: number | null) => steered(pace(), 'read', known({ told }), real);
		expect(reads(1000)).toEqual({ amount: 1, everyMs: 375, maximum: 10, concurrent: null });
		expect(reads(60)).toEqual({ amount: 1, everyMs: 1250, maximum: 5, concurrent: null });
	});
});
