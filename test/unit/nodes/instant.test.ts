import { instantOf } from '../../../nodes/shared/instant';

const berlin = 'Europe/Berlin';

it.each([
	['a picked time in winter', '2026-12-01T09:00:00', '2026-12-01T08:00:00.000Z'],
	['a picked time in summer', '2026-07-01T09:00:00', '2026-07-01T07:00:00.000Z'],
	['the hour before clocks go forward', '2026-03-29T01:59:00', '2026-03-29T00:59:00.000Z'],
	['the hour after clocks went forward', '2026-03-29T03:01:00', '2026-03-29T01:01:00.000Z'],
	['a time without seconds', '2026-12-01 09:00', '2026-12-01T08:00:00.000Z'],
	['a day alone, as its beginning', '2026-12-01', '2026-11-30T23:00:00.000Z'],
])('reads %s in the zone of the workflow, and says so', (_what, given, iso) => {
	expect(instantOf(given, 'Scheduled At', berlin)).toEqual({ iso, assumedZone: berlin });
});

it.each([
	['UTC', '2026-12-01T09:00:00Z', '2026-12-01T09:00:00.000Z'],
	['an offset', '2026-12-01T09:00:00.000+05:30', '2026-12-01T03:30:00.000Z'],
	['an offset after a blank', '2026-12-01T09:00 +01:00', '2026-12-01T08:00:00.000Z'],
	['an offset without a colon', '2026-12-01 09:00:00+0100', '2026-12-01T08:00:00.000Z'],
	['epoch milliseconds', Date.UTC(2026, 11, 1, 9), '2026-12-01T09:00:00.000Z'],
	['a Date', new Date('2026-12-01T09:00:00Z'), '2026-12-01T09:00:00.000Z'],
	['a Luxon time', { toISO: () => '2026-12-01T09:00:00.000+01:00' }, '2026-12-01T08:00:00.000Z'],
])('takes %s as it is', (_what, given, iso) => {
	expect(instantOf(given, 'Scheduled At', berlin)).toEqual({ iso, assumedZone: null });
});

it.each(['tomorrow', '2026-02-30', '2026-12-01T25:00', '2026-12-01T09:75', '01.12.2026', 1_780_000_000, {}, '2026-13-01T00:00:00Z'])(
	'refuses %p and says how to write it', (given) => {
		expect(() => instantOf(given, 'Scheduled At', berlin)).toThrow(expect.objectContaining({
			code: 'invalid_request', message: expect.stringContaining('Scheduled At') as string, hint: expect.stringContaining('ISO 8601') as string,
		}));
	},
);

it('refuses a time over which the clocks go forward, and takes the later of two when they go back', () => {
	expect(() => instantOf('2026-03-29T02:30:00', 'Scheduled At', berlin)).toThrow(expect.objectContaining({
		code: 'invalid_request', message: 'Scheduled At "2026-03-29T02:30:00" does not exist in Europe/Berlin: the clocks go forward over it.',
	}));
	expect(() => instantOf('2026-03-08 02:00', 'Scheduled At', 'America/New_York')).toThrow(expect.objectContaining({ code: 'invalid_request' }));
	expect(instantOf('2026-10-25T02:30:00', 'Scheduled At', berlin)!.iso).toBe('2026-10-25T01:30:00.000Z');
});

it('begins a day whose midnight the clocks skip an hour later', () => {
	expect(instantOf('2026-04-24', 'Scheduled At', 'Africa/Cairo')!.iso).toBe('2026-04-23T22:00:00.000Z');
});

it.each([null, undefined, ''])('has no instant for %p', (given) => {
	expect(instantOf(given, 'Scheduled At', berlin)).toBeNull();
});
