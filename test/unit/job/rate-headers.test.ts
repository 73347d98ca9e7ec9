import { isDayLong, rateLimitOf, waitMsOf } from '../../../src/job/rate-headers';
import { HOUR, MINUTE, NOW, SECOND } from './builders';

const DAY = 24 * HOUR;

describe('the wait that headers ask for', () => {
	it.each([
		['whole seconds', { 'retry-after': '17' }, 17 * SECOND],
		['an HTTP date', { 'retry-after': 'Tue, 24 Nov 2026 10:01:30 GMT' }, 90 * SECOND],
		['an HTTP date, against the clock of the server', { 'retry-after': 'Tue, 24 Nov 2026 09:00:30 GMT', date: 'Tue, 24 Nov 2026 09:00:00 GMT' }, 30 * SECOND],
		['Pinterest\'s own header', { 'x-ratelimit-reset': '42' }, 42 * SECOND],
		['the number before the first comma', { 'x-ratelimit-reset': '42, 1;w=1' }, 42 * SECOND],
		['Retry-After before Reset', { 'retry-after': '3', 'x-ratelimit-reset': '42' }, 3 * SECOND],
		['Reset when Retry-After makes no sense', { 'retry-after': 'soon', 'x-ratelimit-reset': '42' }, 42 * SECOND],
		['a second at least', { 'retry-after': '0' }, SECOND],
		['a second for a date that has passed', { 'retry-after': 'Tue, 24 Nov 2026 08:00:00 GMT' }, SECOND],
		['a day at most', { 'retry-after': '999999' }, DAY],
		['nothing', {}, null],
		['nothing for a broken number', { 'retry-after': '1.5', 'x-ratelimit-reset': '-3' }, null],
		['nothing for a date of another form', { 'retry-after': '2026-11-24T10:01:30Z' }, null],
	])('is %s', (_name, headers, wait) => {
		expect(waitMsOf(headers, NOW)).toBe(wait);
	});
});

describe('the limit that headers speak of', () => {
	it.each([
		['100, 100;w=1, 1000;w=60', { quota: 100, windowMs: SECOND, name: null }],
		['100, 100;w=1;name="safety_net_app_id_user_id", 1000;w=60;name="org_read"', { quota: 100, windowMs: SECOND, name: 'safety_net_app_id_user_id' }],
		['1000, 100;w=1, 1000;w=60;name="org_read"', { quota: 1000, windowMs: MINUTE, name: 'org_read' }],
		['300, 100;w=60, 300;w=86400;name="org_write"', { quota: 300, windowMs: DAY, name: 'org_write' }],
		['100', { quota: 100, windowMs: null, name: null }],
	])('is read from %s', (text, limit) => {
		expect(rateLimitOf({ 'x-ratelimit-limit': text })).toMatchObject(limit);
	});

	it('is the window that the reset fits into when two have the same quota', () => {
		const headers = { 'x-ratelimit-limit': '1000, 1000;w=60, 1000;w=86400', 'x-ratelimit-reset': '3600', 'x-ratelimit-remaining': '0' };
		expect(rateLimitOf(headers)).toMatchObject({ windowMs: DAY, remaining: 0, resetMs: HOUR });
		expect(isDayLong(headers)).toBe(true);
		expect(isDayLong({ ...headers, 'x-ratelimit-reset': '30' })).toBe(false);
	});

	it.each([[{}], [{ 'x-ratelimit-limit': 'many' }], [{ 'x-ratelimit-limit': '' }]])('is none in %j', (headers) => {
		expect(rateLimitOf(headers)).toBeNull();
		expect(isDayLong(headers)).toBe(false);
	});
});
