import { PACE_PRESETS, type EngineError } from '../../../src';
import { appPaceOf, paceOf } from '../../../src/bin/secret-pace';

const account = (more: object) => paceOf({ account: 'acme-us', accessToken: 't', ...more });
const refusal = (read: () => unknown) => {
	try {
		return { took: read() };
	} catch (error) {
		return { code: (error as EngineError).code, says: `${(error as EngineError).message} ${(error as EngineError).hint}` };
	}
};

it('reads the pace of an account: a preset, own limits, and a cap of Pins a day with either', () => {
	expect(account({})).toEqual(PACE_PRESETS.standard);
	expect(account({ pace: 'trial', pinsPerDay: 20 })).toEqual({ ...PACE_PRESETS.trial, pinsPerDay: 20 });
	expect(account({ pace: { writesPerMinute: 30 } })).toEqual({ writesPerMinute: 30, burst: 5, writesPerDay: null, concurrent: 2 });
	expect(account({ pace: { writesPerMinute: 30, burst: 1, writesPerDay: 100, concurrent: 1, linkGapSeconds: 5, pinsPerDay: 7 } })).toMatchObject({ burst: 1, writesPerDay: 100, pinsPerDay: 7 });
});

it('reads the limits of the app, as far as they are named', () => {
	expect([appPaceOf(undefined), appPaceOf(null)]).toEqual([undefined, undefined]);
	expect(appPaceOf({ writesPerDay: 250 })).toEqual({ writesPerMinute: 1000, burst: 50, writesPerDay: 250, concurrent: 100 });
	expect(appPaceOf({ writesPerMinute: 200, burst: 10 })).toMatchObject({ writesPerMinute: 200, burst: 10, writesPerDay: null });
});

it.each([
	['an unknown preset', () => account({ pace: 'fast' }), 'The pace of acme-us is "fast". Write "standard" or "trial"'],
	['a misspelt field', () => account({ pace: { writesPerMinute: 3, writesPerDays: 3 } }), 'The pace of acme-us has no field "writesPerDays". Its fields are writesPerMinute,'],
	['no writes a minute', () => account({ pace: { burst: 3 } }), 'The pace of acme-us: Writes per Minute is undefined.'],
	['a list', () => account({ pace: [3] }), 'The pace of acme-us is no object.'],
	['a cap of half a Pin', () => account({ pinsPerDay: 0.5 }), 'The pace of acme-us: Most Pins a Day is 0.5.'],
	['a text for a number', () => appPaceOf({ writesPerMinute: '200' }), 'appPace: Writes per Minute is 200.'],
	['nothing a day', () => appPaceOf({ writesPerDay: 0 }), 'appPace: Writes per Day is 0.'],
	['a preset for the app', () => appPaceOf('trial'), 'appPace is no object. Write an object with writesPerMinute, burst, writesPerDay.'],
	['what is no matter of the app', () => appPaceOf({ writesPerMinute: 3, concurrent: 2 }), 'appPace has no field "concurrent".'],
])('refuses %s, and says whose it is', (_what, read, says) => {
	expect(refusal(read)).toEqual({ code: 'invalid_config', says: expect.stringContaining(says) as string });
});
