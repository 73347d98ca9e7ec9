import { Engine, PACE_PRESETS, type PaceSettings } from '../../src';
import { servedAccount } from '../../src/served-account';

const token = { current: () => Promise.reject(new Error('not asked')), refresh: () => Promise.reject(new Error('not asked')) };
const served = (pace: Partial<PaceSettings>, account = 'acme-us') =>
	servedAccount({ account, client: null, token, pace: { ...PACE_PRESETS.standard, ...pace } });

it.each([
	['Writes per Minute', { writesPerMinute: 0 }], ['Writes per Minute', { writesPerMinute: NaN }], ['Writes per Minute', { writesPerMinute: Infinity }],
	['Burst', { burst: 0 }], ['Burst', { burst: 1.5 }], ['Writes per Day', { writesPerDay: -1 }],
	['Most Pins a Day', { pinsPerDay: -1 }], ['Most Pins a Day', { pinsPerDay: 0.5 }], ['Most Pins a Day', { pinsPerDay: NaN }],
	['At the Same Time', { concurrent: 0 }], ['At the Same Time', { concurrent: 2.5 }], ['At the Same Time', { concurrent: '2' as unknown as number }],
])('refuses a pace whose %s makes no sense: %p', (name, pace) => {
	expect(() => served(pace)).toThrow(expect.objectContaining({ code: 'invalid_config', message: expect.stringContaining(name) as string }));
});

it('takes every preset, and a fraction of a write a minute', () => {
	expect(Object.values(PACE_PRESETS).map((pace) => served(pace).pace)).toEqual(Object.values(PACE_PRESETS));
	expect(served({ writesPerMinute: 0.5 }).pace.writesPerMinute).toBe(0.5);
});

it('refuses a name that no job could carry, and takes one as jobs write it', () => {
	expect(() => served({}, '@acme')).toThrow(expect.objectContaining({ code: 'invalid_request' }));
	expect(() => served({}, 'a'.repeat(65))).toThrow(expect.objectContaining({ code: 'invalid_request' }));
	expect(served({}, ' acme-us ').account).toBe('acme-us');
});

it('refuses the pace of an app as well', () => {
	const appPace = { ...PACE_PRESETS.trial, burst: 0 };
	expect(() => Engine.open({ redis: { host: '127.0.0.1' }, namespace: 'test', appPace })).toThrow(expect.objectContaining({ code: 'invalid_config' }));
});
