import { assumedZone, unsafe, unserved } from '../../../nodes/PinterestPublishJob/job/enqueue.hints';
import { refusePast } from '../../../nodes/PinterestPublishJob/job/refuse-past';
import { pinIdOf } from '../../../nodes/PinterestRequeue/job/resolve-unknown.operation';
import type { ReadRequest } from '../../../nodes/PinterestPublishJob/job/publish-request';
import type { AccountView, JobView } from '../../../src';

const now = Date.UTC(2026, 10, 24, 12);

function aRequest(scheduledAt: string | null, assumed: boolean, source: string | null = null): ReadRequest {
	return {
		request: { account: 'acme-us', boardId: '1', media: { kind: 'image_url', url: 'https://x.example/a.jpg' }, source, scheduledAt },
		assumed: { scheduledAt: assumed, publishBefore: false },
	};
}
const jobs = (count: number) => ({ list: async () => await Promise.resolve({ jobs: Array<JobView>(count).fill({} as JobView), cursor: null }) });

it.each([
	['a past time that named its zone', aRequest('2026-11-20T12:00:00.000Z', false), 0],
	['a future time without a zone', aRequest('2026-11-25T12:00:00.000Z', true), 0],
	['a time that has just gone by', aRequest('2026-11-24T11:59:30.000Z', true), 0],
	['a record whose job exists', aRequest('2026-11-20T12:00:00.000Z', true, 'row-17'), 1],
])('accepts %s', async (_what, request, known) => {
	await expect(refusePast(jobs(known), request, 'Europe/Berlin', now)).resolves.toBeUndefined();
});

it.each([
	['without a record', aRequest('2026-11-20T12:00:00.000Z', true), 1],
	['of a new record', aRequest('2026-11-20T12:00:00.000Z', true, 'row-17'), 0],
])('refuses a past time without a zone %s, naming the zone it was read in', async (_what, request, known) => {
	await expect(refusePast(jobs(known), request, 'Europe/Berlin', now)).rejects.toMatchObject({
		code: 'invalid_request', message: expect.stringContaining('Europe/Berlin') as string,
	});
});

it('tells once which accounts nobody serves, harmless as HTML', () => {
	const accounts = [{ account: 'acme-us', aliases: ['acme-usa'], served: true }, { account: 'acme-uk', aliases: [] as string[], served: false }] as AccountView[];
	const [hint] = unserved(accounts, new Set(['acme-us', 'acme-uk', 'new<b>']));
	expect(hint!.message).toContain('<b>acme-uk, new&#60;b&#62;</b>');
	expect(unserved(accounts, new Set(['acme-us', 'acme-usa']))).toEqual([]);
});

it('warns of a Redis that may lose jobs, and of nothing else', () => {
	const finding = (level: 'ok' | 'warning' | 'error', code: string) => ({ level, code, message: 'M.', hint: 'H.' });
	expect(unsafe([finding('error', 'redis_evicts'), finding('error', 'no_worker'), finding('ok', 'redis_ok')]).map(({ message }) => message)).toEqual(['M. H.']);
});

it('tells the zone it read times in', () => {
	expect(assumedZone([aRequest('2026-11-25T12:00:00.000Z', true)], 'Europe/Berlin')[0]!.message).toContain('Europe/Berlin');
	expect(assumedZone([aRequest(null, false)], 'Europe/Berlin')).toEqual([]);
});

it.each([
	['813744226420795884', '813744226420795884'],
	['https://www.pinterest.com/pin/813744226420795884/', '813744226420795884'],
	['https://pinterest.de/pin/a-brass-lamp--813744226420795884/?utm=1', '813744226420795884'],
])('finds the Pin in %s', (given, id) => {
	expect(pinIdOf(given)).toBe(id);
});

it.each(['', 'https://www.pinterest.com/board/123', 'abc', 'https://pin.it/3Xy'])('refuses %p as a Pin', (given) => {
	expect(() => pinIdOf(given)).toThrow('neither the ID nor the address');
});
