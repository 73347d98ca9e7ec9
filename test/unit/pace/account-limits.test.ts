import { bucketNamesOf, limitsOf, presetNameOf, type PacedAccount } from '../../../src/pace/account-limits';
import type { Kept } from '../../../src/pace/headroom';
import { begun, refused } from '../../../src/pace/learning';
import { targetOf } from '../../../src/pace/limits';
import { PACE_PRESETS } from '../../../src/pace/presets';

const NOW = Date.UTC(2026, 10, 29, 10, 0), MINUTE = 60_000, real = { now: NOW, timeFactor: 1 };
const pace = { ...PACE_PRESETS.standard, concurrent: 10 };
const anAccount = (change: Partial<PacedAccount> = {}): PacedAccount => ({ account: 'acme', pace, appPace: null, known: {}, ...change });
const seen = (change: Partial<PacedAccount> = {}, kept: Record<string, Kept> = {}, terms = real) => limitsOf(anAccount(change), new Map(Object.entries(kept)), terms);
const writes = (...given: Parameters<typeof seen>) => seen(...given).find(({ name }) => name === 'writes')!;
const write = (change: Partial<NonNullable<PacedAccount['known']['write']>>) => ({ known: { write: { told: null, learned: null, ...change } } });
/** What is known after a 429 with so many calls in the minute before it. */
const after429 = (calls: number | null, at = NOW, rate = 80) =>
	refused(null, { at, waitMs: null, sentAt: calls === null ? null : Array.from({ length: calls }, (_, n) => at - 1 - n), rate }, targetOf(pace, 'write', null, 1), 1);

it('has what the settings say of every bucket that calls draw from, the account\'s, the app\'s and the day\'s', () => {
	expect(seen({ appPace: { ...pace, writesPerMinute: 1000, burst: 50, writesPerDay: 5000 } }).map(({ name, configured, pace: used, paceNow, because, left, most }) => [name, configured, used, paceNow, because, left, most])).toEqual([
		['writes', 100, 80, 80, 'configured', 5, 5], ['app_writes', 1000, 800, 800, 'configured', 50, 50], ['app_writes_day', 5000, 5000, 5000, 'configured', 1000, 1000],
		['reads', 200, 160, 160, 'configured', 10, 10], ['app_reads', 2000, 1600, 1600, 'configured', 100, 100], ['app_reads_day', 10_000, 10_000, 10_000, 'configured', 2000, 2000],
	]);
	expect(seen({ pace: PACE_PRESETS.trial }).map(({ name, why }) => [name, why])).toEqual([
		['writes', '16 writes a minute: 80 % of 20.'], ['app_writes_day', '250 writes a day over the whole app.'],
		['reads', '32 reads a minute: 80 % of 40.'], ['app_reads_day', '500 reads a day over the whole app.'],
	]);
	expect(seen({ pace: { ...pace, pinsPerDay: 20 } })[0]).toMatchObject({ name: 'pins_day', configured: 20, pace: 20, left: 4, most: 4, why: '20 Pins a day.' });
	expect(bucketNamesOf(anAccount({ pace: PACE_PRESETS.trial }), real)).toEqual(['acme', '@app-day', '@reads:acme', '@reads:@app-day']);
});

it.each([
	['nothing is known', {}, { paceNow: 80, because: 'configured', why: '80 writes a minute: 80 % of 100.' }],
	['more is told', write({ told: 1000 }), { paceNow: 80, because: 'configured' }],
	['less is told', write({ told: 60 }), { paceNow: 48, because: 'told', why: 'Slowed to 48 writes a minute: Pinterest\'s headers name 60.' }],
	['a call was refused', write({ learned: after429(50) }), { paceNow: 45, because: 'learned', why: 'Slowed to 45 writes a minute: Pinterest refused at 50 (429 at 10:00:00 UTC).' }],
	['more is tried again', write({ learned: after429(50, NOW - 5 * MINUTE) }), { paceNow: 58.9, because: 'learned' }],
	['a refused limit is long gone', write({ learned: after429(50, NOW - 60 * MINUTE) }), { paceNow: 80, because: 'configured' }],
	['a call was refused and nobody counts', write({ learned: after429(null) }), { paceNow: 40, because: 'slowed', why: 'Slowed to 40 writes a minute by a 429 at 10:00:00 UTC; it comes back to 72 by itself.' }],
	['the first Pin has just gone out', write({ learned: begun(80, NOW, false) }), { paceNow: 40, because: 'beginning', most: 5, why: 'Begins with care: 40 writes a minute, one after the other.' }],
	['the first Pin went out a while ago', write({ learned: begun(80, NOW - 3 * MINUTE, false) }), { paceNow: 80, because: 'configured' }],
])('says what the pace is and why when %s', (_, change, said) => {
	const { most, ...rest } = said as typeof said & { most?: number };
	expect(writes(change)).toMatchObject(rest);
	if (most) expect(writes(change).most).toBe(1);
});

it('tells slowed reads from writes', () => {
	const limits = seen({ known: { read: { told: 60, learned: null } } });
	expect(limits.map(({ name, because, paceNow }) => [name, because, paceNow])).toEqual([['writes', 'configured', 80], ['reads', 'told', 48]]);
});

it('is of the settings in a trial that is sped up, where tokens come in steps', () => {
	expect(writes({}, {}, { now: NOW, timeFactor: 60 })).toMatchObject({ pace: 80, paceNow: 80, because: 'configured' });
});

it.each<[string, Kept, { left: number; nextAt: number | null; fullAt: number }]>([
	['that nobody has used', { tokens: null, running: 0, lastAt: null }, { left: 5, nextAt: NOW, fullAt: NOW }],
	['that is used up', { tokens: 0, running: 0, lastAt: NOW - 100 }, { left: 0, nextAt: NOW + 650, fullAt: NOW + 5 * 750 - 100 }],
	['into which tokens came since', { tokens: 0, running: 0, lastAt: NOW - 1600 }, { left: 2, nextAt: NOW, fullAt: NOW - 1600 + 5 * 750 }],
	['that Pinterest said is used up until a time', { tokens: 0, running: 0, lastAt: NOW + 20_000 - 750 }, { left: 0, nextAt: NOW + 20_000, fullAt: NOW + 20_000 + 4 * 750 }],
	['of which some slots are in use', { tokens: 5, running: 8, lastAt: NOW }, { left: 2, nextAt: NOW, fullAt: NOW }],
	['of which all slots are in use', { tokens: 5, running: 10, lastAt: NOW }, { left: 0, nextAt: null, fullAt: NOW }],
])('says what is left of a bucket %s, and when more comes', (_, kept, said) => {
	expect(writes({}, { acme: kept })).toMatchObject(said);
});

it('knows the settings of a preset', () => {
	expect([PACE_PRESETS.standard, PACE_PRESETS.trial, pace].map(presetNameOf)).toEqual(['standard', 'trial', 'own']);
});
